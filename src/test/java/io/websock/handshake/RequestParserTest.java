package io.websock.handshake;

import static io.websock.handshake.Server.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 §2, §3 and §5: the head of a request. */
class RequestParserTest {

    @Test
    void aHeadIsTakenApart() {
        Request request =
                parse("GET /a%20b?c=%20d HTTP/1.1\r\nHost: Example.com:8888\r\nX-A:  1 \t 2\t\r\nx-a:\r\n\r\n");
        assertThat(request)
                .isEqualTo(new Request(
                        "GET",
                        "/a%20b?c=%20d",
                        "/a b",
                        "c=%20d",
                        1,
                        new Authority("example.com", 8888),
                        List.of(
                                new Header("Host", "Example.com:8888"),
                                new Header("X-A", "1 \t 2"),
                                new Header("x-a", ""))));
    }

    @Test
    void octetsAbove127AreLatin1InValues() {
        assertThat(parse("GET / HTTP/1.1\r\nHost: a\r\nCookie: \u00FF\u0080\r\n\r\n")
                        .header("cookie"))
                .isEqualTo("\u00FF\u0080");
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.0, 0", "HTTP/1.1, 1", "HTTP/1.2, 1", "HTTP/1.9, 1"})
    void theMinorVersionIs0Or1(String version, int minor) {
        assertThat(parse("GET / " + version + "\r\nHost: a\r\n\r\n").minorVersion())
                .isEqualTo(minor);
    }

    @Test
    void http10NeedsNoHost() {
        assertThat(parse("GET / HTTP/1.0\r\n\r\n").authority()).isEqualTo(Authority.NONE);
    }

    @Test
    void anyTokenIsAMethod() {
        assertThat(parse("!#$%&'*+-.^_`|~09azAZ / HTTP/1.1\r\nHost: a\r\n\r\n").method())
                .isEqualTo("!#$%&'*+-.^_`|~09azAZ");
    }

    @Test
    void theMethodIsKnownAsSoonAsItIsComplete() throws RefusedException {
        RequestParser parser = new RequestParser(HeadLimits.DEFAULT);
        parser.parse(ascii("HEAD"));
        assertThat(parser.method()).isEmpty();
        parser.parse(ascii(" "));
        assertThat(parser.method()).isEqualTo("HEAD");
    }

    @Test
    void onlyOneEmptyLineAheadIsIgnored() {
        assertThat(new Server().answer("\r\n\r\nGET / HTTP/1.1\r\n").taken()).isEqualTo(3);
    }

    @Test
    void theTargetMayBeAsLongAsItsLimit() {
        HeadLimits limits = new HeadLimits(100, 9, 5);
        assertThat(answer(limits, "GET /abcd HTTP/1.1\r\nHost: a\r\n\r\n").refusal())
                .isEqualTo(Refusal.UNKNOWN_PATH);
        assertThat(answer(limits, "GET /?bcd HTTP/1.1\r\nHost: a\r\n\r\n").refusal())
                .isEqualTo(Refusal.UNKNOWN_PATH);
        Server.Answer tooLong = answer(limits, "GET /abcde HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(tooLong.refusal()).isEqualTo(Refusal.TARGET_TOO_LONG);
        assertThat(tooLong.taken()).isEqualTo("GET /abcde".length());
        assertThat(tooLong.response()).endsWith("websocket.limits.max-request-target-size=5B\n");
        assertThat(answer(limits, "GET /abcd?").refusal()).isEqualTo(Refusal.TARGET_TOO_LONG);
        assertThat(answer(limits, "GET /?bcde").refusal()).isEqualTo(Refusal.TARGET_TOO_LONG);
    }

    @Test
    void thereMayBeAsManyHeadersAsTheirLimit() {
        HeadLimits limits = new HeadLimits(100, 2, 50);
        assertThat(answer(limits, "GET / HTTP/1.1\r\nHost: a\r\nb: c\r\n\r\n").refusal())
                .isEqualTo(Refusal.UNKNOWN_PATH);
        String tooMany = "GET / HTTP/1.1\r\nHost: a\r\nb: c\r\nd";
        assertThat(answer(limits, tooMany + ": e\r\n\r\n"))
                .extracting(Server.Answer::refusal, Server.Answer::taken)
                .containsExactly(Refusal.TOO_MANY_HEADERS, tooMany.length());
    }

    @Test
    void theHeadMayBeAsLargeAsItsLimit() {
        String head = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
        HeadLimits limits = new HeadLimits(head.length(), 9, 9);
        assertThat(answer(limits, head).refusal()).isEqualTo(Refusal.UNKNOWN_PATH);
        assertThat(answer(limits, head + "frames").refusal()).isEqualTo(Refusal.UNKNOWN_PATH);
        assertThat(answer(limits, head.replace("a", "ab")))
                .extracting(Server.Answer::refusal, Server.Answer::taken)
                .containsExactly(Refusal.HEAD_TOO_LARGE, head.length());
    }

    @Test
    void theDefaultLimitsAreReached() {
        String start = "GET /" + "a".repeat(2047) + " HTTP/1.1\r\nHost: a\r\n" + "b:\r\n".repeat(62) + "c:";
        String head = start + "c".repeat(8192 - 4 - start.length()) + "\r\n\r\n";
        assertThat(parse(head).headers()).hasSize(64);
        assertThat(new Server().answer(head.replace("\r\n\r\n", "c\r\n\r\n")).refusal())
                .isEqualTo(Refusal.HEAD_TOO_LARGE);
    }

    @Test
    void theLimitsAreNotAllocated() throws RefusedException {
        HeadLimits limits = new HeadLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
        ByteBuffer head = ascii("GET / HTTP/1.1\r\nHost: a\r\n" + "b: c\r\n".repeat(1000) + "\r\n");
        Request request = new RequestParser(limits).parse(head);
        assertThat(request).isNotNull();
        assertThat(request.headers()).hasSize(1001);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET\u0001",
                "GET /\u0001",
                "GET /ws?\"",
                "GET / HTTP/1.1\r\nHost\u0001",
                "GET / HTTP/1.1\r\nHost: \u0001",
                "GET / HTTP/1.1\r\n\u0001",
                "GET / HTTP/1.1\r\n\u0080",
                "GET / X",
                "GET / HTTP/3"
            })
    void aFaultIsRefusedAtTheByteThatProvesIt(String fault) {
        assertThat(new Server().answer(fault.substring(0, fault.length() - 1)).refusal())
                .isNull();
        assertThat(new Server().answer(fault + " and anything behind").taken()).isEqualTo(fault.length());
    }

    @Test
    void aParserParsesOneHead() throws RefusedException {
        HeadLimits limits = new HeadLimits(18, 9, 9);
        RequestParser parsed = new RequestParser(limits);
        assertThat(parsed.parse(ascii("GET / HTTP/1.0\r\n\r\n"))).isNotNull();
        assertThatThrownBy(() -> parsed.parse(ascii("G"))).isInstanceOf(IllegalStateException.class);
        RequestParser refused = new RequestParser(limits);
        assertThatThrownBy(() -> refused.parse(ascii("\n"))).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> refused.parse(ascii("G"))).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,1,1", "1,0,1", "1,1,0"})
    void aLimitIsAtLeast1(int bytes, int headers, int target) {
        assertThatThrownBy(() -> new HeadLimits(bytes, headers, target)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Server.Answer answer(HeadLimits limits, String request) {
        return new Server(OriginPolicy.SAME, limits).answer(request);
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
