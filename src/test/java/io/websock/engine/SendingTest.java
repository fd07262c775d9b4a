package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.testkit.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sending from threads of the application's own. */
class SendingTest {
    @RegisterExtension
    final Engine engine = new Engine();

    /** Payload of one of a thread's messages: who, which, and bytes that say it again. */
    private static byte[] payload(int thread, int number) {
        byte[] payload = new byte[8 + (thread * 31 + number * 17) % 3000];
        Arrays.fill(payload, (byte) (thread + number));
        ByteBuffer.wrap(payload).putInt(thread).putInt(number);
        return payload;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyThreadsSendOnOneConnection(boolean nonBlocking) throws Exception {
        engine.outbound = new EngineSettings.Outbound(1 << 30, 1 << 30, 1 << 20, Duration.ofSeconds(30));
        AtomicReference<WebSocketConnection> connection = new AtomicReference<>();
        engine.start((opened, message) -> connection.set(opened), nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(text("here"));
        until("the connection", () -> connection.get() != null);
        int threads = 32;
        int messages = 300;
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch begin = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int thread = t;
            all.add(new Thread(() -> {
                try {
                    begin.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < messages; i++) {
                    if (connection.get().send(Message.wrap(false, payload(thread, i))) != SendResult.ACCEPTED) {
                        refused.incrementAndGet();
                    }
                }
            }));
        }
        all.forEach(Thread::start);
        begin.countDown();
        int[] next = new int[threads];
        for (int i = 0; i < threads * messages; i++) {
            byte[] payload = client.frame().payload();
            int thread = ByteBuffer.wrap(payload).getInt();
            assertThat(Arrays.equals(payload, payload(thread, next[thread]))).isTrue();
            next[thread]++;
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(refused).hasValue(0);
        assertThat(next).containsOnly(messages);
        until("nothing is queued", () -> connection.get().queuedBytes() == 0);
    }

    @Test
    void aBroadcastReachesAllConnectionsOfAllLoops() throws Exception {
        engine.eventLoops = 2;
        Queue<WebSocketConnection> connections = new ConcurrentLinkedQueue<>();
        engine.start(
                new WebSocketListener() {
                    @Override
                    public void onOpen(WebSocketConnection connection) {
                        connections.add(connection);
                    }

                    @Override
                    public void onMessage(WebSocketConnection connection, Message message) {
                        connections.forEach(each -> each.send(message));
                    }
                },
                false);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(engine.open());
        }
        until("all are open", () -> connections.size() == 50);
        clients.get(7).sendFrames(text("to all"));
        for (RawClient client : clients) {
            client.expectText("to all");
        }
    }

    @Test
    void sendingGoesOnWhileConnectionsComeAndGo() throws Exception {
        engine.eventLoops = 2;
        Queue<WebSocketConnection> connections = new ConcurrentLinkedQueue<>();
        engine.start(
                new WebSocketListener() {
                    @Override
                    public void onOpen(WebSocketConnection connection) {
                        connections.add(connection);
                    }

                    @Override
                    public void onMessage(WebSocketConnection connection, Message message) {
                        connection.send(message);
                    }
                },
                false);
        CountDownLatch end = new CountDownLatch(1);
        Thread sender = new Thread(() -> {
            while (end.getCount() > 0) {
                for (WebSocketConnection connection : connections) {
                    connection.send("tick");
                    if (!connection.isOpen()) {
                        connections.remove(connection);
                    }
                }
                LockSupport.parkNanos(100_000); // not to outrun the clients, which would overflow their queues
            }
        });
        sender.start();
        try {
            for (int i = 0; i < 200; i++) {
                RawClient client = engine.open();
                client.sendFrames(text("echo"));
                String payload;
                do {
                    payload = new String(client.frame().payload());
                } while (!payload.equals("echo"));
                if (i % 2 == 0) {
                    client.reset();
                } else {
                    client.close();
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            end.countDown();
            sender.join();
        }
        until("no connection is open", () -> engine.server().connections() == 0);
    }
}
