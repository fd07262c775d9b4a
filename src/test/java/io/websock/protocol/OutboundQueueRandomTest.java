package io.websock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.testkit.Frames;
import io.websock.testkit.Frames.Frame;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The outbound queue under calls in any order, sizes and threads: what comes out is read by the tests' own decoder. */
class OutboundQueueRandomTest {
    private static final int MAX_BYTES = 1500;

    @ParameterizedTest
    @EnumSource
    void nothingIsLostOrReordered(Role role) {
        for (int seed = 0; seed < 1500; seed++) {
            try {
                new Run(role, new Random(seed)).check();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(role + ", seed " + seed, e);
            }
        }
    }

    /** Random calls on one queue, the calls of other threads between fill and written among them. */
    private static final class Run {
        final Random random;
        final OutboundQueue queue;
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final List<String> accepted = new ArrayList<>();
        boolean overflow;
        boolean blocked;
        final ByteBuffer all = ByteBuffer.allocate(20_000);
        int pings;
        int pongs;
        int replaceable;
        String close;

        Run(Role role, Random random) {
            this.random = random;
            this.queue = new OutboundQueue(new Sending(role, MAX_BYTES, random::nextInt), null);
        }

        void check() {
            boolean busy = random.nextBoolean();
            for (int i = 0; i < 60; i++) {
                call();
                if (random.nextInt(busy ? 6 : 2) == 0) {
                    write(1 + random.nextInt(400));
                }
                assertAccounted();
            }
            while (!queue.isEmpty()) {
                write(1 + random.nextInt(400));
                assertAccounted();
            }
            assertFrames();
        }

        void call() {
            int call = random.nextInt(30);
            if (call < 12) {
                offer();
            } else if (call < 18) {
                replaceable += blocked ? 1 : 0;
                pongs += queue.isClosing() ? 0 : 1;
                queue.pong(payload("pong " + (pongs - 1), 1 + random.nextInt(40)));
            } else if (call < 20) {
                pings += queue.ping() ? 1 : 0;
            } else if (call == 20 && random.nextInt(5) == 0) {
                if (queue.close(4000, "done")) {
                    close = "done";
                }
            }
        }

        void offer() {
            byte[] payload = payload("message " + accepted.size(), random.nextInt(4) == 0 ? 300 : 20);
            boolean closing = queue.isClosing();
            boolean full = queue.bytes() >= MAX_BYTES;
            SendResult result = queue.offer(Message.wrap(random.nextBoolean(), payload));
            assertThat(result)
                    .isEqualTo(closing ? SendResult.CLOSED : full ? SendResult.OVERFLOW : SendResult.ACCEPTED);
            if (result == SendResult.ACCEPTED) {
                accepted.add(new String(payload));
            } else if (result == SendResult.OVERFLOW) {
                overflow = true;
                close = "outbound queue is full: websocket.outbound.max-queue";
            }
        }

        byte[] payload(String text, int most) {
            return (text + ".".repeat(random.nextInt(most))).getBytes();
        }

        void write(int room) {
            ByteBuffer buffer = ByteBuffer.allocate(room);
            queue.fill(buffer);
            for (int i = random.nextInt(3); i > 0; i--) {
                call();
            }
            int filled = buffer.position();
            int count = random.nextInt(3) == 0 ? random.nextInt(filled + 1) : filled;
            queue.written(count);
            blocked = count < filled;
            out.write(buffer.array(), 0, count);
        }

        /** The bytes that the queue says it has are those that it would write. */
        void assertAccounted() {
            queue.fill(all.clear());
            queue.written(0);
            if (!blocked) {
                // That was no socket that took nothing: tell the queue so.
                queue.fill(ByteBuffer.allocate(0));
                queue.written(0);
            }
            if (queue.bytes() != all.position()) {
                throw new AssertionError(queue.bytes() + " B, but " + all.position() + " are there");
            }
        }

        void assertFrames() {
            List<String> messages = new ArrayList<>();
            int lastPong = -1;
            int pongsSeen = 0;
            int pingsSeen = 0;
            List<Frame> frames = Frames.decode(out.toByteArray());
            for (int i = 0; i < frames.size(); i++) {
                String payload = new String(frames.get(i).payload());
                switch (frames.get(i).flags()) {
                    case 0x81, 0x82 -> messages.add(payload);
                    case 0x89 -> pingsSeen++;
                    case 0x8A -> {
                        int number =
                                Integer.parseInt(payload.replace("pong ", "").replace(".", ""));
                        assertThat(number).isGreaterThan(lastPong);
                        lastPong = number;
                        pongsSeen++;
                    }
                    case 0x88 -> {
                        assertThat(i).isEqualTo(frames.size() - 1);
                        assertThat(payload).endsWith(close);
                    }
                    default -> throw new AssertionError(frames.get(i));
                }
            }
            assertThat(frames.stream().filter(frame -> frame.flags() == 0x88)).hasSize(close == null ? 0 : 1);
            assertThat(messages).isEqualTo(overflow ? accepted.subList(0, messages.size()) : accepted);
            assertThat(pingsSeen).isEqualTo(pings);
            assertThat(pongsSeen).isBetween(pongs - replaceable, pongs);
            assertThat(lastPong).isEqualTo(pongs - 1);
            assertThat(queue.bytes()).isZero();
        }
    }

    @RepeatedTest(20)
    void sendersOnManyThreadsRaceWithTheClose() throws Exception {
        int senders = 3;
        OutboundQueue queue = new OutboundQueue(new Sending(Role.SERVER, Long.MAX_VALUE, () -> 0), null);
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(senders + 1);
        List<Future<Integer>> accepted = new ArrayList<>();
        for (int sender = 0; sender < senders; sender++) {
            String name = sender + ":";
            accepted.add(threads.submit(() -> {
                start.await();
                int count = 0;
                while (queue.offer(Message.text(name + count)) == SendResult.ACCEPTED) {
                    count++;
                    if (count % 16 == 0) {
                        queue.ping();
                        queue.pong(name.getBytes());
                    }
                }
                return count;
            }));
        }
        Future<?> closer = threads.submit(() -> {
            start.await();
            while (queue.bytes() < 5000 && !queue.isClosing()) {
                Thread.onSpinWait();
            }
            assertThat(queue.close(1000, "")).isTrue();
            return null;
        });
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(100);
        start.countDown();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while ((!queue.isClosing() || !queue.isEmpty()) && System.nanoTime() < deadline) {
            queue.fill(buffer.clear());
            int count = buffer.position() - buffer.position() / 3;
            queue.written(count);
            out.write(buffer.array(), 0, count);
        }
        closer.get(10, TimeUnit.SECONDS);
        Map<String, Integer> seen = new HashMap<>();
        List<Frame> frames = Frames.decode(out.toByteArray());
        for (Frame frame : frames.subList(0, frames.size() - 1)) {
            if (frame.flags() == 0x81) {
                String[] parts = new String(frame.payload()).split(":");
                assertThat(Integer.parseInt(parts[1])).isEqualTo(seen.merge(parts[0], 1, Integer::sum) - 1);
            }
        }
        assertThat(frames.get(frames.size() - 1).flags()).isEqualTo(0x88);
        for (int sender = 0; sender < senders; sender++) {
            assertThat(accepted.get(sender).get(10, TimeUnit.SECONDS)).isEqualTo(seen.getOrDefault("" + sender, 0));
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
}
