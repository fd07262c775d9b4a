package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 §2, §4 and §5: the head of a response; what any head may be is in {@link RequestParserTest}, too. */
class ResponseParserTest {

    private static final String FIELDS = Client.RESPONSE.substring(Client.RESPONSE.indexOf("\r\n") + 2) + "\r\n";

    @Test
    void aHeadIsTakenApart() throws HandshakeFailedException {
        ByteBuffer in = latin1("HTTP/1.0 407 Say \u00E9\r\nX-A:  1 \t 2\t\r\nx-a:\r\n\r\nrest");
        assertThat(new ResponseParser(HeadLimits.DEFAULT).parse(in))
                .isEqualTo(new ResponseHead(
                        0, 407, "Say \u00E9", List.of(new Header("X-A", "1 \t 2"), new Header("x-a", ""))));
        assertThat(in.remaining()).isEqualTo(4);
    }

    @Test
    void itsNameIsItsStatus() {
        assertThat(new ResponseHead(1, 403, "\u001B[2J", List.of(new Header("Set-Cookie", "secret"))))
                .hasToString("403 ?[2J");
        assertThat(new ResponseHead(1, 403, "", List.of())).hasToString("403");
    }

    @Test
    void theHeadMayBeAsLargeAsItsLimit() {
        String head = "HTTP/1.1 101 \r\n" + FIELDS;
        HeadLimits limits = new HeadLimits(head.length(), 9, 1);
        assertThat(outcome(limits, head).failure()).isNull();
        assertThat(outcome(limits, head + "frames").taken()).isEqualTo(head.length());
        Client.Outcome tooLarge = outcome(limits, head.replace("101 ", "101 x"));
        assertThat(tooLarge.failure()).isEqualTo(HandshakeFailure.HEAD_TOO_LARGE);
        assertThat(tooLarge.text()).isEqualTo("response head exceeds " + head.length() + "B");
        assertThat(tooLarge.taken()).isEqualTo(head.length());
    }

    @Test
    void eachHeadHasTheLimitForItself() {
        String head = "HTTP/1.1 101 \r\n" + FIELDS;
        HeadLimits limits = new HeadLimits(head.length(), 3, 1);
        String hints = "HTTP/1.1 103 \r\na:\r\nb:\r\nc:\r\n\r\n";
        assertThat(outcome(limits, hints.repeat(8) + head).failure()).isNull();
    }

    @Test
    void thereMayBeAsManyHeadersAsTheirLimit() {
        HeadLimits limits = new HeadLimits(1000, 4, 1);
        String start = "HTTP/1.1 101 \r\nA:\r\n";
        assertThat(outcome(limits, start + FIELDS).failure()).isNull();
        Client.Outcome tooMany = outcome(limits, start + "b:\r\n" + FIELDS);
        assertThat(tooMany.failure()).isEqualTo(HandshakeFailure.TOO_MANY_HEADERS);
        assertThat(tooMany.text()).isEqualTo("response has more than 4 headers");
        assertThat(tooMany.taken()).isEqualTo((start + "b:\r\n" + FIELDS).indexOf("Sec-") + 1);
    }

    @Test
    void theDefaultLimitsAreReached() {
        String start = "HTTP/1.1 101 \r\n" + "a:\r\n".repeat(60) + "b:";
        String head = start + "b".repeat(8192 - 2 - FIELDS.length() - start.length()) + "\r\n" + FIELDS;
        assertThat(outcome(HeadLimits.DEFAULT, head).failure()).isNull();
        assertThat(outcome(HeadLimits.DEFAULT, head.replace("b:", "b:b")).failure())
                .isEqualTo(HandshakeFailure.HEAD_TOO_LARGE);
        assertThat(outcome(HeadLimits.DEFAULT, head.replace("b:", "b:\r\nc:")).failure())
                .isEqualTo(HandshakeFailure.TOO_MANY_HEADERS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0015",
                "h",
                "HTTP/2",
                "HTTP/1.1 1x",
                "HTTP/1.1 101\r",
                "HTTP/1.1 101 \u0001",
                "HTTP/1.1 101 \n",
                "HTTP/1.1 101 \rx",
                "HTTP/1.1 101 \r\n ",
                "HTTP/1.1 101 \r\na ",
                "HTTP/1.1 101 \r\na: b\u0001"
            })
    void aFaultIsFoundAtTheByteThatProvesIt(String fault) {
        Client.Outcome outcome = outcome(HeadLimits.DEFAULT, fault + ": b\r\n\r\n");
        assertThat(outcome.failure()).isNotNull();
        assertThat(outcome.taken()).isEqualTo(fault.length());
    }

    private static Client.Outcome outcome(HeadLimits limits, String response) {
        return new Client(Client.REQUEST, limits).outcome(response);
    }

    private static ByteBuffer latin1(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
