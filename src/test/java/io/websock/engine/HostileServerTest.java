package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.engine.Outcomes.failed;
import static io.websock.engine.Outcomes.opened;
import static io.websock.engine.Outcomes.to;
import static io.websock.testkit.Frames.BINARY;
import static io.websock.testkit.Frames.CONTINUATION;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.TEXT;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.header;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.masked;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.ZlibPool;
import io.websock.handshake.HandshakeFailedException;
import io.websock.handshake.HandshakeFailure;
import io.websock.handshake.TinyNegotiator;
import io.websock.protocol.Violation;
import io.websock.testkit.DeflatePeer;
import io.websock.testkit.RawPeer;
import io.websock.testkit.RawServer;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that break rules, over real sockets: each of them is found out, and nothing is left behind. */
class HostileServerTest {
    /** Found by {@code ClientTlsTest}, {@code ProxyTest}, and further down. */
    private static final Set<HandshakeFailure> ELSEWHERE = EnumSet.of(
            HandshakeFailure.TLS_FAILED,
            HandshakeFailure.PROXY_REFUSED,
            HandshakeFailure.HANDSHAKE_TIMEOUT,
            HandshakeFailure.ANSWER_PREMATURE);

    private static final String LINE = "HTTP/1.1 101 Switching Protocols\r\n";
    private static final String ACCEPT = "Sec-WebSocket-Accept: {accept}\r\n";
    private static final String GOOD = LINE + "Upgrade: websocket\r\nConnection: Upgrade\r\n" + ACCEPT;

    @RegisterExtension
    final Engine engine = new Engine();

    private RawServer server;

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    // The opening handshake

    private static Arguments row(HandshakeFailure failure, String response) {
        return Arguments.of(failure, response);
    }

