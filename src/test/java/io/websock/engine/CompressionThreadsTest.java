package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.CLOSE;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.api.WebSocketConnection;
import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.deflate.ZlibPool;
import io.websock.testkit.DeflatePeer;
import io.websock.testkit.Frames.Frame;
import io.websock.testkit.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many threads that send compressed messages on one connection: what its context is, must go out in the order in which it was made. */
class CompressionThreadsTest {
    private static final int THREADS = 32;

    private final ZlibPool pool = new ZlibPool(6, 2);

    /** After the engine has stopped. */
    @RegisterExtension
    @Order(1)
    final AfterEachCallback everythingNativeHasEnded = context -> {
        pool.close();
        assertThat(pool.deflaterCounts().ended())
                .isEqualTo(pool.deflaterCounts().created());
    };

    @RegisterExtension
    @Order(2)
    final Engine engine = new Engine();

    private final AtomicReference<WebSocketConnection> connection = new AtomicReference<>();
    private final AtomicInteger accepted = new AtomicInteger();

    /** Payload of one of a thread's messages: who, which, and what can be compressed, by itself and by those before it. */
    private static byte[] payload(int thread, int number) {
        byte[] payload = new byte[8 + (thread * 31 + number * 17) % 3000];
        new Random(number % 5).nextBytes(payload);
        Arrays.fill(payload, payload.length / 2, payload.length, (byte) (thread + number));
        ByteBuffer.wrap(payload).putInt(thread).putInt(number);
        return payload;
    }

    private RawClient open(Mode mode) throws IOException {
        engine.outbound = new EngineSettings.Outbound(1 << 30, 1 << 30, 1 << 20, Duration.ofSeconds(30));
        engine.extensions = List.of(new PermessageDeflate(mode, 1, pool));
        engine.start((opened, message) -> connection.set(opened), true);
        RawClient client = engine.connect().upgrade(Engine.PATH, "Sec-WebSocket-Extensions: permessage-deflate");
        client.sendFrames(text("here"));
        until("the connection", () -> connection.get() != null);
        return client;
    }

    /** Each thread sends until it is told that the connection is closing, or {@code most} messages. */
    private List<Thread> send(int most) {
        CountDownLatch begin = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            threads.add(new Thread(() -> {
                try {
                    begin.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int number = 0; number < most; number++) {
                    Message message = Message.wrap(false, payload(thread, number));
                    if (connection.get().send(message) != SendResult.ACCEPTED) {
                        return;
                    }
                    accepted.incrementAndGet();
                }
            }));
        }
        threads.forEach(Thread::start);
        begin.countDown();
        return threads;
    }

    /** Reads messages until there is a frame of another kind, or {@code most}; each thread's come in its order. */
    private int receive(RawClient client, boolean takesOver, int most) throws IOException {
        int[] next = new int[THREADS];
        try (DeflatePeer peer = new DeflatePeer(takesOver)) {
            for (int received = 0; received < most; received++) {
                Frame frame = client.frame();
                if (frame.flags() == (FIN | CLOSE)) {
                    return received;
                }
                byte[] payload = peer.payload(frame);
                int thread = ByteBuffer.wrap(payload).getInt();
                assertThat(Arrays.equals(payload, payload(thread, next[thread]++)))
                        .isTrue();
            }
        }
        assertThat(next).containsOnly(most / THREADS);
        return most;
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void nothingIsLostNorChangesItsPlaceWithinAThread(Mode mode) throws Exception {
        RawClient client = open(mode);
        List<Thread> threads = send(150);
        assertThat(receive(client, mode == Mode.TAKEOVER, THREADS * 150)).isEqualTo(THREADS * 150);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(accepted).hasValue(THREADS * 150);
        until("nothing is queued", () -> connection.get().queuedBytes() == 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void whoClosesMeanwhileLosesNothingThatWasAccepted(Mode mode) throws Exception {
        RawClient client = open(mode);
        List<Thread> threads = send(Integer.MAX_VALUE);
        until("some are sent", () -> accepted.get() > 500);
        connection.get().close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(receive(client, mode == Mode.TAKEOVER, Integer.MAX_VALUE)).isEqualTo(accepted.get());
        client.sendFrames(close(1000, ""));
        client.expectEndOfStream();
        assertThat(pool.deflaterCounts().created() - pool.deflaterCounts().ended())
                .as("the connection has none left, the pool's own are idle")
                .isLessThanOrEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void aConnectionMayBeLostMeanwhile(Mode mode) throws Exception {
        RawClient client = open(mode);
        List<Thread> threads = send(Integer.MAX_VALUE);
        until("some are sent", () -> accepted.get() > 500);
        client.reset();
        for (Thread thread : threads) {
            thread.join();
        }
        until("it is closed", () -> engine.server().connections() == 0);
    }
}
