package io.websock.handshake;

import static io.websock.handshake.Server.http;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table of the handshake: the bytes of the request, the rule, the bytes of the response. */
class HandshakeTableTest {

    /** What only the engine finds, or only an interceptor does. */
    private static final Set<Refusal> NOT_IN_THE_BYTES = EnumSet.of(
            Refusal.PLAINTEXT_ON_TLS_PORT,
            Refusal.HANDSHAKE_TIMEOUT,
            Refusal.SERVER_FULL,
            Refusal.STOPPING,
            Refusal.INTERCEPTOR_REFUSED,
            Refusal.INTERCEPTOR_FAILED,
            Refusal.EXTENSION_FAILED);

    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource
    void aRequestThatBreaksARuleGetsItsAnswer(Refusal refusal, String request, String response) {
        Server.Answer answer = new Server().answer(request);
        assertThat(answer.response()).isEqualTo(response);
        assertThat(answer.refusal()).isEqualTo(refusal);
    }

    static Stream<Arguments> aRequestThatBreaksARuleGetsItsAnswer() {
        List<Arguments> rows = new ArrayList<>();

        row(rows, Refusal.METHOD_NOT_ALLOWED, "POST /ws HTTP/1.1\r\nHost: example.com\r\n\r\n", "method is not GET");
        row(rows, Refusal.METHOD_NOT_ALLOWED, request("GET", "get"), "method is not GET");
        row(rows, Refusal.METHOD_NOT_ALLOWED, request("GET", "CONNECT"), "method is not GET");
        row(rows, Refusal.METHOD_NOT_ALLOWED, "CONNECT example.com:80 HTTP/1.1\r\n", "method is not GET");
        row(rows, Refusal.METHOD_NOT_ALLOWED, "OPTIONS * HTTP/1.1\r\n", "method is not GET");
        head(rows, Refusal.METHOD_NOT_ALLOWED, request("GET", "HEAD"), "method is not GET");
        head(rows, Refusal.UNKNOWN_PATH, request("GET /ws", "HEAD /"), "no endpoint has this path: /");
        head(rows, Refusal.TARGET_MALFORMED, "HEAD /ws#", "request target is malformed");

        String noUpgrade = "request does not ask for an upgrade to websocket with HTTP/1.1";
        row(rows, Refusal.UPGRADE_REQUIRED, request("HTTP/1.1", "HTTP/1.0"), noUpgrade);
        row(rows, Refusal.UPGRADE_REQUIRED, "GET /ws HTTP/1.0\r\n\r\n", noUpgrade);
        row(rows, Refusal.UPGRADE_REQUIRED, "GET /ws HTTP/1.1\r\nHost: example.com\r\n\r\n", noUpgrade);
        row(rows, Refusal.UPGRADE_REQUIRED, request("Connection: Upgrade\r\n", ""), noUpgrade);
        row(rows, Refusal.UPGRADE_REQUIRED, request("Connection: Upgrade", "Connection: keep-alive"), noUpgrade);
        row(rows, Refusal.UPGRADE_REQUIRED, request("Connection: Upgrade", "Connection: upgrades"), noUpgrade);
        row(rows, Refusal.UPGRADE_REQUIRED, request("Upgrade: websocket\r\n", ""), noUpgrade);
        row(rows, Refusal.UPGRADE_REQUIRED, request(": websocket", ": h2c"), noUpgrade);
        row(rows, Refusal.UPGRADE_REQUIRED, request(": websocket", ": websocket/13"), noUpgrade);

        row(rows, Refusal.HTTP_VERSION_UNSUPPORTED, "GET /ws HTTP/2", "only HTTP/1.1 is spoken here");
        row(rows, Refusal.HTTP_VERSION_UNSUPPORTED, "GET /ws HTTP/0.9\r\n", "only HTTP/1.1 is spoken here");
        row(rows, Refusal.HTTP_VERSION_UNSUPPORTED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "only HTTP/1.1 is spoken here");
        row(rows, Refusal.HTTP_VERSION_MISSING, "GET /ws\r\n", "request line has no HTTP version");
        row(rows, Refusal.HTTP_VERSION_MISSING, "GET /ws \r\n", "request line has no HTTP version");
        row(rows, Refusal.HTTP_VERSION_MISSING, "GET /ws?q\r\n", "request line has no HTTP version");

        String version = "Sec-WebSocket-Version: 13";
        row(rows, Refusal.VERSION_MISSING, request(version + "\r\n", ""), "Sec-WebSocket-Version is missing");
        row(rows, Refusal.VERSION_UNSUPPORTED, request(version, version + "7"), "Sec-WebSocket-Version is not 13: 137");
        row(
                rows,
                Refusal.VERSION_UNSUPPORTED,
                request(version, "Sec-WebSocket-Version: 8"),
                "Sec-WebSocket-Version is not 13: 8");
        row(
                rows,
                Refusal.VERSION_UNSUPPORTED,
                request(version, "Sec-WebSocket-Version:"),
                "Sec-WebSocket-Version is not 13: ");
        String twice = "Sec-WebSocket-Version is given more than once";
        row(rows, Refusal.VERSION_REPEATED, request(version, version + "\r\n" + version), twice);
        row(rows, Refusal.VERSION_REPEATED, request(version, version + ", 13"), twice);
        row(rows, Refusal.VERSION_REPEATED, request(version, version + ", 8"), twice);
        row(rows, Refusal.VERSION_REPEATED, request(version, version + ","), twice);

        row(rows, Refusal.KEY_MISSING, request(KEY, ""), "Sec-WebSocket-Key is missing");
        row(rows, Refusal.KEY_REPEATED, request(KEY, KEY + KEY), "Sec-WebSocket-Key is given more than once");
        for (String key : List.of(
                "",
                "dGhlIHNhbXBsZSBub25jZQ",
                "dGhlIHNhbXBsZSBub25jZQ=",
                "dGhlIHNhbXBsZSBub25jZQ===",
                "dGhlIHNhbXBsZSBub25jZR==",
                "dGhlIHNhbXBsZSBub25jZ1Q=",
                "dGhlIHNhbXBsZSBub25j",
                "dGhlIHNhbXBs ZSBub25jZQ==",
                "dGhlIHNhbXBsZSBub25jZ-==",
                "dGhlIHNhbXBsZSBub25jZQ==,",
                "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==")) {
            row(
                    rows,
                    Refusal.KEY_MALFORMED,
                    request("dGhlIHNhbXBsZSBub25jZQ==", key),
                    "Sec-WebSocket-Key is not base64 of 16 bytes");
        }

        String host = "Host: example.com\r\n";
        row(rows, Refusal.HOST_MISSING, request(host, ""), "Host is missing");
        row(rows, Refusal.HOST_MISSING, request(host, "").replace("/ws", "ws://example.com/ws"), "Host is missing");
        row(rows, Refusal.HOST_REPEATED, request(host, host + host), "Host is given more than once");
        row(
                rows,
                Refusal.HOST_REPEATED,
                "GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n",
                "Host is given more than once");
        row(rows, Refusal.HOST_EMPTY, request(host, "Host:\r\n"), "Host is empty");
        row(rows, Refusal.HOST_EMPTY, request(host, "Host: \t \r\n"), "Host is empty");
        row(rows, Refusal.HOST_MALFORMED, request(host, "Host: a b\r\n"), "Host is malformed: a b");

        row(rows, Refusal.BARE_LF, "\n", "line feed without carriage return");
        row(rows, Refusal.BARE_LF, "GET /ws HTTP/1.1\n", "line feed without carriage return");
        row(rows, Refusal.BARE_LF, "GET /ws\n", "line feed without carriage return");
        row(rows, Refusal.BARE_LF, "GET /ws HTTP/1.1\r\nHost: a\n", "line feed without carriage return");
        row(rows, Refusal.BARE_LF, "GET /ws HTTP/1.1\r\n\n", "line feed without carriage return");
        row(rows, Refusal.BARE_CR, "\rG", "carriage return without line feed");
        row(rows, Refusal.BARE_CR, "GET /ws HTTP/1.1\rH", "carriage return without line feed");
        row(rows, Refusal.BARE_CR, "GET /ws HTTP/1.1\r\nHost: a\rb", "carriage return without line feed");
        row(rows, Refusal.BARE_CR, "GET /ws HTTP/1.1\r\nHost: a\r\r\n", "carriage return without line feed");
        row(rows, Refusal.BARE_CR, "GET /ws HTTP/1.1\r\nHost: a\r\n\rX", "carriage return without line feed");
        String control = "control character in the request head";
        row(rows, Refusal.CONTROL_CHARACTER, "\0", control);
        row(rows, Refusal.CONTROL_CHARACTER, "GET /\0", control);
        row(rows, Refusal.CONTROL_CHARACTER, "GET\t/ws", control);
        row(rows, Refusal.CONTROL_CHARACTER, "GET /ws HTTP/1.1\r\nHost: a\0", control);
        row(rows, Refusal.CONTROL_CHARACTER, "GET /ws HTTP/1.1\r\nHost: a\u001B[2J", control);
        row(rows, Refusal.CONTROL_CHARACTER, "GET /ws HTTP/1.1\r\nHost: a\u007F", control);
        row(rows, Refusal.CONTROL_CHARACTER, "GET /ws HTTP/1.1\r\nHo\0", control);
        String space = "space between header name and colon";
        row(rows, Refusal.SPACE_BEFORE_COLON, "GET /ws HTTP/1.1\r\nHost : a\r\n\r\n", space);
        row(rows, Refusal.SPACE_BEFORE_COLON, "GET /ws HTTP/1.1\r\nHost\t: a\r\n\r\n", space);
        row(rows, Refusal.FOLDED_LINE, "GET /ws HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "header line is folded");
        row(rows, Refusal.FOLDED_LINE, "GET /ws HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n", "header line is folded");
        row(rows, Refusal.FOLDED_LINE, "GET /ws HTTP/1.1\r\n Host: a\r\n\r\n", "header line is folded");

        String body = "request to upgrade has a body";
        row(rows, Refusal.BODY_WITH_UPGRADE, request(KEY, KEY + "Content-Length: 1\r\n") + "x", body);
        row(rows, Refusal.BODY_WITH_UPGRADE, request(KEY, KEY + "Content-Length: -0\r\n"), body);
        row(rows, Refusal.BODY_WITH_UPGRADE, request(KEY, KEY + "Content-Length:\r\n"), body);
        row(rows, Refusal.BODY_WITH_UPGRADE, request(KEY, KEY + "Content-Length: 0\r\nContent-Length: 5\r\n"), body);
        row(rows, Refusal.BODY_WITH_UPGRADE, request(KEY, KEY + "Content-Length: 0, 5\r\n"), body);
        row(rows, Refusal.BODY_WITH_UPGRADE, request(KEY, KEY + "Transfer-Encoding: chunked\r\n"), body);
        row(rows, Refusal.BODY_WITH_UPGRADE, request(KEY, KEY + "Transfer-Encoding:\r\n"), body);

        row(rows, Refusal.UNKNOWN_PATH, request("/ws", "/x?y"), "no endpoint has this path: /x");
        row(rows, Refusal.UNKNOWN_PATH, request("/ws", "/WS"), "no endpoint has this path: /WS");
        row(rows, Refusal.UNKNOWN_PATH, request("/ws", "/ws/"), "no endpoint has this path: /ws/");
        row(rows, Refusal.UNKNOWN_PATH, request("/ws", "//ws"), "no endpoint has this path: //ws");
        row(rows, Refusal.UNKNOWN_PATH, request("/ws", "/%2fws"), "no endpoint has this path: /%2Fws");
        row(rows, Refusal.UNKNOWN_PATH, request("/ws", "/%E2%82%AC"), "no endpoint has this path: /?");
        row(
                rows,
                Refusal.UNKNOWN_PATH,
                request("/ws", "/" + "a".repeat(100)),
                "no endpoint has this path: /" + "a".repeat(63) + "...");
        row(
                rows,
                Refusal.ENCODED_CONTROL,
                request("/ws", "/ws%0d%0a"),
                "path has a percent-encoded control character: /ws%0d%0a");
        row(rows, Refusal.DOT_SEGMENT, request("/ws", "/x/../ws"), "path has a dot segment: /x/../ws");
        row(rows, Refusal.DOT_SEGMENT, request("/ws", "/%2e/ws"), "path has a dot segment: /%2e/ws");
        row(rows, Refusal.ESCAPE_MALFORMED, request("/ws", "/ws%2"), "path is not percent-encoded UTF-8: /ws%2");

        row(
                rows,
                Refusal.ORIGIN_NOT_ALLOWED,
                request(KEY, KEY + "Origin: https://evil.example\r\n"),
                "Origin is not allowed: https://evil.example");
        row(rows, Refusal.ORIGIN_NULL, request(KEY, KEY + "Origin: null\r\n"), "Origin is null");
        String origin = "Origin: https://example.com";
        String origins = "Origin is given more than once";
        row(rows, Refusal.ORIGIN_REPEATED, request(KEY, KEY + origin + "\r\n" + origin + "\r\n"), origins);
        row(rows, Refusal.ORIGIN_REPEATED, request(KEY, KEY + origin + " https://example.com\r\n"), origins);
        row(rows, Refusal.ORIGIN_REPEATED, request(KEY, KEY + origin + ", https://example.com\r\n"), origins);
        row(
                rows,
                Refusal.ORIGIN_MALFORMED,
                request(KEY, KEY + "Origin: example.com\r\n"),
                "Origin is malformed: example.com");

        String protocol = "Sec-WebSocket-Protocol";
        row(
                rows,
                Refusal.SUBPROTOCOL_MALFORMED,
                request(KEY, KEY + protocol + ": chat/1\r\n"),
                protocol + " is not a list of tokens: chat/1");
        row(
                rows,
                Refusal.SUBPROTOCOL_MALFORMED,
                request(KEY, KEY + protocol + ":\r\n"),
                protocol + " is not a list of tokens: ");
        row(
                rows,
                Refusal.SUBPROTOCOL_MALFORMED,
                request(KEY, KEY + protocol + ": chat,,superchat\r\n"),
                protocol + " is not a list of tokens: ");
        row(
                rows,
                Refusal.SUBPROTOCOL_REPEATED,
                request(KEY, KEY + protocol + ": chat, chat\r\n"),
                protocol + " has the same element twice: chat");
        row(
                rows,
                Refusal.SUBPROTOCOL_REPEATED,
                request(KEY, KEY + protocol + ": chat\r\n" + protocol + ": chat\r\n"),
                protocol + " has the same element twice: chat");

        row(
                rows,
                Refusal.EXTENSIONS_MALFORMED,
                request(KEY, KEY + "Sec-WebSocket-Extensions: a; b=\r\n"),
                "Sec-WebSocket-Extensions is malformed: a; b=");
        row(
                rows,
                Refusal.EXTENSIONS_MALFORMED,
                request(KEY, KEY + "Sec-WebSocket-Extensions:\r\n"),
                "Sec-WebSocket-Extensions is malformed");

        row(rows, Refusal.REQUEST_LINE_MALFORMED, " ", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "\r\n\r", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET\r\n", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "G(", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws  HTTP/1.1\r\n", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws http/1.1\r\n", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws HTTP/1.1 \r\n", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws HTTP/1.10\r\n", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws HTTP/11.1\r\n", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws HTTP/1,1\r\n", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws HTTP/1.x\r\n", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws HTTP/x", "request line is malformed");
        row(rows, Refusal.REQUEST_LINE_MALFORMED, "GET /ws HTTP/1.\r\n", "request line is malformed");
        row(rows, Refusal.TARGET_MALFORMED, "GET  /ws", "request target is malformed");
        row(rows, Refusal.TARGET_MALFORMED, "GET /ws#", "request target is malformed");
        row(rows, Refusal.TARGET_MALFORMED, "GET /ws\u00E9", "request target is malformed");
        row(rows, Refusal.TARGET_MALFORMED, "GET * HTTP/1.1\r\n", "request target is malformed: *");
        row(
                rows,
                Refusal.TARGET_MALFORMED,
                "GET example.com:80 HTTP/1.1\r\n",
                "request target is malformed: example.com:80");
        String name = "header name is not a token followed by a colon";
        row(rows, Refusal.HEADER_NAME_MALFORMED, "GET /ws HTTP/1.1\r\n: a\r\n\r\n", name);
        row(rows, Refusal.HEADER_NAME_MALFORMED, "GET /ws HTTP/1.1\r\nHost\r\n\r\n", name);
        row(rows, Refusal.HEADER_NAME_MALFORMED, "GET /ws HTTP/1.1\r\n(Host): a\r\n\r\n", name);
        row(rows, Refusal.HEADER_NAME_MALFORMED, "GET /ws HTTP/1.1\r\nH\u00F6st: a\r\n\r\n", name);

        row(
                rows,
                Refusal.TARGET_TOO_LONG,
                "GET /" + "a".repeat(2048),
                "request target exceeds websocket.limits.max-request-target-size=2KB");
        row(
                rows,
                Refusal.TOO_MANY_HEADERS,
                "GET /ws HTTP/1.1\r\n" + "a:\r\n".repeat(64) + "a",
                "request has more headers than websocket.limits.max-request-headers=64");
        row(
                rows,
                Refusal.HEAD_TOO_LARGE,
                "GET /ws HTTP/1.1\r\na:" + "a".repeat(8173),
                "request head exceeds websocket.limits.max-request-head-size=8KB");

        row(
                rows,
                Refusal.TLS_ON_PLAIN_PORT,
                "\u0016\u0003\u0001\u0002\0\u0001",
                "this port does not speak TLS, use ws");
        return rows.stream();
    }

    @Test
    void noRuleIsWithoutARow() {
        Set<Refusal> rules = aRequestThatBreaksARuleGetsItsAnswer()
                .map(row -> (Refusal) row.get()[0])
                .collect(Collectors.toSet());
        assertThat(rules).isEqualTo(EnumSet.complementOf(EnumSet.copyOf(NOT_IN_THE_BYTES)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void aRequestWithoutFaultIsSwitched(String request, String response) {
        Server.Answer answer = new Server().answer(request);
        assertThat(answer.response()).isEqualTo(response);
        assertThat(answer.refusal()).isNull();
    }

    static Stream<Arguments> aRequestWithoutFaultIsSwitched() {
        String accepted = switched("");
        String chat = switched("Sec-WebSocket-Protocol: chat\n");
        String superchat = switched("Sec-WebSocket-Protocol: superchat\n");
        return Stream.of(
                // RFC 6455 §1.3 has this key and its answer.
                arguments(request("", ""), accepted),
                arguments(request("", "") + "\u0081\u0080abcd\n\n", accepted),
                arguments("\r\n" + request("", ""), accepted),
                arguments(request("HTTP/1.1", "HTTP/1.9"), accepted),
                arguments(request("/ws", "/ws?"), accepted),
                arguments(request("/ws", "/%77s?token=%zz"), accepted),
                arguments(request("/ws", "http://example.com/ws"), accepted),
                arguments(request("Connection: Upgrade", "CONNECTION:keep-alive , uPGRADE\t "), accepted),
                arguments(request("Connection: Upgrade", "Connection: close\r\nConnection: upgrade"), accepted),
                arguments(request("websocket", "h2c, WebSocket"), accepted),
                arguments(request("Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: ,websocket"), accepted),
                arguments(request(KEY, KEY + "Content-Length: 0\r\n"), accepted),
                arguments(request(KEY, KEY + "Content-Length: 0\r\nContent-Length: 00, 0\r\n"), accepted),
                arguments(request(KEY, KEY + "Origin: https://example.com\r\n"), accepted),
                arguments(request(KEY, KEY + "Origin: http://EXAMPLE.com\r\n"), accepted),
                arguments(request(KEY, KEY + "Cookie: name=\u00E9\r\n"), accepted),
                arguments(request(KEY, KEY + "Sec-WebSocket-Protocol: mqtt\r\n"), accepted),
                arguments(request(KEY, KEY + "Sec-WebSocket-Protocol: CHAT\r\n"), accepted),
                arguments(request(KEY, KEY + "Sec-WebSocket-Protocol: chat\r\n"), chat),
                arguments(request(KEY, KEY + "Sec-WebSocket-Protocol: superchat, chat\r\n"), superchat),
                arguments(
                        request(
                                KEY,
                                "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Protocol: chat,superchat\r\n" + KEY),
                        chat),
                arguments(
                        request(KEY, KEY + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"),
                        accepted),
                arguments(
                        request(KEY, KEY + "Sec-WebSocket-Extensions: x; a; a; b=\"1\", permessage-deflate; z\r\n"),
                        accepted));
    }

    @Test
    void bytesBehindAGoodRequestAreLeftForTheProtocol() {
        String request = request("", "");
        assertThat(new Server().answer(request + "\u0081\u0080abcd").taken()).isEqualTo(request.length());
    }

    /** The smallest request with one thing replaced in it. */
    private static String request(String what, String by) {
        assertThat(Server.REQUEST).contains(what);
        return Server.REQUEST.replace(what, by) + "\r\n";
    }

    private static String switched(String fields) {
        return http("""
                HTTP/1.1 101 Switching Protocols
                Upgrade: websocket
                Connection: Upgrade
                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
                """ + fields + "\n");
    }

    private static void row(List<Arguments> rows, Refusal refusal, String request, String text) {
        rows.add(arguments(refusal, request, http(head(refusal, text) + text + "\n")));
    }

    private static void head(List<Arguments> rows, Refusal refusal, String request, String text) {
        rows.add(arguments(refusal, request, http(head(refusal, text))));
    }

    private static String head(Refusal refusal, String text) {
        String status = switch (refusal.status()) {
            case 400 -> "400 Bad Request\nConnection: close";
            case 403 -> "403 Forbidden\nConnection: close";
            case 404 -> "404 Not Found\nConnection: close";
            case 405 -> "405 Method Not Allowed\nConnection: close\nAllow: GET";
            case 414 -> "414 URI Too Long\nConnection: close";
            case 426 ->
                "426 Upgrade Required\nConnection: Upgrade, close\nUpgrade: websocket\nSec-WebSocket-Version: 13";
            case 431 -> "431 Request Header Fields Too Large\nConnection: close";
            case 505 -> "505 HTTP Version Not Supported\nConnection: close";
            default -> throw new AssertionError(refusal);
        };
        return "HTTP/1.1 " + status + "\nContent-Type: text/plain; charset=utf-8\nContent-Length: "
                + (text.length() + 1) + "\n\n";
    }
}
