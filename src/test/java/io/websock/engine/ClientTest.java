package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.engine.Outcomes.failed;
import static io.websock.engine.Outcomes.opened;
import static io.websock.engine.Outcomes.to;
import static io.websock.testkit.Frames.CONTINUATION;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.TEXT;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.handshake.HandshakeFailure;
import io.websock.handshake.OriginPolicy;
import io.websock.testkit.RawPeer;
import io.websock.testkit.RawServer;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of a client, to servers that mean well. */
class ClientTest {
    private static final WebSocketListener DEAF = (connection, message) -> {};
    private static final List<SocketChannel> HELD = new ArrayList<>();

    @RegisterExtension
    final Engine engine = new Engine();

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static ConnectRequest request(Engine engine, boolean nonBlocking) {
        return nonBlocking ? to(engine).withNonBlockingListener() : to(engine);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messagesGoBothWays(boolean nonBlocking) throws Exception {
        engine.maxMessageSize = 16 << 20;
        RecordingListener server = engine.startEcho(nonBlocking);
        RecordingListener listener = engine.record(DEAF);
        WebSocketConnection connection = opened(engine.client().connect(request(engine, nonBlocking), listener));
        assertThat(connection.isOpen()).isTrue();
        assertThat(connection.path()).isEqualTo(Engine.PATH);
        assertThat(connection.remoteAddress().getPort())
                .isEqualTo(engine.address().getPort());
        connection.send("Grüße, 世界 🌍");
        listener.expect("open", "text Grüße, 世界 🌍");
        for (int size : new int[] {0, 1, 125, 126, 65_535, 65_536, 16 << 20}) {
            Message message = Message.binary(random(size));
            connection.send(message);
            assertThat(listener.next()).isEqualTo(io.websock.testkit.RecordingReceiver.event(message));
        }
        connection.close(1000, "bye");
        listener.expect("close 1000 'bye' by LOCAL, clean");
        assertThat(server.next()).isEqualTo("open");
        until("the server has seen the end", () -> server.closed() == 1);
        assertThat(connection.isOpen()).isFalse();
        assertThat(connection.send("late")).isEqualTo(io.websock.api.SendResult.CLOSED);
    }

    @Test
    void whatTheServerSeesIsTheRequest() throws Exception {
        CompletableFuture<String> head = new CompletableFuture<>();
        try (RawServer server = RawServer.start(peer -> {
            head.complete(peer.head());
            peer.send(RawPeer.accepting(head.join(), "Sec-WebSocket-Protocol: superchat"));
            peer.expect(close(1000, ""));
        })) {
            ConnectRequest request = ConnectRequest.to("ws://127.0.0.1:" + server.port() + "/a%20b?c=%20d")
                    .withHeader("Authorization", "Bearer x")
                    .withHeader("Cookie", "a=b")
                    .withHeader("Cookie", "c=d")
                    .withSubprotocols("chat", "superchat")
                    .withOrigin("https://example.org");
            WebSocketConnection connection = opened(engine.client().connect(request, engine.record(DEAF)));
            assertThat(connection.subprotocol()).isEqualTo("superchat");
            assertThat(connection.path()).isEqualTo("/a b");
            assertThat(connection.query()).isEqualTo("c=%20d");
            assertThat(connection.principal()).isNull();
            connection.close();
            String key = RawPeer.header(head.join(), "Sec-WebSocket-Key");
            assertThat(key).matches("[A-Za-z0-9+/]{21}[AQgw]==");
            assertThat(head.join().lines().toList())
                    .containsExactly(
                            "GET /a%20b?c=%20d HTTP/1.1",
                            "Host: 127.0.0.1:" + server.port(),
                            "Upgrade: websocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Key: " + key,
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Protocol: chat, superchat",
                            "Origin: https://example.org",
                            "Authorization: Bearer x",
                            "Cookie: a=b",
                            "Cookie: c=d",
                            "");
            server.join();
        }
    }

    @Test
    void keysAndMasksDiffer() throws Exception {
        List<String> seen = new ArrayList<>();
        try (RawServer server = RawServer.start(peer -> {
            String head = peer.head();
            peer.send(RawPeer.accepting(head));
            byte[] frames = peer.in().readNBytes(14);
            synchronized (seen) {
                seen.add(RawPeer.header(head, "Sec-WebSocket-Key"));
                seen.add(io.websock.testkit.Frames.hex(frames).substring(4, 12));
                seen.add(io.websock.testkit.Frames.hex(frames).substring(18, 26));
            }
        })) {
            WebSocketClient client = engine.client();
            for (int i = 0; i < 10; i++) {
                WebSocketConnection connection = opened(client.connect(to(server), engine.record(DEAF)));
                connection.send("a");
                connection.send("a");
            }
            server.join();
        }
        assertThat(seen).hasSize(30).doesNotHaveDuplicates();
    }

    @Test
    void whatComesRightBehindTheAnswerIsNotLost() throws Exception {
        try (RawServer server = RawServer.start(peer -> {
            peer.send(RawPeer.accepting(peer.head()), text("first"), ping((byte) 7), frame(TEXT, "sec"));
            peer.expect(pong((byte) 7));
            peer.send(frame(FIN | CONTINUATION, "ond"), close(4000, "that is all"));
            peer.expect(close(4000, ""));
        })) {
            RecordingListener listener = engine.record(DEAF);
            engine.client().connect(to(server), listener);
            listener.expect("open", "text first", "text second", "close 4000 'that is all' by PEER, clean");
            server.join();
        }
    }

    @Test
    void aServerMayHintBeforeItAnswers() throws Exception {
        try (RawServer server = RawServer.start(peer -> {
            String head = peer.head();
            peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            peer.send(RawPeer.accepting(head));
            peer.expect(close(1000, ""));
        })) {
            opened(engine.client().connect(to(server), engine.record(DEAF))).close();
            server.join();
        }
    }

    // Limits

    @Test
    void nobodyListens() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Throwable failure = failed(engine.client().connect(ConnectRequest.to("ws://127.0.0.1:" + port), DEAF));
        assertThat(failure)
                .isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to 127.0.0.1:" + port + ": Connection refused");
    }

