package io.websock.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.testkit.Frames;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * RFC 6455 §8.1, against the JDK's decoder. That one tells whether a whole text is UTF-8; a prefix is good if something can follow
 * that makes it a whole text.
 */
class Utf8ValidatorTest {
    /** One of these completes any sequence that can be completed. */
    private static final List<byte[]> COMPLETIONS = Stream.of("", "80", "bf", "8080", "bf80", "808080", "bf8080")
            .map(Frames::hex)
            .toList();

    private final CharsetDecoder decoder = UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer in = ByteBuffer.allocate(64);
    private final CharBuffer out = CharBuffer.allocate(64);

    @Test
    void allSequencesOfOneByteAndTwo() {
        for (int first = 0; first < 256; first++) {
            checkEverySplit((byte) first);
            for (int second = 0; second < 256; second++) {
                checkEverySplit((byte) first, (byte) second);
            }
        }
    }

    @Test
    void allSequencesOfThreeBytes() {
        byte[] bytes = new byte[3];
        for (int firstTwo = 0; firstTwo < 1 << 16; firstTwo++) {
            bytes[0] = (byte) (firstTwo >> 8);
            bytes[1] = (byte) firstTwo;
            boolean firstTwoAreGood = isGoodPrefix(bytes, 2);
            boolean ascii = isWhole(bytes, 2) && bytes[1] >= 0;
            for (int third = 0; third < 256; third++) {
                bytes[2] = (byte) third;
                // Behind ASCII all begins anew, and a few of that many stand for all of them.
                if (ascii && firstTwo % 61 != 0) {
                    checkSplits(bytes, third < 0x80 || (third >= 0xC2 && third <= 0xF4), third < 0x80);
                } else {
                    boolean good = firstTwoAreGood && isGoodPrefix(bytes, 3);
                    checkSplits(bytes, good, good && isWhole(bytes, 3));
                }
            }
        }
    }

    private static void checkSplits(byte[] bytes, boolean good, boolean whole) {
        for (int split = 0; split <= bytes.length; split++) {
            Utf8Validator validator = new Utf8Validator();
            boolean accepted = validator.accept(bytes, 0, split) && validator.accept(bytes, split, bytes.length);
            if (accepted != good || (accepted && validator.isComplete() != whole)) {
                throw new AssertionError(Frames.hex(bytes) + " split at " + split);
            }
        }
    }

    @Test
    void theEdgesOfSequencesOfFourBytes() {
        int[] edges = {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xF0};
        for (int first = 0xEE; first < 0x100; first++) {
            for (int second = 0; second < 256; second++) {
                for (int third : edges) {
                    for (int fourth : edges) {
                        checkEverySplit((byte) first, (byte) second, (byte) third, (byte) fourth);
                    }
                }
            }
        }
    }

    @Test
    void everyCodePoint() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(codePoint).getBytes(UTF_8);
                Utf8Validator validator = new Utf8Validator();
                if (!validator.accept(bytes, 0, bytes.length) || !validator.isComplete()) {
                    throw new AssertionError("U+%04X".formatted(codePoint));
                }
            }
        }
    }

    @Test
    void aBadByteAnywhereInAsciiThatIsReadInWords() {
        for (int length = 1; length <= 40; length++) {
            for (int bad = 0; bad < length; bad++) {
                for (byte octet : new byte[] {(byte) 0x80, (byte) 0xC0, (byte) 0xFF}) {
                    byte[] bytes = new byte[length];
                    Arrays.fill(bytes, (byte) 'a');
                    bytes[bad] = octet;
                    checkEverySplit(bytes);
                }
            }
        }
    }

    @Test
    void sequencesAtEachOffsetOfAWord() {
        for (int offset = 0; offset < 17; offset++) {
            checkEverySplit(("a".repeat(offset) + "é€🌍z").getBytes(UTF_8));
        }
    }

    @Test
    void readsOnlyFromTo() {
        byte[] bytes = Frames.hex("ff 61 c3a4 ff");
        Utf8Validator validator = new Utf8Validator();
        assertThat(validator.accept(bytes, 1, 4)).isTrue();
        assertThat(validator.isComplete()).isTrue();
        assertThat(validator.accept(bytes, 4, 4)).isTrue();
        assertThat(validator.accept(bytes, 4, 5)).isFalse();
    }

    /** The first bad byte is where it has to be, and so is whether the text may end, however it is split. */
    private void checkEverySplit(byte... bytes) {
        int good = 0;
        while (good < bytes.length && isGoodPrefix(bytes, good + 1)) {
            good++;
        }
        checkSplits(bytes, good == bytes.length, isWhole(bytes, bytes.length));
        if (!new Utf8Validator().accept(bytes, 0, good)) {
            throw new AssertionError(Frames.hex(bytes) + " up to " + good);
        }
    }

    private boolean isGoodPrefix(byte[] bytes, int length) {
        for (byte[] completion : COMPLETIONS) {
            in.clear().put(bytes, 0, length).put(completion);
            if (isUtf8()) {
                return true;
            }
        }
        return false;
    }

    private boolean isWhole(byte[] bytes, int length) {
        in.clear().put(bytes, 0, length);
        return isUtf8();
    }

    private boolean isUtf8() {
        return !decoder.reset().decode(in.flip(), out.clear(), true).isError();
    }
}
