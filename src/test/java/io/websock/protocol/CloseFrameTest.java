package io.websock.protocol;

import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.CloseInfo;
import io.websock.api.CloseInfo.Initiator;
import io.websock.testkit.Exchange;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §5.5.1 and §7.4. */
class CloseFrameTest {

    /** BEHAVIOUR.md: echoed. All else is refused. */
    private static boolean legal(int code) {
        return IntStream.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014)
                        .anyMatch(legal -> legal == code)
                || code / 1000 == 3
                || code / 1000 == 4;
    }

    @Test
    void eachCodeIsEchoedOrRefused() {
        for (int code = 0; code <= 5100; code++) {
            expect(code);
        }
        IntStream.of(0x7FFF, 0x8000, 0x83E8, 0xFC17, 0xFFFF).forEach(CloseFrameTest::expect);
    }

    private static void expect(int code) {
        if (legal(code)) {
            Exchange.of(close(code, "")).closes(close(code, ""));
        } else {
            Exchange.of(close(code, "")).breaks(1002, "Close code must not be sent");
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachCodeThereIs(Role role) {
        for (int code = 0; code <= 0xFFFF; code++) {
            Side side = new Side(role);
            side.receiveFrames(close(code, ""));
            CloseInfo info = side.protocol.closeInfo();
            if (info.code() != (legal(code) ? code : 1002) || info.clean() != legal(code)) {
                throw new AssertionError(code + ": " + info);
            }
        }
    }

    @Test
    void aReasonIsHandedOnAndNotEchoed() {
        Exchange.of(close(1000, "bye")).closes(close(1000, ""));
        Exchange.of(close(4999, "ä".repeat(61))).closes(close(4999, ""));
    }

    @ParameterizedTest
    @EnumSource
    void theInfoSaysWhatThePeerSaid(Role role) {
        Side side = new Side(role);
        side.receiveFrames(close(3123, "Grüße, 世界 🌍"));
        assertThat(side.protocol.closeInfo()).isEqualTo(new CloseInfo(3123, "Grüße, 世界 🌍", Initiator.PEER, true));
    }

    @ParameterizedTest
    @EnumSource
    void aCloseWithoutACodeIsAnsweredByOne(Role role) {
        Exchange.of("88 00").closes(hex("88 00"));
        Side side = new Side(role);
        side.receiveFrames(hex("88 00"));
        assertThat(side.protocol.closeInfo()).isEqualTo(new CloseInfo(1005, "", Initiator.PEER, true));
    }

    @Test
    void oneByteOfPayloadIsRefusedFromTheHeader() {
        Exchange.of("88 01").breaks(1002, "Close frame with one byte of payload");
    }

    @Test
    void aCodeIsRefusedBeforeItsReasonArrives() {
        Exchange.of("88 7d 03ed").breaks(1002, "Close code must not be sent");
        Exchange.of("88 02 03e7").breaks(1002, "Close code must not be sent");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ff", "6162 c0", "80", "c3 28", "e2 82 28", "ed a0", "f0 8f", "f4 90", "f5", "62 f0 9f 98 c0"})
    void aReasonThatIsNotUtf8IsRefusedAtTheFirstBadByte(String reason) {
        // More was declared than has come.
        byte[] bytes = hex("03e8" + reason);
        Exchange.of(hex("88 64"), bytes).breaks(1007, "Close reason is not UTF-8");
        Exchange.of(frame(0x88, bytes)).breaks(1007, "Close reason is not UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c3", "61 e2 82", "f0 9f 98"})
    void aReasonThatEndsInsideASequenceIsRefusedAtItsEnd(String reason) {
        Exchange.of(frame(0x88, hex("03e8" + reason))).breaks(1007, "Close reason is not UTF-8");
    }

    @Test
    void whatWasAskedBeforeIsAnsweredBefore() {
        Exchange.of(ping((byte) 1), Frames.text("a"), close(1001, ""))
                .closes(Frames.concat(pong((byte) 1), close(1001, "")), "text a");
    }
}
