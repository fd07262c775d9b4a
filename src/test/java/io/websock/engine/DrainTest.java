package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.CONTINUATION;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.TEXT;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A stop that takes its time. */
class DrainTest {
    private static final Duration NONE = Duration.ZERO;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String REASON = "server is stopping";

    @RegisterExtension
    final Engine engine = new Engine();

    private final ExecutorService readers = Executors.newCachedThreadPool();
    /** In the order in which they were told. */
    private final Queue<Told> told = new ConcurrentLinkedQueue<>();

    private record Told(RawClient client, long time) {}

    @AfterEach
    void endReaders() {
        readers.shutdownNow();
    }

    private CompletableFuture<Void> stopAside(DrainSettings drain) {
        return CompletableFuture.runAsync(() -> engine.server().stop(drain));
    }

    private static DrainSettings over(Duration window) {
        return new DrainSettings(NONE, window, Duration.ofSeconds(5), 1001);
    }

    private List<RawClient> open(int count) throws IOException {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(engine.open());
        }
        return clients;
    }

    /** Waits for the Close frame, and answers it after {@code before}. */
    private void answerAside(RawClient client, byte[]... before) {
        readers.execute(() -> {
            try {
                client.expectClose(1001, REASON);
                told.add(new Told(client, System.nanoTime()));
                client.sendFrames(before);
                client.sendFrames(close(1001, ""));
                client.expectEndOfStream();
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void closeFramesAreSpreadEvenlyInRandomOrder() throws Exception {
        engine.eventLoops = 2;
        RecordingListener listener = engine.startEcho(false);
        List<RawClient> clients = open(40);
        until("all are open", () -> listener.opened() == 40);
        clients.forEach(this::answerAside);
        long begin = System.nanoTime();
        stopAside(over(Duration.ofSeconds(2))).join();
        long[] quarters = new long[5];
        for (Told each : told) {
            quarters[(int) Math.min(4, (each.time - begin) / 500_000_000)]++;
        }
        // 10 in each, as long as no thread is late.
        assertThat(LongStream.of(quarters).max().orElseThrow()).isLessThanOrEqualTo(20);
        assertThat(told.stream().map(Told::client).toList())
                .containsExactlyInAnyOrderElementsOf(clients)
                .isNotEqualTo(clients);
        until("all are closed", () -> listener.closed() == 40);
        assertThat(listener.take()).containsOnly("open", "close 1001 'server is stopping' by LOCAL, clean");
    }

    @Test
    void idleConnectionsComeFirstAndMessagesThatHaveBegunAreFinished() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        List<RawClient> busy = open(4);
        for (RawClient client : busy) {
            client.sendFrames(frame(TEXT, "be"), ping());
            client.expect(pong());
        }
        List<RawClient> idle = open(8);
        until("all are open", () -> listener.opened() == 12);
        for (RawClient client : busy) {
            answerAside(client, frame(FIN | CONTINUATION, "gun"));
        }
        idle.forEach(this::answerAside);
        stopAside(over(Duration.ofMillis(2400))).join();
        List<RawClient> order = told.stream().map(Told::client).toList();
        assertThat(order.subList(0, 8)).containsExactlyInAnyOrderElementsOf(idle);
        assertThat(order.subList(8, 12)).containsExactlyInAnyOrderElementsOf(busy);
        until("all are closed", () -> listener.closed() == 12);
        assertThat(listener.take()).filteredOn("text begun"::equals).hasSize(4);
    }

    @Test
    void whoBecomesBusyComesLater() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        List<RawClient> clients = open(6);
        until("all are open", () -> listener.opened() == 6);
        CompletableFuture<Void> stop = stopAside(over(Duration.ofMillis(1800)));
        until("the first is told", () -> first(clients) != null);
        List<RawClient> others = new ArrayList<>(clients);
        others.remove(first(clients));
        RawClient busy = others.remove(0);
        busy.sendFrames(frame(TEXT, "be"));
        answerAside(first(clients));
        others.forEach(this::answerAside);
        answerAside(busy, frame(FIN | CONTINUATION, "gun"));
        stop.join();
        assertThat(told).hasSize(6);
        assertThat(told.stream().map(Told::client)).last().isSameAs(busy);
    }

    private static RawClient first(List<RawClient> clients) throws IOException {
        for (RawClient client : clients) {
            if (client.available() > 0) {
                return client;
            }
        }
        return null;
    }

    @Test
    void newConnectionsAreRefusedForTheAcceptDelayAndThenNothingListens() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        listener.expect("open");
        CompletableFuture<Void> stop =
                stopAside(new DrainSettings(Duration.ofSeconds(1), NONE, Duration.ofSeconds(5), 1001));
        until("it is stopping", () -> engine.server().host().isStopping());
        RawClient late = engine.connect();
        late.send(RawClient.request(Engine.PATH));
        assertThat(late.rest())
                .startsWith("HTTP/1.1 503 ")
                .contains("\r\nRetry-After: 5\r\n")
                .endsWith("\r\n\r\nserver is stopping\n");
        assertThat(engine.request("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").rest())
                .startsWith("HTTP/1.1 503 ")
                .endsWith("\r\n\r\nstopping\n");
        client.sendFrames(text("still here"));
        client.expectText("still here");
        client.expectClose(1001, REASON);
        until("nothing listens", () -> !listens());
        assertThat(stop).isNotDone();
        client.sendFrames(close(1001, ""));
        client.close();
        stop.join();
    }

    private boolean listens() {
        try {
            RawClient.connect(engine.address()).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void whoDoesNotAnswerIsResetAfterTheDrainsCloseTimeout() throws Exception {
        engine.closeTimeout = LONG;
        RecordingListener listener = engine.startEcho(false);
        List<RawClient> silent = open(3);
        until("all are open", () -> listener.opened() == 3);
        stopAside(new DrainSettings(NONE, Duration.ofMillis(300), Duration.ofMillis(100), 4001))
                .join();
        for (RawClient client : silent) {
            client.expectClose(4001, REASON);
            client.expectReset();
        }
        until("all are closed", () -> listener.closed() == 3);
        assertThat(listener.take()).containsOnly("open", "close 4001 'server is stopping' by LOCAL");
    }

    @Test
    void aListenerThatHangsIsNotWaitedForAndSaid() throws Exception {
        CompletableFuture<Void> release = new CompletableFuture<>();
        RecordingListener listener = engine.start((connection, message) -> release.join(), false);
        RawClient client = engine.open();
        client.sendFrames(text("hang"));
        listener.expect("open", "text hang");
        stopAside(new DrainSettings(NONE, NONE, Duration.ofMillis(100), 1001)).join();
        engine.forget("Drain ends after ");
        client.expectClose(1001, REASON);
        client.expectReset();
        release.complete(null);
    }

    @Test
    void windowIsOverWhenNobodyIsLeft() throws Exception {
        engine.eventLoops = 2;
        RecordingListener listener = engine.startEcho(false);
        List<RawClient> clients = open(3);
        until("all are open", () -> listener.opened() == 3);
        CompletableFuture<Void> stop = stopAside(over(LONG));
        // One of them is told at once, and the others go by themselves.
        until("the first is told", () -> first(clients) != null);
        for (RawClient client : clients) {
            client.sendFrames(close(1000, ""));
            client.expectEnd();
            client.close();
        }
        stop.join();
    }

    @Test
    void onlyConnectionDoesNotWait() throws Exception {
        engine.eventLoops = 4;
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        listener.expect("open");
        CompletableFuture<Void> stop = stopAside(over(LONG));
        answerAside(client);
        stop.join();
        assertThat(told).hasSize(1);
    }

    @Test
    void aServerThatServesNobodyDoesNotWait() throws Exception {
        engine.startEcho(false);
        engine.server().stop(over(LONG));
        assertThat(Engine.loopThreads()).isEmpty();
    }

    @Test
    void anotherStopChangesNothing() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        List<RawClient> clients = open(3);
        until("all are open", () -> listener.opened() == 3);
        CompletableFuture<Void> stop = stopAside(over(Duration.ofMillis(1500)));
        until("the first is told", () -> first(clients) != null);
        CompletableFuture<Void> second =
                CompletableFuture.runAsync(() -> engine.server().stop());
        clients.forEach(this::answerAside);
        CompletableFuture.allOf(stop, second).join();
        long[] times = told.stream().mapToLong(Told::time).toArray();
        assertThat(times[2] - times[0]).isGreaterThan(500_000_000);
    }

    @Test
    void thousandsFitIntoAShortWindow() throws Exception {
        RecordingListener listener = engine.startEcho(true);
        List<RawClient> clients = open(1000);
        until("all are open", () -> listener.opened() == 1000);
        CompletableFuture<Void> stop = stopAside(over(Duration.ofMillis(200)));
        for (RawClient client : clients) {
            client.expectClose(1001, REASON);
            client.sendFrames(close(1001, ""));
            client.close();
        }
        stop.join();
        assertThat(engine.server().connections()).isZero();
    }

    @Test
    void settingsAreInRange() {
        Stream.of(1005, 1006, 1015, 999, 5000)
                .forEach(code -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> new DrainSettings(NONE, NONE, NONE, code)));
        Duration negative = Duration.ofMillis(-1);
        assertThatIllegalArgumentException().isThrownBy(() -> new DrainSettings(negative, NONE, NONE, 1001));
        assertThatIllegalArgumentException().isThrownBy(() -> new DrainSettings(NONE, negative, NONE, 1001));
        assertThatIllegalArgumentException().isThrownBy(() -> new DrainSettings(NONE, NONE, negative, 1001));
    }
}
