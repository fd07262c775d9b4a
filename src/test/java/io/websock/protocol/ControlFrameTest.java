package io.websock.protocol;

import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;

import io.websock.testkit.Exchange;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §5.5, §5.5.2 and §5.5.3. The Close frame has a test of its own. */
class ControlFrameTest {

    static IntStream lengths() {
        return IntStream.rangeClosed(0, 125);
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void aPingIsAnsweredByAPongOfTheSamePayload(int length) {
        byte[] payload = random(length);
        Exchange.of(ping(payload)).answers(pong(payload));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void aPongIsHandedOnAndNotAnswered(int length) {
        byte[] payload = random(length);
        Exchange.of(pong(payload)).answers(new byte[0], "pong " + hex(payload));
    }

    @Test
    void theExamplesOfSection5_7() {
        Exchange.of("89 05 48656c6c6f").answers(hex("8a 05 48656c6c6f"));
        Exchange.of("89 85 37fa213d 7f9f4d5158").asIsTo(Role.SERVER).answers(hex("8a 05 48656c6c6f"));
    }

    @Test
    void everyPingIsAnsweredInOrder() {
        Exchange.of("89 01 01 89 01 02 89 00 89 01 03").answers(hex("8a 01 01 8a 01 02 8a 00 8a 01 03"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"897e", "897f", "8a7e", "8a7f", "887e", "887f"})
    void aControlFrameOver125BytesIsRefusedFromItsSecondByte(String header) {
        Exchange.of(header).breaks(1002, "control frame is longer than 125 bytes");
        Exchange.of(concat(frame(0x01, "a"), hex(header))).breaks(1002, "control frame is longer than 125 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"08", "09", "0a"})
    void aFragmentedControlFrameIsRefusedFromItsFirstByte(String first) {
        Exchange.of(first).breaks(1002, "control frame is fragmented");
        Exchange.of(concat(ping(), frame(0x01, "a"), hex(first))).breaks(1002, "control frame is fragmented", pong());
    }

    private static byte[] random(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return payload;
    }
}
