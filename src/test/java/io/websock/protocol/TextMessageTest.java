package io.websock.protocol;

import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.text;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.websock.testkit.Exchange;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §5.6 and §8.1: the text of messages, in frames. All of UTF-8 itself is in {@link Utf8ValidatorTest}. */
class TextMessageTest {
    private static final byte[] NOTHING = {};
    private static final String TEXT = "Hej, Grüße, 世界 🌍!";

    @Test
    void textIsReadInOneFrame() {
        Exchange.of(text(TEXT)).answers(NOTHING, "text " + TEXT);
        Exchange.of(text("\0\u007F\u0080\u07FF\u0800\uFFFF\uD800\uDC00\uDBFF\uDFFF"))
                .answers(NOTHING, "text \0\u007F\u0080\u07FF\u0800\uFFFF\uD800\uDC00\uDBFF\uDFFF");
    }

    @Test
    void textIsReadInTwoFramesThatAreCutAnywhere() {
        byte[] bytes = TEXT.getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            byte[] first = Arrays.copyOf(bytes, cut);
            byte[] rest = Arrays.copyOfRange(bytes, cut, bytes.length);
            Exchange.of(frame(0x01, first), hex("89 00"), frame(0x80, rest)).answers(hex("8a 00"), "text " + TEXT);
        }
    }

    @Test
    void textIsReadInFramesOfOneByte() {
        byte[] bytes = TEXT.getBytes(UTF_8);
        byte[] frames = hex("01 00");
        for (byte octet : bytes) {
            frames = concat(frames, frame(0x00, new byte[] {octet}));
        }
        Exchange.of(frames, hex("80 00")).answers(NOTHING, "text " + TEXT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80",
                "bf",
                "c0",
                "c1",
                "f5",
                "fe",
                "ff",
                "6162 ff",
                "c3 28",
                "c3 c3",
                "e0 9f",
                "e1 80 c0",
                "e2 28",
                "e2 82 28",
                "ed a0",
                "ef bf c0",
                "f0 8f",
                "f0 90 28",
                "f0 9f 98 28",
                "f4 90",
                "f4 8f bf c0",
                "61626364 65666768 80",
                "cebae1bdb9cf83cebcceb5 eda0"
            })
    void textThatIsNotUtf8IsRefusedAtTheFirstBadByte(String payload) {
        byte[] bytes = hex(payload);
        byte[] last = {bytes[bytes.length - 1]};
        byte[] before = Arrays.copyOf(bytes, bytes.length - 1);
        // The frame goes on behind the bad byte, and that is not awaited.
        Exchange.of(hex("81 7e 1000"), bytes).breaks(1007, "text is not UTF-8");
        Exchange.of(hex("01 50"), bytes).breaks(1007, "text is not UTF-8");
        Exchange.of(frame(0x01, before), hex("00 00 80 20"), last).breaks(1007, "text is not UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c3", "e2 82", "f0 9f 98", "61626364 65666768 c3"})
    void textThatEndsInsideASequenceIsRefusedAtItsEnd(String payload) {
        Exchange.of(frame(0x81, hex(payload))).breaks(1007, "text is not UTF-8");
        Exchange.of(frame(0x01, hex(payload)), hex("80 00")).breaks(1007, "text is not UTF-8");
        Exchange.of(text("a"), frame(0x01, hex(payload)), hex("89 00 80 00"))
                .breaks(1007, "text is not UTF-8", hex("8a 00"), "text a");
    }

    @Test
    void aMessageAfterACutOneBeginsAnew() {
        Exchange.of("01 01 c3 80 01 a4 81 01 61 81 01 a4").breaks(1007, "text is not UTF-8", "text ä", "text a");
    }

    @Test
    void binaryMessagesMayBeAnything() {
        Exchange.of("82 03 ffc080 02 01 c3 80 01 28 81 01 61")
                .answers(NOTHING, "binary ffc080", "binary c328", "text a");
    }
}
