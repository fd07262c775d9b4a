package io.websock.engine;

import static io.websock.engine.Outcomes.opened;
import static io.websock.engine.Outcomes.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.deflate.ZlibPool;
import io.websock.testkit.DeflatePeer;
import io.websock.testkit.RawPeer;
import io.websock.testkit.RawServer;
import io.websock.testkit.RecordingListener;
import io.websock.testkit.RecordingReceiver;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 7692 on a client. After each of these tests, every deflater and inflater that was created has ended. */
class ClientCompressionTest {
    private final ZlibPool pool = new ZlibPool(6, 2);

    /** After the engine has stopped. */
    @RegisterExtension
    @Order(1)
    final AfterEachCallback everythingNativeHasEnded = context -> {
        pool.close();
        assertThat(pool.deflaterCounts().ended())
                .isEqualTo(pool.deflaterCounts().created());
        assertThat(pool.inflaterCounts().ended())
                .isEqualTo(pool.inflaterCounts().created());
    };

    @RegisterExtension
    @Order(2)
    final Engine engine = new Engine();

    private WebSocketClient client(Mode mode) {
        return engine.client(settings -> settings.withExtensions(List.of(new PermessageDeflate(mode, 1, pool))));
    }

    @ParameterizedTest
    @CsvSource({
        "SHARED, SHARED",
        "SHARED, TAKEOVER",
        "TAKEOVER, SHARED",
        "TAKEOVER, TAKEOVER",
        "OFF, SHARED",
        "SHARED, OFF"
    })
    void messagesGoBothWays(Mode clients, Mode servers) throws Exception {
        engine.maxMessageSize = 4 << 20;
        ZlibPool serversPool = new ZlibPool(6, 2);
        engine.extensions = List.of(new PermessageDeflate(servers, 1, serversPool));
        engine.startEcho(false);
        RecordingListener listener = engine.record((connection, message) -> {});
        WebSocketConnection connection = opened(client(clients).connect(to(engine), listener));
        listener.expect("open");
        for (int i = 0; i < 3; i++) {
            for (int size : new int[] {0, 1, 300, 66_000, 4 << 20}) {
                byte[] noise = new byte[size];
                new Random(size).nextBytes(noise);
                for (Message message : List.of(Message.text("x".repeat(size)), Message.binary(noise))) {
                    connection.send(message);
                    assertThat(listener.next()).isEqualTo(RecordingReceiver.event(message));
                }
            }
        }
        boolean compressed = clients != Mode.OFF && servers != Mode.OFF;
        assertThat(pool.deflaterCounts().created() > 0).isEqualTo(compressed);
        assertThat(pool.inflaterCounts().created() > 0).isEqualTo(compressed);
        connection.close();
        listener.expect("close 1000 '' by LOCAL, clean");
        serversPool.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void aForeignServerUnderstandsIt(Mode mode) throws Exception {
        boolean takeover = mode == Mode.TAKEOVER;
        String offer = takeover
                ? "permessage-deflate; client_max_window_bits"
                : "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits";
        try (DeflatePeer deflate = new DeflatePeer(takeover);
                RawServer server = RawServer.start(peer -> {
                    String head = peer.head();
                    assertThat(RawPeer.header(head, "Sec-WebSocket-Extensions")).isEqualTo(offer);
                    String answer = offer.replace("; client_max_window_bits", "");
                    peer.send(RawPeer.accepting(head, "Sec-WebSocket-Extensions: " + answer));
                    for (int i = 0; i < 3; i++) {
                        var frame = peer.frame();
                        assertThat(frame.flags()).isEqualTo(0xC1);
                        peer.send(deflate.text(new String(deflate.payload(frame))));
                    }
                    peer.expect(io.websock.testkit.Frames.close(1000, ""));
                })) {
            RecordingListener listener = engine.record((connection, message) -> {});
            WebSocketConnection connection = opened(client(mode).connect(to(server), listener));
            for (int i = 0; i < 3; i++) {
                connection.send("the same again and again");
            }
            String text = "text the same again and again";
            listener.expect("open", text, text, text);
            connection.close();
            server.join();
        }
    }

    @Test
    void whoeverKeepsTheContextThoughItWasAskedNotToIsRefused() throws Exception {
        try (RawServer server = RawServer.start(peer -> {
            peer.accept("Sec-WebSocket-Extensions: permessage-deflate");
            peer.expectEnd();
        })) {
            assertThat(Outcomes.failed(
                                    client(Mode.SHARED).connect(to(server), (connection, message) -> {}),
                                    io.websock.handshake.HandshakeFailure.EXTENSION_MISMATCH)
                            .text())
                    .isEqualTo("extensions are not accepted as they were offered: "
                            + "extension is answered with other than what was offered: permessage-deflate");
            server.join();
        }
    }
}
