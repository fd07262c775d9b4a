package io.websock.protocol;

import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.pong;
import static io.websock.testkit.RecordingReceiver.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.testkit.Exchange;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §5.4. */
class FragmentationTest {
    private static final byte[] NOTHING = {};

    @Test
    void fragmentsMakeOneMessageOfTheFirstOnesKind() {
        Exchange.of("01 03 48656c 80 02 6c6f").answers(NOTHING, "text Hello");
        Exchange.of("02 01 01 00 01 02 00 01 03 80 01 04").answers(NOTHING, "binary 01020304");
    }

    @Test
    void emptyFragmentsAreLegal() {
        Exchange.of("01 00 00 00 80 00").answers(NOTHING, "text ");
        Exchange.of("02 00 00 01 07 00 00 80 00").answers(NOTHING, "binary 07");
        Exchange.of("81 00 82 00").answers(NOTHING, "text ", "binary ");
    }

    @Test
    void messagesFollowEachOther() {
        Exchange.of("01 01 61 80 01 62 82 01 07 81 01 63 01 01 64 80 00")
                .answers(NOTHING, "text ab", "binary 07", "text c", "text d");
    }

    @Test
    void controlFramesBetweenFragmentsAreAnsweredAtOnce() {
        Exchange.of("01 01 61 89 02 0102 00 01 62 8a 01 03 80 01 63")
                .answers(pong((byte) 1, (byte) 2), "pong 03", "text abc");
        Exchange.of("01 01 61 89 01 2a 8a 00").answers(pong((byte) 0x2a), "pong ");
    }

    @Test
    void aCloseInsideAMessageIsLegal() {
        Exchange.of("01 01 61 88 02 03e8").closes(close(1000, ""));
        Exchange.of("02 01 61 00 01 62 88 00").closes(close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "80", "81 01 61 00", "01 01 61 80 01 62 80"})
    void aContinuationWithNothingToContinueIsRefused(String frames) {
        byte[] bytes = Frames.hex(frames);
        String[] events = bytes.length == 1 ? new String[0] : new String[] {bytes.length == 4 ? "text a" : "text ab"};
        Exchange.of(bytes).breaks(1002, "continuation without a message to continue", events);
    }

    @ParameterizedTest
    @ValueSource(strings = {"01 01 61 01", "01 01 61 81", "01 00 82", "02 00 00 00 02", "02 00 89 00 81"})
    void aNewMessageInsideAFragmentedOneIsRefused(String frames) {
        byte[] answered = frames.contains("89") ? pong() : NOTHING;
        Exchange.of(frames).breaks(1002, "new message inside a fragmented one", answered);
    }

    @ParameterizedTest
    @EnumSource
    void exactly1024TinyFragmentsAreLegal(Role role) {
        Side side = new Side(role);
        side.receiveFrames(fragments(1023, 1), frame(0x80, "z"));
        assertThat(side.received.take()).hasSize(1).first().asString().startsWith("text message of 1024 B");
        // The count begins anew with each message.
        side.receiveFrames(fragments(1023, 1), frame(0x80, "z"));
        assertThat(side.received.take()).hasSize(1);
        assertThat(side.protocol.hasEnded()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15})
    void oneMoreOfThemIsRefusedFromItsHeader(int length) {
        Exchange.of(fragments(1024, length), Frames.header(0x00, length)).breaks(1008, "too many tiny fragments");
        Exchange.of(fragments(1024, length), Frames.header(0x80, length)).breaks(1008, "too many tiny fragments");
    }

    @Test
    void anyNumberOfFragmentsIsLegalThatAverage16Bytes() {
        Exchange.of(fragments(2000, 16), frame(0x80, "0123456789abcdef"))
                .answers(NOTHING, event(Message.text("x".repeat(32000) + "0123456789abcdef")));
    }

    @Test
    void theAverageIsWhatCounts() {
        byte[] big = frame(0x01, "x".repeat(1024 * 16 - 1023 + 15));
        byte[] tiny = concat(Collections.nCopies(1023, frame(0x00, "y")).toArray(byte[][]::new));
        // 1025 fragments of 16 B on average are 16400 B.
        Exchange.of(big, tiny, Frames.header(0x00, 1)).answers(NOTHING);
        Exchange.of(big, tiny, Frames.header(0x00, 0)).breaks(1008, "too many tiny fragments");
    }

    private static byte[] fragments(int count, int length) {
        byte[][] frames = new byte[count][];
        for (int i = 0; i < count; i++) {
            frames[i] = frame(i == 0 ? 0x01 : 0x00, "x".repeat(length));
        }
        return concat(frames);
    }
}