    @Test
    void nobodyHasThatName() throws Exception {
        Throwable failure = failed(engine.client().connect(ConnectRequest.to("ws://nosuch.invalid/ws"), DEAF));
        assertThat(failure)
                .isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to nosuch.invalid:80: unknown host")
                .hasCauseInstanceOf(UnknownHostException.class);
    }

    /** A queue for connections that is full takes no more SYNs: as if nobody were there. */
    private static ServerSocket blackHole(int port, String address) throws Exception {
        ServerSocket full = new ServerSocket(port, 1, InetAddress.getByName(address));
        for (int i = 0; i < 10; i++) {
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.connect(full.getLocalSocketAddress());
            HELD.add(channel);
        }
        return full;
    }

    @AfterAll
    static void release() throws IOException {
        for (SocketChannel channel : HELD) {
            channel.close();
        }
        HELD.clear();
    }

    @Test
    void nobodyAnswers() throws Exception {
        try (ServerSocket full = blackHole(0, "127.0.0.1")) {
            String address = "127.0.0.1:" + full.getLocalPort();
            ConnectRequest request = ConnectRequest.to("ws://" + address).withTimeout(Duration.ofMillis(300));
            assertThat(failed(engine.client().connect(request, DEAF), HandshakeFailure.HANDSHAKE_TIMEOUT)
                            .text())
                    .isEqualTo("handshake took too long: not connected to " + address);
        }
    }

    @Test
    void theNextAddressIsTriedIfOneRefusesOrDoesNotAnswer() throws Exception {
        engine.startEcho(false);
        int port = engine.address().getPort();
        engine.handshakeTimeout = Duration.ofSeconds(2);
        WebSocketClient client = engine.client(UnaryOperator.identity(), host -> new InetAddress[] {
            InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.3"), InetAddress.getByName("127.0.0.1")
        });
        try (ServerSocket full = blackHole(port, "127.0.0.3")) {
            ConnectRequest request = ConnectRequest.to("ws://example.org:" + full.getLocalPort() + "/ws");
            WebSocketConnection connection = opened(client.connect(request, engine.record(DEAF)));
            assertThat(connection.remoteAddress()).isEqualTo(engine.address());
        }
    }

    @Test
    void ifNoAddressAnswersAllOfThemAreInTheFailure() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        WebSocketClient client = engine.client(UnaryOperator.identity(), host ->
                new InetAddress[] {InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.1")});
        assertThat(failed(client.connect(ConnectRequest.to("ws://example.org:" + port), DEAF)))
                .hasMessage("cannot connect to example.org:" + port + ": Connection refused")
                .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(2));
    }

