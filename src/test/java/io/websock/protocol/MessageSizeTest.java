package io.websock.protocol;

import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.header;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.RecordingReceiver.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.websock.api.Message;
import io.websock.testkit.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6455 §10.4: the limit of a message. */
class MessageSizeTest {
    private static final byte[] NOTHING = {};
    private static final String REASON = "message exceeds websocket.limits.max-message-size=";

    private static ProtocolLimits limit(int size) {
        return new ProtocolLimits(size, 50, 100);
    }

    @Test
    void theDefaultIs64KiB() {
        String text = "x".repeat(65536);
        Exchange.of(frame(0x81, text)).answers(NOTHING, event(Message.text(text)));
        Exchange.of(header(0x81, 65537)).breaks(1009, REASON + "64KB");
    }

    @Test
    void aWholeMessageAtTheLimitAndOneAbove() {
        Exchange.of("82 05 0102030405 82 05 0102030405")
                .with(limit(5))
                .answers(NOTHING, "binary 0102030405", "binary 0102030405");
        Exchange.of("82 06").with(limit(5)).breaks(1009, REASON + "5B");
        Exchange.of("81 02 6869 89 01 2a 82 06").with(limit(5)).breaks(1009, REASON + "5B", hex("8a 01 2a"), "text hi");
    }

    @Test
    void aFragmentedMessageAtTheLimitAndOneAbove() {
        Exchange.of("02 02 0102 00 02 0304 80 01 05").with(limit(5)).answers(NOTHING, "binary 0102030405");
        Exchange.of("02 05 0102030405 00 00 80 00").with(limit(5)).answers(NOTHING, "binary 0102030405");
        Exchange.of("02 02 0102 00 02 0304 80 02").with(limit(5)).breaks(1009, REASON + "5B");
        Exchange.of("02 05 0102030405 00 01").with(limit(5)).breaks(1009, REASON + "5B");
    }

    @Test
    void aLimitOfNothingPermitsEmptyMessages() {
        Exchange.of("81 00 01 00 80 00").with(limit(0)).answers(NOTHING, "text ", "text ");
        Exchange.of("81 01").with(limit(0)).breaks(1009, REASON + "0B");
        Exchange.of("01 00 80 01").with(limit(0)).breaks(1009, REASON + "0B");
    }

    @Test
    void theLargestLimitDoesNotOverflow() {
        ProtocolLimits limits = limit(Integer.MAX_VALUE);
        Exchange.of("82 7f 000000007fffffff 01 02").with(limits).answers(NOTHING);
        Exchange.of("02 01 00 00 7f 000000007ffffffe 01 02").with(limits).answers(NOTHING);
        Exchange.of("02 01 00 00 7f 000000007fffffff").with(limits).breaks(1009, REASON + "2147483647B");
        Exchange.of("02 01 00 00 7f 7fffffffffffffff").with(limits).breaks(1009, REASON + "2147483647B");
    }

    @ParameterizedTest
    @CsvSource({
        "1023, 1023B",
        "1024, 1KB",
        "1536, 1536B",
        "65536, 64KB",
        "1048576, 1MB",
        "1572864, 1536KB",
        "16777216, 16MB"
    })
    void theReasonQuotesThePropertyAsItIsWritten(int size, String quoted) {
        Exchange.of(header(0x82, size + 1)).with(limit(size)).breaks(1009, REASON + quoted);
        assertThat(REASON.length() + quoted.length()).isLessThanOrEqualTo(123);
    }

    @Test
    void anEndpointMayHaveAnotherLimit() {
        assertThat(new ProtocolLimits(1, 2, 3).withMaxMessageSize(5)).isEqualTo(new ProtocolLimits(5, 2, 3));
    }

    @ParameterizedTest
    @CsvSource({"-1, 50, 100", "1, 0, 100", "1, 50, 0"})
    void limitsOutOfRangeAreRefused(int size, int perSecond, int burst) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProtocolLimits(size, perSecond, burst))
                .withMessage("limits out of range");
    }
}
