package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.BINARY;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.PONG;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.api.WebSocketConnection;
import io.websock.protocol.ProtocolLimits;
import io.websock.testkit.Frames;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow peers and slow listeners: bounded queues, nothing lost, everything in its order. */
class BackpressureTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int SIZE = 16 * 1024;

    @RegisterExtension
    final Engine engine = new Engine();

    /** Message {@code number} of {@link #SIZE} bytes. */
    private static byte[] numbered(int number) {
        return frame(FIN | BINARY, ByteBuffer.allocate(SIZE).putInt(number).array());
    }

    private static byte[][] numbered(int from, int to) {
        byte[][] frames = new byte[to - from][];
        for (int i = from; i < to; i++) {
            frames[i - from] = numbered(i);
        }
        return frames;
    }

    private static int number(Frames.Frame frame) {
        assertThat(frame.payload()).hasSize(SIZE);
        return ByteBuffer.wrap(frame.payload()).getInt();
    }

    /** Until {@code count} stands still. */
    private static void untilStill(AtomicInteger count) throws InterruptedException {
        for (int last = -1; last != count.get(); ) {
            last = count.get();
            Thread.sleep(150);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readingPausesWhileThePeerDoesNotReadAndNothingIsLost(boolean nonBlocking) throws Exception {
        engine.outbound = new EngineSettings.Outbound(256 * 1024, 128 * 1024, 64 * 1024, LONG);
        AtomicInteger echoed = new AtomicInteger();
        AtomicLong most = new AtomicLong();
        engine.start(
                (connection, message) -> {
                    assertThat(connection.send(message)).isEqualTo(SendResult.ACCEPTED);
                    most.accumulateAndGet(connection.queuedBytes(), Math::max);
                    echoed.incrementAndGet();
                },
                nonBlocking);
        RawClient client = engine.openWithSmallBuffer();
        int count = 1000;
        CompletableFuture<Void> sending = client.sendFramesAside(numbered(0, count));
        untilStill(echoed);
        assertThat(sending).as("the server reads no more").isNotDone();
        assertThat(echoed.get()).isLessThan(count);
        Engine.assertIdle();
        for (int i = 0; i < count; i++) {
            assertThat(number(client.frame())).isEqualTo(i);
        }
        sending.join();
        assertThat(most.get()).isLessThanOrEqualTo(128 * 1024 + SIZE + 4);
        client.sendFrames(text("and on"));
        client.expectText("and on");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatTakesNothingForTheStallTimeoutIsReset(boolean nonBlocking) throws Exception {
        engine.outbound = new EngineSettings.Outbound(256 * 1024, 128 * 1024, 64 * 1024, Duration.ofMillis(300));
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.openWithSmallBuffer();
        CompletableFuture<Void> sending = client.sendFramesAside(numbered(0, 1000));
        until("the close", () -> listener.closed() == 1);
        List<String> events = listener.take();
        assertThat(events.get(events.size() - 1))
                .isEqualTo("close 1006 'peer has taken nothing for websocket.outbound.stall-timeout' by LOCAL");
        client.expectReset();
        assertThat(sending).failsWithin(LONG);
    }

    @Test
    void aPeerThatReadsSlowlyButSteadilyIsNotReset() throws Exception {
        engine.outbound = new EngineSettings.Outbound(64 << 20, 128 * 1024, 64 * 1024, Duration.ofMillis(1500));
        AtomicReference<WebSocketConnection> connection = new AtomicReference<>();
        engine.start((opened, message) -> connection.set(opened), true);
        RawClient client = engine.openWithSmallBuffer();
        client.sendFrames(text("here"));
        until("the connection", () -> connection.get() != null);
        byte[] payload = new byte[32 << 20];
        connection.get().send(Message.wrap(false, payload));
        // For more than twice as long, in pieces of the size that the engine writes.
        for (int i = 0; i < 30; i++) {
            Thread.sleep(120);
            for (int read = 0; read < 256 * 1024; ) {
                read += client.bytes(64 * 1024).length;
            }
        }
        assertThat(connection.get().isOpen()).isTrue();
        assertThat(connection.get().queuedBytes()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPushToAPeerThatDoesNotReadOverflowsAndClosesBehindTheStartedFrame(boolean nonBlocking) throws Exception {
        engine.outbound = new EngineSettings.Outbound(256 * 1024, 128 * 1024, 64 * 1024, LONG);
        AtomicReference<WebSocketConnection> connection = new AtomicReference<>();
        RecordingListener listener = engine.start((opened, message) -> connection.set(opened), nonBlocking);
        RawClient client = engine.openWithSmallBuffer();
        client.sendFrames(text("here"));
        until("the connection", () -> connection.get() != null);
        int accepted = 0;
        SendResult result;
        // Faster than the loop writes would be an overflow that has nothing to do with the peer.
        while ((result = connection.get().send(message(accepted))) == SendResult.ACCEPTED) {
            accepted++;
            if (connection.get().queuedBytes() > 128 * 1024) {
                Thread.sleep(5);
            }
        }
        assertThat(result).isEqualTo(SendResult.OVERFLOW);
        assertThat(connection.get().send("more")).isEqualTo(SendResult.CLOSED);
        assertThat(connection.get().isOpen()).isFalse();
        assertThat(connection.get().queuedBytes())
                .as("what was not begun is dropped")
                .isLessThan(128 * 1024);

        int received = 0;
        Frames.Frame frame;
        while ((frame = client.frame()).flags() == (FIN | BINARY)) {
            assertThat(number(frame)).isEqualTo(received++);
        }
        assertThat(received).isLessThan(accepted);
        assertThat(frame.toString())
                .isEqualTo(Frames.decode(Frames.close(1013, "outbound queue is full: websocket.outbound.max-queue"))
                        .get(0)
                        .toString());
        client.sendFrames(Frames.close(1013, ""));
        client.expectEndOfStream();
        client.close();
        listener.expect(
                "open",
                "text here",
                "close 1013 'outbound queue is full: websocket.outbound.max-queue' by LOCAL, clean");
    }

    private static Message message(int number) {
        return Message.wrap(false, ByteBuffer.allocate(SIZE).putInt(number).array());
    }

    @Test
    void aPeerThatNeverReadsAfterAnOverflowIsReset() throws Exception {
        engine.outbound = new EngineSettings.Outbound(64 * 1024, 32 * 1024, 16 * 1024, Duration.ofMillis(300));
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    while (connection.send(message) == SendResult.ACCEPTED) {}
                },
                false);
        RawClient client = engine.openWithSmallBuffer();
        client.sendFrames(numbered(0));
        until("the close", () -> listener.closed() == 1);
        assertThat(listener.take().get(2))
                .isEqualTo("close 1013 'outbound queue is full: websocket.outbound.max-queue' by LOCAL");
        client.expectReset();
    }

    @Test
    void whileThePeerDoesNotReadOnlyTheNewestPingIsAnswered() throws Exception {
        engine.protocol = new ProtocolLimits(65536, 10_000_000, 10_000_000);
        engine.outbound = new EngineSettings.Outbound(32 << 20, 128 * 1024, 64 * 1024, LONG);
        AtomicReference<WebSocketConnection> connection = new AtomicReference<>();
        RecordingListener listener = engine.start((opened, message) -> connection.set(opened), false);
        RawClient client = engine.openWithSmallBuffer();
        client.sendFrames(text("here"));
        until("the connection", () -> connection.get() != null);
        connection.get().send(Message.wrap(false, new byte[24 << 20]));
        AtomicInteger queued = new AtomicInteger();
        for (int last = -1; last != queued.get(); ) {
            last = queued.get();
            Thread.sleep(100);
            queued.set((int) connection.get().queuedBytes());
        }
        assertThat(queued.get()).as("the socket takes no more").isPositive();
        int pings = 50_000;
        byte[][] frames = new byte[pings][];
        for (int i = 0; i < pings; i++) {
            frames[i] = ping(ByteBuffer.allocate(100).putInt(i).array());
        }
        client.sendFrames(frames);
        client.sendFrames(Frames.pong());
        listener.expect("open", "text here", "pong ");
        assertThat(connection.get().queuedBytes()).isLessThanOrEqualTo(queued.get() + 2 * 102);
        client.expect(frame(FIN | BINARY, new byte[24 << 20]));
        Frames.Frame pong = client.frame();
        assertThat(pong.flags()).isEqualTo(FIN | PONG);
        assertThat(ByteBuffer.wrap(pong.payload()).getInt()).isEqualTo(pings - 1);
    }

    @Test
    void readingPausesAtMaxPendingMessagesAndControlFramesBeforeThatAreAnswered() throws Exception {
        engine.inbound = new EngineSettings.Inbound(4, 1 << 20);
        CountDownLatch release = new CountDownLatch(1);
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    release.await();
                    connection.send(message);
                },
                false);
        RawClient client = engine.open();
        client.sendFrames(text("1"), ping((byte) 1), text("2"), ping((byte) 2), text("3"), ping((byte) 3));
        for (byte i = 1; i <= 3; i++) {
            client.expect(Frames.pong(i));
        }
        listener.expect("open", "text 1");
        client.sendFrames(text("4"), ping((byte) 4), text("5"));
        Thread.sleep(200);
        assertThat(client.available()).as("no Pong").isZero();
        Engine.assertIdle();

        release.countDown();
        List<String> frames = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            frames.add(client.frame().toString());
        }
        assertThat(frames).contains("8a unmasked 04");
        frames.remove("8a unmasked 04");
        assertThat(frames)
                .containsExactly(
                        "81 unmasked 31", "81 unmasked 32", "81 unmasked 33", "81 unmasked 34", "81 unmasked 35");
    }

    @Test
    void readingPausesAtMaxPendingBytes() throws Exception {
        engine.inbound = new EngineSettings.Inbound(1000, SIZE);
        CountDownLatch release = new CountDownLatch(1);
        engine.start(
                (connection, message) -> {
                    release.await();
                    connection.send(message);
                },
                false);
        RawClient client = engine.open();
        client.sendFrames(text("a"), ping((byte) 1));
        client.expect(Frames.pong((byte) 1));
        client.sendFrames(numbered(0), ping((byte) 2), numbered(1), numbered(2));
        Thread.sleep(200);
        assertThat(client.available()).as("no Pong").isZero();
        release.countDown();
        List<Integer> flags = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            flags.add(client.frame().flags());
        }
        assertThat(flags).containsExactlyInAnyOrder(0x81, 0x82, 0x82, 0x82, 0x8A);
    }

    @Test
    void aSlowListenerGetsEverythingInItsOrder() throws Exception {
        engine.inbound = new EngineSettings.Inbound(3, 1000);
        engine.start(
                (connection, message) -> {
                    if (message.size() % 3 == 0) {
                        Thread.sleep(1);
                    }
                    connection.send(message);
                },
                false);
        RawClient client = engine.open();
        int count = 1000;
        CompletableFuture<Void> sending = CompletableFuture.completedFuture(null);
        byte[][] frames = new byte[count][];
        for (int i = 0; i < count; i++) {
            frames[i] = text(i + ".".repeat(i % 50));
        }
        sending = client.sendFramesAside(frames);
        for (int i = 0; i < count; i++) {
            client.expect(frames[i]);
        }
        sending.join();
    }

    @Test
    void aPeerThatDoesNotReadHoldsUpNobodyElse() throws Exception {
        engine.outbound = new EngineSettings.Outbound(256 * 1024, 128 * 1024, 64 * 1024, LONG);
        engine.startEcho(true);
        for (int i = 0; i < 3; i++) {
            engine.openWithSmallBuffer().sendFramesAside(numbered(0, 300));
        }
        RawClient other = engine.open();
        for (int i = 0; i < 100; i++) {
            other.sendFrames(text("message " + i));
            other.expectText("message " + i);
        }
    }

    @Test
    void aPeerThatIsFedWithoutPauseHoldsUpNobodyElse() throws Exception {
        engine.outbound = new EngineSettings.Outbound(8 << 20, 4 << 20, 1 << 20, LONG);
        CountDownLatch end = new CountDownLatch(1);
        engine.start(
                (connection, message) -> {
                    if (message.text().equals("feed me")) {
                        Message food = Message.wrap(false, new byte[SIZE]);
                        while (end.getCount() > 0 && connection.isOpen()) {
                            if (connection.queuedBytes() < 4 << 20) {
                                connection.send(food);
                            }
                        }
                    } else {
                        connection.send(message);
                    }
                },
                false);
        RawClient eater = engine.open();
        eater.sendFrames(text("feed me"));
        Thread eating = new Thread(() -> {
            try {
                while (eater.bytes(1 << 20).length > 0) {}
            } catch (Exception e) {
                // closed at the end of the test
            }
        });
        eating.start();
        RawClient other = engine.open();
        for (int i = 0; i < 50; i++) {
            other.sendFrames(text("message " + i));
            other.expectText("message " + i);
        }
        end.countDown();
        eater.close();
        eating.join();
    }
}
