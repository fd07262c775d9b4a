package io.websock.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Hello", "äöü €", "🌍", "a🌍🌍b", "\uD800\uDC00", "\uDBFF\uDFFF", "\uD7FF\uE000\uFFFF", "\0"
            })
    void textIsUtf8(String text) {
        Message message = Message.text(text);
        assertThat(message.isText()).isTrue();
        assertThat(message.text()).isEqualTo(text);
        assertThat(message.payload()).isEqualTo(text.getBytes(UTF_8));
        assertThat(message.size()).isEqualTo(text.getBytes(UTF_8).length);
    }

    @ParameterizedTest
    @CsvSource({"D800, '', 0", "DC00, '', 0", "DFFF, x, 0", "DBFF, DBFF, 0", "DC00, D800, 0"})
    void anUnpairedSurrogateIsRefused(String first, String next, int index) {
        char following = next.length() == 4 ? (char) Integer.parseInt(next, 16) : ' ';
        String text = "" + (char) Integer.parseInt(first, 16) + following;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.text(text))
                .withMessage("unpaired surrogate at index " + index);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.text("ab🌍" + text))
                .withMessage("unpaired surrogate at index " + (index + 4));
        assertThatIllegalArgumentException().isThrownBy(() -> Message.text(text.substring(0, 1)));
    }

    @Test
    void binaryCopiesTheArray() {
        byte[] payload = {1, 2, 3};
        Message message = Message.binary(payload);
        payload[0] = 9;
        assertThat(message.payload()).containsExactly(1, 2, 3);
        assertThat(message.isText()).isFalse();
        assertThat(message.size()).isEqualTo(3);
        assertThatIllegalStateException().isThrownBy(message::text).withMessage("a binary message has no text");
    }

    @Test
    void binaryCopiesWhatRemainsInABufferAndLeavesItsPosition() {
        for (ByteBuffer buffer : new ByteBuffer[] {ByteBuffer.allocate(9), ByteBuffer.allocateDirect(9)}) {
            buffer.put(new byte[] {0, 1, 2, 3, 4}).position(1).limit(4);
            Message message = Message.binary(buffer.asReadOnlyBuffer());
            assertThat(Message.binary(buffer).payload()).containsExactly(1, 2, 3);
            buffer.put(1, (byte) 9);
            assertThat(message.payload()).containsExactly(1, 2, 3);
            assertThat(buffer.position()).isEqualTo(1);
            assertThat(buffer.limit()).isEqualTo(4);
        }
    }

    @Test
    void wrapTakesTheArrayItself() {
        byte[] payload = "é".getBytes(UTF_8);
        assertThat(Message.wrap(true, payload).payload()).isSameAs(payload);
        assertThat(Message.wrap(true, payload).text()).isEqualTo("é");
        assertThat(Message.wrap(false, payload).isText()).isFalse();
    }

    @Test
    void bytesAreAReadOnlyViewOfTheirOwnPosition() {
        Message message = Message.text("abc");
        ByteBuffer bytes = message.bytes();
        assertThat(bytes.get()).isEqualTo((byte) 'a');
        assertThat(message.bytes().remaining()).isEqualTo(3);
        assertThatThrownBy(() -> bytes.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void toStringKeepsTheContentToItself() {
        assertThat(Message.text("sécret")).hasToString("text message of 7 B");
        assertThat(Message.binary(new byte[0])).hasToString("binary message of 0 B");
    }
}