    static Stream<Arguments> answers() {
        return Stream.of(
                row(HandshakeFailure.STATUS_LINE_MALFORMED, "SSH-2.0-OpenSSH_9.2\r\n"),
                row(HandshakeFailure.HTTP_VERSION_UNSUPPORTED, "HTTP/2.0 101 x\r\n"),
                row(HandshakeFailure.PLAINTEXT_ON_TLS_PORT, "\u0015\u0003\u0003\0\u0002\u0002\u0016"),
                row(HandshakeFailure.BARE_LF, GOOD.replace("\r\n", "\n")),
                row(HandshakeFailure.BARE_CR, LINE + "a: b\rc"),
                row(HandshakeFailure.CONTROL_CHARACTER, LINE + "a: \0"),
                row(HandshakeFailure.HEADER_NAME_MALFORMED, LINE + "(a): b\r\n"),
                row(HandshakeFailure.SPACE_BEFORE_COLON, LINE + "a : b\r\n"),
                row(HandshakeFailure.FOLDED_LINE, LINE + "a: b\r\n c\r\n"),
                row(HandshakeFailure.HEAD_TOO_LARGE, LINE + "a:" + "a".repeat(9000)),
                row(HandshakeFailure.TOO_MANY_HEADERS, LINE + "a:\r\n".repeat(65)),
                row(HandshakeFailure.TOO_MANY_INFORMATIONAL, "HTTP/1.1 100 \r\n\r\n".repeat(9)),
                row(HandshakeFailure.INFORMATIONAL_WITH_BODY, GOOD + "Content-Length: 1\r\n\r\nx"),
                row(HandshakeFailure.UPGRADE_REFUSED, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
                row(HandshakeFailure.UPGRADE_MISSING, GOOD.replace("Upgrade: websocket\r\n", "") + "\r\n"),
                row(HandshakeFailure.UPGRADE_REPEATED, GOOD + "Upgrade: websocket\r\n\r\n"),
                row(HandshakeFailure.UPGRADE_WRONG, GOOD.replace("websocket", "h2c") + "\r\n"),
                row(
                        HandshakeFailure.CONNECTION_WRONG,
                        GOOD.replace("Connection: Upgrade", "Connection: close") + "\r\n"),
                row(HandshakeFailure.ACCEPT_MISSING, GOOD.replace(ACCEPT, "") + "\r\n"),
                row(HandshakeFailure.ACCEPT_REPEATED, GOOD + ACCEPT + "\r\n"),
                row(HandshakeFailure.ACCEPT_WRONG, GOOD.replace("{accept}", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") + "\r\n"),
                row(HandshakeFailure.EXTENSIONS_MALFORMED, GOOD + "Sec-WebSocket-Extensions: x; a=\r\n\r\n"),
                row(HandshakeFailure.EXTENSION_NOT_OFFERED, GOOD + "Sec-WebSocket-Extensions: z\r\n\r\n"),
                row(HandshakeFailure.EXTENSION_REPEATED, GOOD + "Sec-WebSocket-Extensions: xor, xor\r\n\r\n"),
                row(HandshakeFailure.EXTENSION_MISMATCH, GOOD + "Sec-WebSocket-Extensions: xor\r\n\r\n"),
                row(HandshakeFailure.SUBPROTOCOL_NOT_OFFERED, GOOD + "Sec-WebSocket-Protocol: mqtt\r\n\r\n"),
                row(
                        HandshakeFailure.SUBPROTOCOL_REPEATED,
                        GOOD + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: chat\r\n\r\n"),
                row(HandshakeFailure.CONNECTION_LOST, ""),
                row(HandshakeFailure.CONNECTION_LOST, GOOD));
    }

    private static byte[] response(String request, String template) {
        String accept = RawPeer.header(new String(RawPeer.accepting(request), ISO_8859_1), "Sec-WebSocket-Accept");
        return template.replace("{accept}", accept).getBytes(ISO_8859_1);
    }

    private HandshakeFailedException failure(RawServer.Script script, HandshakeFailure rule) throws Exception {
        server = RawServer.start(script);
        WebSocketClient client =
                engine.client(settings -> settings.withExtensions(List.of(new TinyNegotiator("xor", 0x40))));
        RecordingListener listener = engine.record((connection, message) -> {});
        HandshakeFailedException failed =
                failed(client.connect(to(server).withSubprotocols("chat", "superchat"), listener), rule);
        assertThat(listener.take()).isEmpty();
        server.join();
        assertThat(client.connections()).isZero();
        return failed;
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerThatBreaksARuleFails(HandshakeFailure rule, String answer) throws Exception {
        failure(
                peer -> {
                    peer.send(response(peer.head(), answer));
                    peer.socket().shutdownOutput();
                    peer.expectEnd();
                },
                rule);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void theSameInSegmentsOfOneByte(HandshakeFailure rule, String answer) throws Exception {
        failure(
                peer -> {
                    byte[] bytes = response(peer.head(), answer);
                    try {
                        for (byte octet : bytes) {
                            peer.send(new byte[] {octet});
                        }
                        peer.socket().shutdownOutput();
                    } catch (IOException e) {
                        // The client has seen enough.
                    }
                    peer.expectEnd();
                },
                rule);
    }

    @Test
    void everyRuleIsBroken() {
        Set<HandshakeFailure> broken = answers()
                .map(row -> (HandshakeFailure) row.get()[0])
                .collect(Collectors.toCollection(() -> EnumSet.copyOf(ELSEWHERE)));
        assertThat(broken).isEqualTo(EnumSet.allOf(HandshakeFailure.class));
    }

    @Test
    void aRefusalSaysWhatAndWhere() throws Exception {
        HandshakeFailedException failed = failure(
                peer -> {
                    peer.head();
                    peer.send("HTTP/1.1 302 Found\r\nLocation: wss://example.org/\r\nContent-Length: 4\r\n\r\nover");
                    peer.expectEnd();
                },
                HandshakeFailure.UPGRADE_REFUSED);
        assertThat(failed.text()).isEqualTo("server did not switch to websocket: 302 Found");
        assertThat(failed.response().header("Location")).isEqualTo("wss://example.org/");
        assertThat(failed.content()).isEqualTo("over");
    }

    @Test
    void aResetBeforeTheAnswerFails() throws Exception {
        failure(
                peer -> {
                    peer.head();
                    peer.reset();
                },
                HandshakeFailure.CONNECTION_LOST);
    }

    @Test
    void whoeverSaysNothingRunsOutOfTime() throws Exception {
        engine.handshakeTimeout = Duration.ofMillis(200);
        HandshakeFailedException failed = failure(RawPeer::expectEnd, HandshakeFailure.HANDSHAKE_TIMEOUT);
        assertThat(failed.text()).isEqualTo("handshake took too long");
    }

    @Test
    void whoeverIsSlowRunsOutOfTime() throws Exception {
        engine.handshakeTimeout = Duration.ofMillis(300);
        failure(
                peer -> {
                    peer.head();
                    try {
                        for (char c : GOOD.toCharArray()) {
                            peer.send(String.valueOf(c));
                            Thread.sleep(10);
                        }
                    } catch (IOException e) {
                        // as it should be
                    }
                },
                HandshakeFailure.HANDSHAKE_TIMEOUT);
    }

    @Test
    void aSlowRefusalIsStillARefusal() throws Exception {
        engine.handshakeTimeout = Duration.ofMillis(300);
        HandshakeFailedException failed = failure(
                peer -> {
                    peer.head();
                    peer.send("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nlater");
                    peer.expectEnd();
                },
                HandshakeFailure.UPGRADE_REFUSED);
        assertThat(failed.content()).isEqualTo("later");
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestFails() throws Exception {
        server = RawServer.start(peer -> {
            // All that it needs for the answer is in the first bytes; the rest does not fit into the buffers.
            byte[] start = peer.in().readNBytes(1000);
            peer.send(RawPeer.accepting(new String(start, ISO_8859_1)));
            peer.expectEnd();
        });
        server.receiveBuffer(4096);
        ConnectRequest request = to(server);
        String large = "x".repeat(4 << 20);
        for (int i = 0; i < 3; i++) {
            request = request.withHeader("X-" + i, large);
        }
        failed(engine.client().connect(request, (connection, message) -> {}), HandshakeFailure.ANSWER_PREMATURE);
        server.join();
    }

    @Test
    void thousandsOfBytesBehindARefusalAreNotRead() throws Exception {
        failure(
                peer -> {
                    peer.head();
                    peer.send("HTTP/1.1 404 Not Found\r\n\r\n");
                    byte[] more = new byte[64 * 1024];
                    try {
                        for (int i = 0; i < 1000; i++) {
                            peer.send(more);
                        }
                        throw new AssertionError("the client has taken all of it");
                    } catch (IOException e) {
                        // as it should be
                    }
                },
                HandshakeFailure.UPGRADE_REFUSED);
    }

    // Frames

    static Stream<Arguments> violations() {
        return Stream.of(
                Arguments.of(Violation.MASKED_FRAME, masked(text("a"))),
                Arguments.of(Violation.MASKED_FRAME, masked(ping())),
                Arguments.of(Violation.RESERVED_BIT, frame(FIN | 0x10 | TEXT, "a")),
                Arguments.of(Violation.RESERVED_BIT, concat(frame(TEXT, "a"), frame(FIN | 0x40, "b"))),
                Arguments.of(Violation.RESERVED_OPCODE, new byte[] {(byte) 0x83}),
                Arguments.of(Violation.LENGTH_NOT_MINIMAL, header(FIN | TEXT, 125, 16)),
                Arguments.of(Violation.LENGTH_TOO_LARGE, header(FIN | TEXT, Long.MIN_VALUE, 64)),
                Arguments.of(Violation.CONTROL_FRAGMENTED, header(0x09, 0)),
                Arguments.of(Violation.CONTROL_TOO_LONG, header(FIN | 0x09, 126)),
                Arguments.of(Violation.CONTINUATION_UNEXPECTED, frame(FIN | CONTINUATION, "a")),
                Arguments.of(Violation.CONTINUATION_EXPECTED, concat(frame(TEXT, "a"), text("b"))),
                Arguments.of(Violation.CLOSE_PAYLOAD_INVALID, header(FIN | 0x08, 1)),
                Arguments.of(Violation.CLOSE_CODE_INVALID, close(1005, "")),
                Arguments.of(Violation.UTF8_INVALID, frame(FIN | TEXT, hex("c0"))),
                Arguments.of(Violation.CLOSE_REASON_INVALID, frame(FIN | 0x08, hex("03e8ff"))),
                Arguments.of(Violation.EXTENSION_DATA_INVALID, frame(FIN | 0x20 | BINARY, new byte[1])),
                Arguments.of(Violation.DEFLATE_DATA_CORRUPT, frame(FIN | 0x40 | BINARY, hex("07"))),
                Arguments.of(Violation.DEFLATE_BLOCKS_TOO_SMALL, frame(FIN | 0x40 | BINARY, hex("0300".repeat(1025)))),
                Arguments.of(Violation.MESSAGE_TOO_BIG, header(FIN | BINARY, 64 * 1024 + 1)),
                Arguments.of(Violation.MESSAGE_TOO_BIG, bomb()),
                Arguments.of(Violation.FRAGMENTS_TOO_SMALL, tinyFragments()),
                Arguments.of(Violation.CONTROL_FLOOD, pings()));
    }

    private static byte[] bomb() {
        try (DeflatePeer peer = new DeflatePeer(false)) {
            return frame(FIN | 0x40 | BINARY, peer.compressed(new byte[1 << 24]));
        }
    }

    private static byte[] tinyFragments() {
        byte[][] fragments = new byte[2000][];
        Arrays.fill(fragments, frame(CONTINUATION, new byte[1]));
        fragments[0] = frame(BINARY, new byte[1]);
        return concat(fragments);
    }

    private static byte[] pings() {
        byte[][] pings = new byte[150][];
        Arrays.fill(pings, ping());
        return concat(pings);
    }

    @ParameterizedTest
    @MethodSource("violations")
    void aFrameThatBreaksARuleEndsTheConnection(Violation violation, byte[] frames) throws Exception {
        String text = switch (violation) {
            case MESSAGE_TOO_BIG -> violation.text() + "=64KB";
            case CONTROL_FLOOD -> violation.text() + ": websocket.limits.control-frames-per-second=50";
            default -> violation.text();
        };
        server = RawServer.start(peer -> {
            // With the 101, in one segment: it is frames, and they count.
            byte[] answer = RawPeer.accepting(
                    peer.head(),
                    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover, xor; agreed");
            peer.send(answer, text("before"), frames, text("behind"));
            while (true) {
                var frame = peer.frame();
                if (frame.flags() == (FIN | 0x08)) {
                    assertThat(frame.toString())
                            .isEqualTo("88 unmasked "
                                    + io.websock.testkit.Frames.hex(concat(
                                            new byte[] {
                                                (byte) (violation.closeCode() >> 8), (byte) violation.closeCode()
                                            },
                                            text.getBytes(ISO_8859_1))));
                    break;
                }
                assertThat(frame.flags()).isEqualTo(FIN | 0x0A);
            }
            peer.expectEndOfStream();
        });
        RecordingListener listener = engine.record((connection, message) -> {});
        WebSocketClient client = engine.client(settings -> settings.withExtensions(List.of(
                new PermessageDeflate(PermessageDeflate.Mode.SHARED, 1, new ZlibPool(6, 0)),
                new TinyNegotiator("xor", 0x20))));
        opened(client.connect(to(server), listener));
        listener.expect("open", "text before", "close %d '%s' by LOCAL".formatted(violation.closeCode(), text));
        server.join();
    }

    @Test
    void everyRuleForFramesOfAServerIsBroken() {
        assertThat(violations().map(row -> (Violation) row.get()[0]).collect(Collectors.toSet()))
                .isEqualTo(EnumSet.complementOf(EnumSet.of(Violation.UNMASKED_FRAME)));
    }

    @Test
    void aServerThatTakesNothingIsReset() throws Exception {
        engine.outbound = new EngineSettings.Outbound(256 * 1024, 128 * 1024, 64 * 1024, Duration.ofMillis(300));
        server = RawServer.start(peer -> {
            peer.accept();
            Thread.sleep(1500);
        });
        server.receiveBuffer(4096);
        RecordingListener listener = engine.record((connection, message) -> {});
        var connection = opened(engine.client().connect(to(server), listener));
        byte[] large = new byte[64 * 1024];
        until("nothing more is taken", () -> {
            connection.send(io.websock.api.Message.binary(large));
            return !connection.isOpen();
        });
        listener.expect("open");
        assertThat(listener.next()).startsWith("close 1013 ");
    }

    @Test
    void aSilentServerIsAskedAndGivenUp() throws Exception {
        engine.keepAlive = new EngineSettings.KeepAlive(Duration.ofMillis(100), Duration.ofMillis(200));
        server = RawServer.start(peer -> {
            peer.accept();
            peer.expect(ping());
            peer.expectEnd();
        });
        RecordingListener listener = engine.record((connection, message) -> {});
        opened(engine.client().connect(to(server), listener));
        listener.expect("open", "close 1006 'nothing received within websocket.keep-alive.timeout of a Ping' by LOCAL");
        server.join();
    }
}
