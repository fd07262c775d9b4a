package io.websock.handshake;

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

/** What a hostile server can answer, and the rule that fails it. */
class ClientTableTest {

    /** What only the engine and the extensions find, and what only a proxy breaks, which is in {@link ProxyConnectTest}. */
    private static final Set<HandshakeFailure> NOT_IN_THE_BYTES = EnumSet.of(
            HandshakeFailure.EXTENSION_MISMATCH,
            HandshakeFailure.ANSWER_PREMATURE,
            HandshakeFailure.TLS_FAILED,
            HandshakeFailure.HANDSHAKE_TIMEOUT,
            HandshakeFailure.PROXY_REFUSED);

    private static final String ACCEPT = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    private static final String LINE = "HTTP/1.1 101 x\r\n";

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource
    void aResponseThatBreaksARuleFails(HandshakeFailure failure, String response, String text) {
        Client.Outcome outcome = new Client().outcome(response);
        assertThat(outcome.failure()).isEqualTo(failure);
        assertThat(outcome.text()).isEqualTo(text);
        assertThat(outcome.established()).isNull();
    }

    static Stream<Arguments> aResponseThatBreaksARuleFails() {
        List<Arguments> rows = new ArrayList<>();
        for (String line : List.of(
                "H ",
                "SSH-2.0-OpenSSH_9.2\r\n",
                " HTTP/1.1 101 x\r\n",
                "\r\nHTTP/1.1 101 x\r\n",
                "http/1.1 101 x\r\n",
                "HTTP/1.x 101 x\r\n",
                "HTTP/x.1 101 x\r\n",
                "HTTP/1,1 101 x\r\n",
                "HTTP/1.10 101 x\r\n",
                "HTTP/1.1  101 x\r\n",
                "HTTP/1.1 10 x\r\n",
                "HTTP/1.1 1010 x\r\n",
                "HTTP/1.1 +101 x\r\n",
                "HTTP/1.1 1O1 x\r\n",
                "HTTP/1.1 101\r\n",
                "HTTP/1.1\r\n",
                "HTTP/\u0131.1",
                "GET /ws HTTP/1.1\r\n")) {
            row(rows, HandshakeFailure.STATUS_LINE_MALFORMED, line);
        }
        row(rows, HandshakeFailure.HTTP_VERSION_UNSUPPORTED, "HTTP/2");
        row(rows, HandshakeFailure.HTTP_VERSION_UNSUPPORTED, "HTTP/0.9 101 x\r\n");
        row(rows, HandshakeFailure.HTTP_VERSION_UNSUPPORTED, response("HTTP/1.1", "HTTP/1.0"));
        row(rows, HandshakeFailure.HTTP_VERSION_UNSUPPORTED, "HTTP/1.0 100 Continue\r\n\r\n");
        row(rows, HandshakeFailure.PLAINTEXT_ON_TLS_PORT, "\u0015\u0003\u0003\0\u0002\u0002\u0016");

        row(rows, HandshakeFailure.BARE_LF, "\n");
        row(rows, HandshakeFailure.BARE_LF, "HTTP/1.1 101\n");
        row(rows, HandshakeFailure.BARE_LF, "HTTP/1.1 101 x\n");
        row(rows, HandshakeFailure.BARE_LF, LINE + "a: b\n");
        row(rows, HandshakeFailure.BARE_LF, LINE + "a\n");
        row(rows, HandshakeFailure.BARE_LF, LINE + "\n");
        row(rows, HandshakeFailure.BARE_CR, "HTTP/1.1 101 x\rx");
        row(rows, HandshakeFailure.BARE_CR, "HTTP/1.1 101 x\r\r\n");
        row(rows, HandshakeFailure.BARE_CR, LINE + "a: b\rc");
        row(rows, HandshakeFailure.BARE_CR, LINE + "\rx");
        row(rows, HandshakeFailure.CONTROL_CHARACTER, "\0");
        row(rows, HandshakeFailure.CONTROL_CHARACTER, "\u0016");
        row(rows, HandshakeFailure.CONTROL_CHARACTER, "HTTP/1.1\t101 x\r\n");
        row(rows, HandshakeFailure.CONTROL_CHARACTER, "HTTP/1.1 101 x\0");
        row(rows, HandshakeFailure.CONTROL_CHARACTER, "HTTP/1.1 101 \u007F");
        row(rows, HandshakeFailure.CONTROL_CHARACTER, LINE + "a: \0");
        row(rows, HandshakeFailure.CONTROL_CHARACTER, LINE + "a: b\u001B[2J");
        row(rows, HandshakeFailure.CONTROL_CHARACTER, LINE + "a\0");
        row(rows, HandshakeFailure.HEADER_NAME_MALFORMED, LINE + ": a\r\n");
        row(rows, HandshakeFailure.HEADER_NAME_MALFORMED, LINE + "a\r\n");
        row(rows, HandshakeFailure.HEADER_NAME_MALFORMED, LINE + "(a): b\r\n");
        row(rows, HandshakeFailure.HEADER_NAME_MALFORMED, LINE + "\u00E9: b\r\n");
        row(rows, HandshakeFailure.SPACE_BEFORE_COLON, LINE + "a : b\r\n");
        row(rows, HandshakeFailure.SPACE_BEFORE_COLON, LINE + "a\t: b\r\n");
        row(rows, HandshakeFailure.FOLDED_LINE, LINE + "a: b\r\n c\r\n");
        row(rows, HandshakeFailure.FOLDED_LINE, LINE + "\ta: b\r\n");
        row(rows, HandshakeFailure.HEAD_TOO_LARGE, LINE + "a:" + "a".repeat(8175), "response head exceeds 8KB");
        row(
                rows,
                HandshakeFailure.TOO_MANY_HEADERS,
                LINE + "a:\r\n".repeat(64) + "a",
                "response has more than 64 headers");

        row(rows, HandshakeFailure.TOO_MANY_INFORMATIONAL, "HTTP/1.1 100 \r\n\r\n".repeat(9));
        row(rows, HandshakeFailure.INFORMATIONAL_WITH_BODY, "HTTP/1.1 100 \r\nContent-Length: 1\r\n\r\nx");
        row(rows, HandshakeFailure.INFORMATIONAL_WITH_BODY, "HTTP/1.1 103 \r\nTransfer-Encoding: chunked\r\n\r\n");
        for (String body : List.of(
                "Content-Length: 1\r\n",
                "Content-Length: -0\r\n",
                "Content-Length:\r\n",
                "Content-Length: 0\r\nContent-Length: 5\r\n",
                "Content-Length: 0, 5\r\n",
                "Transfer-Encoding: chunked\r\n",
                "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding:\r\n")) {
            row(rows, HandshakeFailure.INFORMATIONAL_WITH_BODY, Client.RESPONSE + body + "\r\nx");
        }

        refused(rows, "HTTP/1.1 200 OK\r\n\r\n", "200 OK");
        refused(rows, response("101 Switching Protocols", "200 OK"), "200 OK");
        refused(rows, "HTTP/1.0 403 Forbidden\r\n\r\n", "403 Forbidden");
        refused(rows, "HTTP/1.9 301 Moved\r\nLocation: wss://example.com/\r\n\r\n", "301 Moved");
        refused(rows, "HTTP/1.1 503 \r\n\r\n", "503");
        refused(rows, "HTTP/1.1 999 \t\u00E9 \r\n\r\n", "999 ??");
        refused(rows, "HTTP/1.1 000 x\r\n\r\n", "0 x");

        String upgrade = "Upgrade: websocket";
        row(rows, HandshakeFailure.UPGRADE_MISSING, response(upgrade + "\r\n", ""));
        row(rows, HandshakeFailure.UPGRADE_REPEATED, response(upgrade, upgrade + "\r\n" + upgrade));
        row(rows, HandshakeFailure.UPGRADE_REPEATED, response(upgrade, upgrade + ", websocket"));
        row(rows, HandshakeFailure.UPGRADE_REPEATED, response(upgrade, upgrade + ", h2c"));
        row(rows, HandshakeFailure.UPGRADE_WRONG, response("websocket", "h2c"), "Upgrade is not websocket: h2c");
        row(rows, HandshakeFailure.UPGRADE_WRONG, response(": websocket", ":"), "Upgrade is not websocket: ");
        row(
                rows,
                HandshakeFailure.UPGRADE_WRONG,
                response("websocket", "websocket/13"),
                "Upgrade is not websocket: websocket/13");
        row(
                rows,
                HandshakeFailure.UPGRADE_WRONG,
                response("websocket", "\u00E9".repeat(65)),
                "Upgrade is not websocket: " + "?".repeat(64) + "...");
        row(rows, HandshakeFailure.CONNECTION_WRONG, response("Connection: Upgrade\r\n", ""));
        row(rows, HandshakeFailure.CONNECTION_WRONG, response("Connection: Upgrade", "Connection: keep-alive"));
        row(rows, HandshakeFailure.CONNECTION_WRONG, response("Connection: Upgrade", "Connection: upgrades"));
        row(rows, HandshakeFailure.CONNECTION_WRONG, response("Connection: Upgrade", "Connection:"));

        row(rows, HandshakeFailure.ACCEPT_MISSING, response(ACCEPT, ""));
        row(rows, HandshakeFailure.ACCEPT_REPEATED, response(ACCEPT, ACCEPT + ACCEPT));
        for (String accept : List.of(
                "",
                "dGhlIHNhbXBsZSBub25jZQ==",
                "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo",
                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo==",
                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=,",
                "\"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"",
                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
            row(rows, HandshakeFailure.ACCEPT_WRONG, response("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", accept));
        }

        String extensions = "Sec-WebSocket-Extensions: ";
        String malformed = "Sec-WebSocket-Extensions is malformed: ";
        row(rows, HandshakeFailure.EXTENSIONS_MALFORMED, with(extensions + "x; a="), malformed + "x; a=");
        row(rows, HandshakeFailure.EXTENSIONS_MALFORMED, with(extensions), malformed);
        row(rows, HandshakeFailure.EXTENSIONS_MALFORMED, with(extensions + "x;"), malformed + "x;");
        row(
                rows,
                HandshakeFailure.EXTENSIONS_MALFORMED,
                with(extensions + "x\r\n" + extensions + "y=1"),
                malformed + "x, y=1");
        row(rows, HandshakeFailure.EXTENSION_NOT_OFFERED, with(extensions + "z"), "extension was not offered: z");
        row(rows, HandshakeFailure.EXTENSION_NOT_OFFERED, with(extensions + "X"), "extension was not offered: X");
        row(rows, HandshakeFailure.EXTENSION_NOT_OFFERED, with(extensions + "x, z"), "extension was not offered: z");
        String twice = "extension is accepted more than once: x";
        row(rows, HandshakeFailure.EXTENSION_REPEATED, with(extensions + "x, y, x; a"), twice);
        row(rows, HandshakeFailure.EXTENSION_REPEATED, with(extensions + "x\r\n" + extensions + "x"), twice);

        String protocol = "Sec-WebSocket-Protocol: ";
        for (String spoken : List.of("mqtt", "CHAT", "", "chat, superchat", "chat,", "\"chat\"")) {
            row(
                    rows,
                    HandshakeFailure.SUBPROTOCOL_NOT_OFFERED,
                    with(protocol + spoken),
                    "subprotocol was not offered: " + spoken);
        }
        row(rows, HandshakeFailure.SUBPROTOCOL_REPEATED, with(protocol + "chat\r\n" + protocol + "superchat"));
        row(rows, HandshakeFailure.SUBPROTOCOL_REPEATED, with(protocol + "chat\r\n" + protocol + "chat"));

        row(rows, HandshakeFailure.CONNECTION_LOST, "");
        row(rows, HandshakeFailure.CONNECTION_LOST, LINE);
        row(rows, HandshakeFailure.CONNECTION_LOST, Client.RESPONSE);
        row(rows, HandshakeFailure.CONNECTION_LOST, "HTTP/1.1 100 Continue\r\n\r\n");
        row(rows, HandshakeFailure.CONNECTION_LOST, "HTTP/1.1 403 Forbidden\r\n");
        return rows.stream();
    }

    @Test
    void noRuleIsWithoutARow() {
        Set<HandshakeFailure> rules = aResponseThatBreaksARuleFails()
                .map(row -> (HandshakeFailure) row.get()[0])
                .collect(Collectors.toSet());
        assertThat(rules).isEqualTo(EnumSet.complementOf(EnumSet.copyOf(NOT_IN_THE_BYTES)));
    }

    /** The smallest response with one thing replaced in it. */
    private static String response(String what, String by) {
        assertThat(Client.RESPONSE).contains(what);
        return Client.RESPONSE.replace(what, by) + "\r\n";
    }

    private static String with(String fields) {
        return Client.RESPONSE + fields + "\r\n\r\n";
    }

    private static void refused(List<Arguments> rows, String response, String status) {
        row(rows, HandshakeFailure.UPGRADE_REFUSED, response, "server did not switch to websocket: " + status);
    }

    private static void row(List<Arguments> rows, HandshakeFailure failure, String response) {
        row(rows, failure, response, failure.text());
    }

    private static void row(List<Arguments> rows, HandshakeFailure failure, String response, String text) {
        rows.add(arguments(failure, response, text));
    }
}
