package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.engine.Outcomes.to;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.handshake.HandshakeFailedException;
import io.websock.testkit.RawPeer;
import io.websock.testkit.RawServer;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that come back, with a source of randomness that always says the same. */
class KeptConnectionTest {
    private static final ReconnectPolicy DEFAULT = ReconnectPolicy.DEFAULT;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("1994-11-06T08:49:37Z"));

    @RegisterExtension
    final Engine engine = new Engine();

    private final RecordingListener listener = engine.record((connection, message) -> {});

    @BeforeEach
    void quiet() {
        engine.quiet();
    }

    /** Comes back at once. */
    private KeptConnection keepConnected(ConnectRequest request, ReconnectPolicy policy) {
        return engine.client().keepConnected(request, listener, policy, () -> 0, CLOCK);
    }

    /** What was logged of the delays, in ms. */
    private String delays() {
        return String.join(
                " ",
                engine.logged("Connecting to ").stream()
                        .map(line -> line.replaceAll(".* again in (\\d+) ms: .*", "$1"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whateverEndsItItComesBack(boolean nonBlocking) throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (RawServer server = RawServer.start(peer -> {
            int number = count.incrementAndGet();
            switch (number) {
                case 1 -> peer.accept().reset();
                case 2 -> peer.reset();
                case 3 -> {
                    peer.head();
                    peer.send("HTTP/1.1 500 Broken\r\n\r\n");
                }
                case 4 -> {
                    peer.accept().send(close(1001, "going"));
                    peer.expect(close(1001, ""));
                }
                default -> {
                    peer.accept().send(text("number " + number));
                    peer.expect(close(1000, ""));
                    peer.send(close(1000, ""));
                }
            }
        })) {
            ConnectRequest request = nonBlocking ? to(server).withNonBlockingListener() : to(server);
            KeptConnection kept = keepConnected(request, DEFAULT);
            listener.expect(
                    "open",
                    "close 1006 'connection reset' by TRANSPORT",
                    "open",
                    "close 1001 'going' by PEER, clean",
                    "open",
                    "text number 5");
            assertThat(kept.connection()).isNotNull();
            assertThat(kept).hasToString("kept connection to " + request);
            kept.connection().close();
            listener.expect("close 1000 '' by LOCAL, clean", "open", "text number 6");
            assertThat(kept.ended()).isNotDone();
            kept.close();
            kept.close();
            listener.expect("close 1000 '' by LOCAL, clean");
            kept.ended().get(10, TimeUnit.SECONDS);
            assertThat(kept.connection()).isNull();
            server.join();
            assertThat(count).hasValue(6);
        }
        engine.forget("Connecting to ");
    }

    @Test
    void theDelaysGrowUntilAConnectionWasStable() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (RawServer server = RawServer.start(peer -> {
            if (count.incrementAndGet() == 5) {
                peer.accept();
                Thread.sleep(400);
            }
        })) {
            ReconnectPolicy policy = new ReconnectPolicy(
                    Duration.ofMillis(10), Duration.ofMillis(60), Duration.ofMillis(300), Integer.MAX_VALUE);
            KeptConnection kept = engine.client().keepConnected(to(server), listener, policy, () -> 1, CLOCK);
            until("there were so many", () -> count.get() > 6);
            kept.close();
            assertThat(delays()).startsWith("10 20 40 60 10 20");
        }
        engine.forget("Connecting to ");
    }

    @Test
    void aConnectionThatEndsAtOnceIsNoSuccess() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (RawServer server = RawServer.start(peer -> {
            count.incrementAndGet();
            peer.accept();
        })) {
            ReconnectPolicy policy = DEFAULT.withDelay(Duration.ofMillis(1), Duration.ofHours(1));
            KeptConnection kept = engine.client().keepConnected(to(server), listener, policy, () -> 1, CLOCK);
            until("there were so many", () -> count.get() > 4);
            kept.close();
            assertThat(delays()).startsWith("1 2 4 8");
        }
        engine.forget("Connecting to ");
    }

    @Test
    void soManyFailuresEndIt() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (RawServer server = RawServer.start(peer -> {
            count.incrementAndGet();
            peer.head();
            peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        })) {
            KeptConnection kept = keepConnected(to(server), DEFAULT.withMaxAttempts(3));
            assertThatThrownBy(() -> kept.ended().get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(HandshakeFailedException.class)
                    .hasMessage("server did not switch to websocket: 404 Not Found");
            kept.close();
            assertThat(kept.ended()).isCompletedExceptionally();
            server.join();
            assertThat(count).hasValue(3);
        }
        engine.forget("Connecting to ");
        engine.forget("Giving ws://");
    }

    @ParameterizedTest
    @CsvSource({
        "503, '30',                            30000",
        "429, '30',                            30000",
        "503, '0',                             0",
        "503, '00000000000000000030',          3600000",
        "503, '99999999999999999999',          3600000",
        "503, '7200',                          3600000",
        "503, 'Sun, 06 Nov 1994 08:50:37 GMT', 60000",
        "503, 'Sun, 06 Nov 1994 08:49:36 GMT', 0",
        "503, 'Fri, 06 Nov 2099 08:49:36 GMT', 3600000",
        "503, 'soon',                          0",
        "503, '-1',                            0",
        "503, '',                              0",
        "301, '30',                            0",
        "500, '30',                            0",
    })
    void aServerMayAskForTime(int status, String retryAfter, String delay) throws Exception {
        try (RawServer server = RawServer.start(peer -> {
            peer.head();
            peer.send("HTTP/1.1 " + status + " Busy\r\nContent-Length: 0\r\nRetry-After: " + retryAfter + "\r\n\r\n");
        })) {
            KeptConnection kept = keepConnected(to(server), DEFAULT);
            until("it has failed", () -> !delays().isEmpty());
            kept.close();
            assertThat(delays().split(" ")[0]).isEqualTo(delay);
        }
        engine.forget("Connecting to ");
    }

    @Test
    void theTimeThatAServerAsksForComesOnTop() throws Exception {
        try (RawServer server = RawServer.start(peer -> {
            peer.head();
            peer.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 30\r\n\r\n");
        })) {
            KeptConnection kept = engine.client().keepConnected(to(server), listener, DEFAULT, () -> 0.5, CLOCK);
            until("it has failed", () -> !delays().isEmpty());
            kept.close();
            assertThat(delays()).isEqualTo("30500");
        }
        engine.forget("Connecting to ");
    }

    @Test
    void closingEndsAnAttempt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawServer server = RawServer.start(peer -> {
            peer.head();
            asked.countDown();
            peer.expectEnd();
        })) {
            KeptConnection kept = keepConnected(to(server), DEFAULT);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            kept.close();
            kept.ended().get(10, TimeUnit.SECONDS);
            server.join();
        }
        assertThat(listener.take()).isEmpty();
    }

    @Test
    void closingEndsAWait() throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (RawServer server = RawServer.start(peer -> count.incrementAndGet())) {
            ReconnectPolicy policy = DEFAULT.withDelay(Duration.ofMillis(700), Duration.ofMillis(700));
            KeptConnection kept = engine.client().keepConnected(to(server), listener, policy, () -> 1, CLOCK);
            until("it waits", () -> !delays().isEmpty());
            kept.close();
            Thread.sleep(900);
            assertThat(count).hasValue(1);
        }
        engine.forget("Connecting to ");
    }

    @Test
    void closingAtAnyMomentLeavesNothing() throws Exception {
        engine.startEcho(false);
        WebSocketClient client = engine.client();
        for (int i = 0; i < 200; i++) {
            KeptConnection kept = client.keepConnected(to(engine), listener, DEFAULT, () -> 0, CLOCK);
            TimeUnit.MICROSECONDS.sleep(10 * i);
            kept.close();
        }
        until(
                "all are closed",
                () -> client.connections() == 0 && engine.server().connections() == 0);
    }

    @Test
    void aListenerMayCloseItWhenItOpens() throws Exception {
        engine.startEcho(false);
        CompletableFuture<KeptConnection> kept = new CompletableFuture<>();
        RecordingListener closing = engine.record(new io.websock.api.WebSocketListener() {
            @Override
            public void onOpen(io.websock.api.WebSocketConnection connection) {
                assertThat(kept.join().connection()).isSameAs(connection);
                kept.join().close();
            }

            @Override
            public void onMessage(io.websock.api.WebSocketConnection connection, io.websock.api.Message message) {}
        });
        kept.complete(engine.client().keepConnected(to(engine), closing, DEFAULT));
        closing.expect("open", "close 1000 '' by LOCAL, clean");
        kept.join().ended().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aClosedClientKeepsNothing() throws Exception {
        engine.startEcho(false);
        WebSocketClient client = engine.client();
        KeptConnection kept = client.keepConnected(to(engine), listener, DEFAULT);
        listener.expect("open");
        client.close();
        listener.expect("close 1001 'client is stopping' by LOCAL, clean");
        kept.ended().get(10, TimeUnit.SECONDS);
        kept.close();
        assertThatThrownBy(() -> client.keepConnected(to(engine), listener, DEFAULT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("client is closed");
        assertThat(engine.logged("Connecting")).isEmpty();
    }

    @Test
    void itFindsAServerThatHasComeBack() throws Exception {
        int port;
        try (RawServer server = RawServer.start(RawPeer::reset)) {
            port = server.port();
        }
        KeptConnection kept = keepConnected(ConnectRequest.to("ws://127.0.0.1:" + port + "/ws"), DEFAULT);
        until("it has failed", () -> !delays().isEmpty());
        WebSocketServer server = engine.create(
                java.util.List.of(engine.endpoint("/ws", engine.record((connection, message) -> {}), false)));
        server.start(java.util.List.of(Binding.plain(new java.net.InetSocketAddress("127.0.0.1", port))));
        listener.expect("open");
        server.stop();
        listener.expect("close 1001 'server is stopping' by PEER, clean");
        kept.close();
        assertThat(engine.logged("Connecting").get(0)).contains("Connection refused");
        engine.forget("Connecting to ");
    }

    @Test
    void theLogIsNotFlooded() throws IOException {
        AtomicInteger count = new AtomicInteger();
        try (RawServer server = RawServer.start(peer -> count.incrementAndGet())) {
            KeptConnection kept = keepConnected(to(server), DEFAULT);
            until("there were so many", () -> count.get() > 100);
            kept.close();
            assertThat(engine.logged("Connecting to ")).hasSizeLessThan(10);
        }
        engine.forget("Connecting to ");
    }
}