    @Test
    void aNameThatIsLookedUpForEverRunsOutOfTime() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        WebSocketClient client = engine.client(UnaryOperator.identity(), host -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        });
        ConnectRequest request = ConnectRequest.to("ws://example.org").withTimeout(Duration.ofMillis(100));
        failed(client.connect(request, DEAF), HandshakeFailure.HANDSHAKE_TIMEOUT);
        over.countDown();
    }

    @Test
    void thereIsOneDeadlineOverAll() throws Exception {
        try (RawServer server = RawServer.start(RawPeer::expectEnd)) {
            ConnectRequest request = to(server).withTimeout(Duration.ofMillis(200));
            failed(engine.client().connect(request, DEAF), HandshakeFailure.HANDSHAKE_TIMEOUT);
            server.join();
        }
    }

    @Test
    void asManyConnectionsAsAreAllowed() throws Exception {
        engine.startEcho(false);
        engine.maxConnections = 1;
        WebSocketClient client = engine.client();
        WebSocketConnection first = opened(client.connect(to(engine), engine.record(DEAF)));
        assertThat(failed(client.connect(to(engine), DEAF)))
                .hasMessage("too many connections, websocket.limits.max-connections=1");
        first.close();
        until("it is closed", () -> client.connections() == 0);
        opened(client.connect(to(engine), engine.record(DEAF)));
    }

    // Who does not want it any more

    @Test
    void aCancelledConnectionIsGivenUp() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawServer server = RawServer.start(peer -> {
            peer.head();
            asked.countDown();
            peer.expectEnd();
        })) {
            CompletableFuture<WebSocketConnection> future = engine.client().connect(to(server), DEAF);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            future.cancel(true);
            server.join();
        }
    }

    @Test
    void whoeverHasHisOwnTimeOutGivesItUpAsWell() throws Exception {
        try (RawServer server = RawServer.start(RawPeer::expectEnd)) {
            CompletableFuture<WebSocketConnection> future =
                    engine.client().connect(to(server), DEAF).orTimeout(100, TimeUnit.MILLISECONDS);
            assertThat(failed(future)).isInstanceOf(TimeoutException.class);
            server.join();
        }
    }

    @Test
    void aConnectionThatIsCancelledAtOnceOrTooLateLeavesNothing() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        WebSocketClient client = engine.client();
        RecordingListener own = engine.record(DEAF);
        for (int i = 0; i < 200; i++) {
            CompletableFuture<WebSocketConnection> future = client.connect(to(engine), own);
            TimeUnit.MICROSECONDS.sleep(10 * i);
            if (!future.cancel(true)) {
                future.join().close();
            }
        }
        until(
                "all are closed",
                () -> client.connections() == 0 && engine.server().connections() == 0);
        assertThat(own.opened()).isEqualTo(own.closed());
        assertThat(listener.opened()).isGreaterThanOrEqualTo(own.opened());
    }

    // The end

    @Test
    void theServerEndsTcpFirst() throws Exception {
        try (RawServer server = RawServer.start(peer -> {
            peer.accept();
            peer.expect(close(1000, ""));
            peer.send(close(1000, ""));
            peer.socket().setSoTimeout(300);
            assertThatThrownBy(() -> peer.in().read()).isInstanceOf(java.net.SocketTimeoutException.class);
            peer.socket().shutdownOutput();
            peer.socket().setSoTimeout(10_000);
            peer.expectEndOfStream();
        })) {
            RecordingListener listener = engine.record(DEAF);
            opened(engine.client().connect(to(server), listener)).close();
            listener.expect("open", "close 1000 '' by LOCAL, clean");
            server.join();
        }
    }

    @Test
    void aServerThatDoesNotEndTcpIsLeft() throws Exception {
        try (RawServer server = RawServer.start(peer -> {
            peer.accept();
            peer.send(close(1001, "going"));
            peer.expect(close(1001, ""));
            peer.expectEndOfStream();
        })) {
            RecordingListener listener = engine.record(DEAF);
            engine.client().connect(to(server), listener);
            listener.expect("open", "close 1001 'going' by PEER, clean");
            server.join();
        }
    }

    @Test
    void aServerThatDoesNotAnswerOurCloseIsLeft() throws Exception {
        engine.closeTimeout = Duration.ofMillis(200);
        try (RawServer server = RawServer.start(peer -> {
            peer.accept();
            peer.expect(close(1000, ""));
            peer.expectEnd();
        })) {
            RecordingListener listener = engine.record(DEAF);
            opened(engine.client().connect(to(server), listener)).close();
            listener.expect("open", "close 1000 '' by LOCAL");
            server.join();
        }
    }

    @Test
    void aLostConnectionIsToldOnce() throws Exception {
        try (RawServer server = RawServer.start(peer -> peer.accept().reset())) {
            RecordingListener listener = engine.record(DEAF);
            engine.client().connect(to(server), listener);
            listener.expect("open", "close 1006 'connection reset' by TRANSPORT");
        }
    }

    @Test
    void aClosedClientLeavesInPeaceAndConnectsNoMore() throws Exception {
        RecordingListener server = engine.startEcho(false);
        WebSocketClient client = engine.client();
        RecordingListener listener = engine.record(DEAF);
        opened(client.connect(to(engine), listener));
        opened(client.connect(to(engine), listener));
        client.close();
        client.close();
        assertThat(client.connections()).isZero();
        String closed = "close 1001 'client is stopping' by ";
        assertThat(listener.take())
                .containsExactlyInAnyOrder("open", "open", closed + "LOCAL, clean", closed + "LOCAL, clean");
        until("the server has seen it", () -> server.closed() == 2);
        assertThat(server.take()).contains(closed + "PEER, clean");
        assertThat(failed(client.connect(to(engine), listener)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("client is closed");
    }

    @Test
    void aClosedClientGivesUpWhatIsConnecting() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (RawServer server = RawServer.start(peer -> {
            asked.countDown();
            peer.expectEnd();
        })) {
            WebSocketClient client = engine.client();
            CompletableFuture<WebSocketConnection> future = client.connect(to(server), DEAF);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            client.close();
            assertThat(failed(future)).hasMessage("client is closed");
            server.join();
        }
    }

    @Test
    void aClientThatNeverConnectedHasNothingToClose() {
        WebSocketClient client = engine.client();
        assertThat(Engine.loopThreads()).isEmpty();
        client.close();
    }

    @Test
    void aListenerOnTheLoopCannotCloseTheClient() throws Exception {
        engine.startEcho(true);
        WebSocketClient client = engine.client();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        WebSocketConnection connection = opened(client.connect(to(engine).withNonBlockingListener(), (own, message) -> {
            try {
                client.close();
                thrown.complete(null);
            } catch (IllegalStateException e) {
                thrown.complete(e);
            }
        }));
        connection.send("now");
        assertThat(thrown.get(10, TimeUnit.SECONDS)).hasMessageContaining("stop the client from another thread");
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void aListenerMayConnectAndTheFutureMayBlock() throws Exception {
        engine.startEcho(true);
        WebSocketClient client = engine.client();
        CompletableFuture<String> done = new CompletableFuture<>();
        WebSocketListener nested = new WebSocketListener() {
            @Override
            public void onOpen(WebSocketConnection connection) {
                connection.send("nested");
            }

            @Override
            public void onMessage(WebSocketConnection connection, Message message) {
                done.complete(message.text());
            }
        };
        client.connect(to(engine).withNonBlockingListener(), (connection, message) -> {
                    client.connect(to(engine).withNonBlockingListener(), nested)
                            .thenApply(CompletableFuture::completedFuture);
                })
                .thenAccept(connection -> {
                    connection.send("go");
                    assertThat(done.join()).isEqualTo("nested"); // while the loop goes on
                })
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void aListenerThatFailsClosesItsConnection() throws Exception {
        engine.startEcho(false);
        CompletableFuture<CloseInfo> closed = new CompletableFuture<>();
        WebSocketListener failing = new WebSocketListener() {
            @Override
            public void onMessage(WebSocketConnection connection, Message message) {
                throw new IllegalStateException("as a test");
            }

            @Override
            public void onClose(WebSocketConnection connection, CloseInfo info) {
                closed.complete(info);
            }
        };
        engine.quiet();
        opened(engine.client().connect(to(engine), failing)).send("now");
        assertThat(closed.get(10, TimeUnit.SECONDS).code()).isEqualTo(1011);
        engine.forget("Listener failed on");
    }

    @Test
    void whoeverSendsMoreThanTheServerTakesStillHearsIt() throws Exception {
        CountDownLatch full = new CountDownLatch(1);
        try (RawServer server = RawServer.start(peer -> {
            peer.accept();
            full.await();
            peer.send(text("stop"));
            peer.expectEnd();
        })) {
            server.receiveBuffer(4096);
            RecordingListener listener = engine.record(DEAF);
            WebSocketConnection connection = opened(engine.client().connect(to(server), listener));
            Message message = Message.binary(new byte[60_000]);
            while (connection.queuedBytes() < EngineSettings.Outbound.DEFAULT.highWater()) {
                connection.send(message);
                TimeUnit.MILLISECONDS.sleep(1);
            }
            full.countDown();
            listener.expect("open", "text stop");
        }
    }

    // Many

    @Test
    void manyThreadsSend() throws Exception {
        engine.eventLoops = 2;
        engine.startEcho(true);
        WebSocketClient client = engine.client();
        AtomicInteger received = new AtomicInteger();
        List<WebSocketConnection> connections = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            connections.add(opened(client.connect(
                    to(engine).withNonBlockingListener(), (connection, message) -> received.incrementAndGet())));
        }
        Message message = Message.binary(random(1000));
        CompletableFuture<?>[] senders = IntStream.range(0, 16)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {
                    WebSocketConnection connection = connections.get(i % 4);
                    for (int sent = 0; sent < 2000; sent++) {
                        while (connection.queuedBytes() > 150_000) {
                            LockSupport.parkNanos(100_000);
                        }
                        connection.send(message);
                    }
                }))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(senders).get(60, TimeUnit.SECONDS);
        until("all have come back", () -> received.get() == 32_000);
    }

    @Test
    void tenThousandConnectionsLeaveNothing() throws Exception {
        engine.eventLoops = 2;
        engine.start(
                List.of(new Endpoint(Engine.PATH, DEAF, List.of(), OriginPolicy.SAME, engine.maxMessageSize, true)));
        WebSocketClient client = engine.client();
        CountDownLatch closed = new CountDownLatch(10_000);
        WebSocketListener listener = new WebSocketListener() {
            @Override
            public void onMessage(WebSocketConnection connection, Message message) {}

            @Override
            public void onOpen(WebSocketConnection connection) {
                connection.close();
            }

            @Override
            public void onClose(WebSocketConnection connection, CloseInfo info) {
                closed.countDown();
            }
        };
        opened(client.connect(to(engine), DEAF));
        long descriptors = Engine.descriptors();
        long threads = ownThreads();
        ConnectRequest request = ConnectRequest.to(
                        "ws://127.0.0.1:" + engine.address().getPort() + Engine.PATH)
                .withNonBlockingListener();
        List<CompletableFuture<WebSocketConnection>> batch = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            batch.add(client.connect(request, listener));
            if (batch.size() == 100) {
                CompletableFuture.allOf(batch.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
                batch.clear();
            }
        }
        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        until("all sockets are closed", () -> Engine.descriptors() <= descriptors + 2);
        assertThat(ownThreads()).isLessThan(threads + 10);
        assertThat(client.connections()).isEqualTo(1);
    }

    /** Those of the engine; the executor's are the test's, and as many as it likes. */
    private static long ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("websocket"))
                .count();
    }

    @Test
    void itsThreadsKeepNoProcessAlive() throws Exception {
        engine.startEcho(false);
        WebSocketClient client = engine.client();
        opened(client.connect(to(engine), engine.record(DEAF)));
        assertThat(Engine.loopThreads())
                .filteredOn(thread -> thread.getName().contains("client"))
                .isNotEmpty()
                .allMatch(Thread::isDaemon);
        assertThat(client.connections()).isEqualTo(1);
    }

    @Test
    void whatCannotBeAskedForIsRefusedAtOnce() {
        ConnectRequest request = ConnectRequest.to("ws://a");
        for (Runnable wrong : new Runnable[] {
            () -> ConnectRequest.to("http://a"),
            () -> ConnectRequest.to("ws://a/\r\nX: y"),
            () -> request.withHeader("X", "a\r\nY: b"),
            () -> request.withHeader("X", "\0"),
            () -> request.withHeader("X\r\n", "a"),
            () -> request.withHeader("Host", "b"),
            () -> request.withHeader("Sec-WebSocket-Key", "b"),
            () -> request.withSubprotocols("a", "a"),
            () -> request.withSubprotocols("a b"),
            () -> request.withOrigin("a\r\n"),
            () -> request.withTimeout(Duration.ZERO),
            () -> ClientSettings.DEFAULT.withMaxMessageSize(-1),
            () -> new ClientSettings.Proxy("", 1, null),
            () -> new ClientSettings.Proxy("a", 0, null),
            () -> new WebSocketClient(ClientSettings.DEFAULT, 0, Runnable::run)
        }) {
            assertThatThrownBy(wrong::run).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(ConnectRequest.to("wss://a/b?secret").withHeader("X", "secret"))
                .hasToString("wss://a/b");
    }
}
