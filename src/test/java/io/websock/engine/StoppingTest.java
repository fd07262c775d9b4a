package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.BINARY;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.websock.api.Message;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoppingTest {
    private static final String STOPPING = "close 1001 'server is stopping' by LOCAL";

    @RegisterExtension
    final Engine engine = new Engine();

    private CompletableFuture<Void> stopAside() {
        return CompletableFuture.runAsync(() -> engine.server().stop());
    }

    private static void answerGoingAway(RawClient client) throws IOException {
        client.expectClose(1001, "server is stopping");
        client.sendFrames(close(1001, ""));
        client.expectEndOfStream();
        client.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyPeerIsToldAndEveryListener(boolean nonBlocking) throws Exception {
        engine.eventLoops = 2;
        RecordingListener listener = engine.startEcho(nonBlocking);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(engine.open());
        }
        until("all are open", () -> listener.opened() == 50);
        CompletableFuture<Void> stop = stopAside();
        for (RawClient client : clients) {
            answerGoingAway(client);
        }
        stop.join();
        until("all are closed", () -> listener.closed() == 50);
        assertThat(listener.take()).hasSize(100).containsOnly("open", STOPPING + ", clean");
        assertThat(engine.server().connections()).isZero();
        until("no thread is left", () -> Engine.loopThreads().isEmpty());
        new ServerSocket(engine.address().getPort(), 1, InetAddress.getLoopbackAddress()).close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsQueuedGoesOutFirst(boolean nonBlocking) throws Exception {
        engine.outbound = new EngineSettings.Outbound(16 << 20, 128 * 1024, 64 * 1024, Duration.ofSeconds(30));
        CountDownLatch sent = new CountDownLatch(1);
        engine.start(
                (connection, message) -> {
                    connection.send(Message.wrap(false, new byte[8 << 20]));
                    connection.send("behind");
                    sent.countDown();
                },
                nonBlocking);
        RawClient client = engine.openWithSmallBuffer();
        client.sendFrames(text("go"));
        sent.await();
        CompletableFuture<Void> stop = stopAside();
        until("it is stopping", () -> engine.server().host().isStopping());
        client.expect(frame(FIN | BINARY, new byte[8 << 20]));
        client.expectText("behind");
        answerGoingAway(client);
        stop.join();
    }

    @Test
    void whoeverIsStillAskedAboutWhenTheStopBeginsIsRefused() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        engine.interceptors.add(request -> {
            if (request.query() != null) {
                entered.countDown();
                release.await();
            }
        });
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        listener.expect("open");
        RawClient late = engine.connect();
        late.send(RawClient.request(Engine.PATH + "?late"));
        entered.await();
        CompletableFuture<Void> stop = stopAside();
        client.expectClose(1001, "server is stopping");
        release.countDown();
        assertThat(late.rest()).startsWith("HTTP/1.1 503 ");
        assertThat(listener.opened()).isOne();
        client.sendFrames(close(1001, ""));
        client.close();
        stop.join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void peersThatDoNotAnswerAreReset(boolean nonBlocking) throws Exception {
        engine.closeTimeout = Duration.ofMillis(100);
        RecordingListener listener = engine.startEcho(nonBlocking);
        List<RawClient> silent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            silent.add(engine.open());
        }
        RawClient handshaking = engine.request("GET /ws");
        until("all are open", () -> listener.opened() == 10);
        stopAside().join();
        for (RawClient client : silent) {
            client.expectClose(1001, "server is stopping");
            client.expectReset();
        }
        handshaking.expectEnd();
        until("all are closed", () -> listener.closed() == 10);
        assertThat(listener.take()).containsOnly("open", STOPPING);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void peersThatDoNotReadAreReset(boolean nonBlocking) throws Exception {
        engine.closeTimeout = Duration.ofMillis(100);
        RecordingListener listener = engine.start(
                (connection, message) -> connection.send(Message.wrap(false, new byte[32 << 20])), nonBlocking);
        RawClient client = engine.openWithSmallBuffer();
        client.sendFrames(text("go"));
        listener.expect("open", "text go");
        stopAside().join();
        assertThat(listener.next()).isEqualTo(STOPPING);
        client.expectReset();
    }

    @Test
    void aListenerThatBlocksDoesNotHoldUpTheStopForLong() throws Exception {
        engine.closeTimeout = Duration.ofMillis(100);
        CountDownLatch release = new CountDownLatch(1);
        RecordingListener listener = engine.start((connection, message) -> release.await(), false);
        RawClient client = engine.open();
        client.sendFrames(text("a"), text("b"));
        listener.expect("open", "text a");
        CompletableFuture<Void> stop = stopAside();
        answerGoingAway(client);
        stop.join();
        assertThat(listener.closed()).isZero();
        release.countDown();
        assertThat(listener.next()).isEqualTo("text b");
        assertThat(listener.next()).startsWith(STOPPING);
    }

    @Test
    void aListenerMayStopTheServer() throws Exception {
        engine.closeTimeout = Duration.ofMillis(100);
        CountDownLatch stopped = new CountDownLatch(1);
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    engine.server().stop();
                    stopped.countDown();
                },
                false);
        RawClient client = engine.open();
        client.sendFrames(text("stop"));
        answerGoingAway(client);
        stopped.await();
        assertThat(listener.next()).isEqualTo("open");
        assertThat(listener.next()).isEqualTo("text stop");
        assertThat(listener.next()).startsWith(STOPPING);
    }

    @Test
    void aServerThatServesNobodyStopsAtOnceAndTwice() throws Exception {
        engine.eventLoops = 4;
        engine.startEcho(false);
        engine.server().stop();
        assertThat(Engine.loopThreads()).isEmpty();
        engine.server().stop();
        engine.create(List.of()).stop();
    }

    @Test
    void severalThreadsMayStopTheServer() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        listener.expect("open");
        List<CompletableFuture<Void>> stops = List.of(stopAside(), stopAside(), stopAside());
        answerGoingAway(client);
        stops.forEach(CompletableFuture::join);
        assertThat(Engine.loopThreads()).isEmpty();
    }

    @Test
    void aStopThatIsInterruptedEndsTheLoopsAllTheSame() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        listener.expect("open");
        Thread thread = new Thread(() -> engine.server().stop());
        thread.start();
        client.expectClose(1001, "server is stopping");
        thread.interrupt();
        thread.join(RawClient.PATIENCE);
        assertThat(thread.isAlive()).isFalse();
        until("no thread is left", () -> Engine.loopThreads().isEmpty());
        assertThat(listener.next()).isEqualTo(STOPPING);
    }

    /** A connection that is on its way from the acceptor's loop to its own when the loops end must not be lost. */
    @Test
    void connectionsThatComeDuringTheStopLeaveNoDescriptorOpen() throws Exception {
        engine.eventLoops = 4;
        AtomicBoolean done = new AtomicBoolean();
        long before = 0;
        for (int round = 0; round < 25; round++) {
            WebSocketServer server = engine.start(
                    List.of(engine.endpoint(Engine.PATH, (connection, message) -> connection.send(message), true)));
            done.set(false);
            List<Thread> callers = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                Thread caller = new Thread(() -> {
                    while (!done.get()) {
                        try (RawClient client = RawClient.connect(engine.address())) {
                            client.send(new byte[] {'G'});
                        } catch (IOException e) {
                            // the server has stopped
                        }
                    }
                });
                caller.start();
                callers.add(caller);
            }
            Thread.sleep(5);
            server.stop();
            done.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
            if (round == 4) {
                before = Engine.descriptors();
            }
        }
        assertThat(Engine.descriptors()).isLessThanOrEqualTo(before + 2);
    }

    @Test
    void anEventLoopThatStopsItsServerIsToldThatItCannot() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        engine.start((connection, message) -> thrown.complete(catchThrowable(engine.server()::stop)), true);
        engine.open().sendFrames(text("stop"));
        assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
    }
}
