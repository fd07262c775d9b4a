package io.websock.engine;

import static io.websock.engine.Engine.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EventLoopTest {
    private static final long SECOND = 1_000_000_000L;

    /** For its look at threads and spinning loops only. */
    @RegisterExtension
    final Engine engine = new Engine();

    /** What the loop takes for the time is System.nanoTime() and this. */
    private final AtomicLong ahead = new AtomicLong();

    private final Queue<String> events = new ConcurrentLinkedQueue<>();
    private EventLoop loop;

    /** The reading end of a pipe on the loop. */
    private final class Probe extends Selectable {
        private final String name;
        private final Pipe pipe = Pipe.open();
        private final SelectionKey key;
        private boolean throwing;

        /** On the loop, or before it starts. */
        Probe(String name) throws IOException {
            this.name = name;
            this.key = loop.register(pipe.source(), SelectionKey.OP_READ, this);
        }

        void poke() throws IOException {
            pipe.sink().write(ByteBuffer.allocate(1));
        }

        void read() throws IOException {
            pipe.source().read(ByteBuffer.allocate(1));
        }

        private void happened(String event) {
            events.add(name + " " + event);
            if (throwing) {
                throw new IllegalStateException("thrown by a test");
            }
        }

        @Override
        void onReady() {
            try {
                read();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            happened("ready");
        }

        @Override
        void onTimer() {
            happened("timer");
        }

        @Override
        void onFailure(Throwable failure) {
            events.add(name + " failed: " + failure.getMessage());
        }

        @Override
        void onStopping() {
            happened("stopping");
        }

        @Override
        void onLoopEnd() {
            happened("end");
            loop.deregister(key);
            try {
                pipe.source().close();
                pipe.sink().close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Probe start(String name) throws IOException {
        loop = new EventLoop(EventLoop.THREAD_NAME + "test", () -> System.nanoTime() + ahead.get());
        Probe probe = new Probe(name);
        loop.start(false);
        return probe;
    }

    /** Runs {@code task} on the loop and waits for it, with all tasks that came before. */
    private void onLoop(Runnable task) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            task.run();
            done.countDown();
        });
        assertThat(done.await(10, TimeUnit.SECONDS))
                .as("the loop runs its tasks")
                .isTrue();
    }

    /** A whole turn of the loop. */
    private void turn() throws InterruptedException {
        onLoop(() -> {});
        waits();
    }

    /** Until the loop has nothing left to do, and waits. */
    private void waits() {
        Thread thread = Engine.loopThreads().get(0);
        until(
                "the loop waits",
                () -> Stream.of(thread.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("lockAndDoSelect")));
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (loop != null) {
            loop.stop();
            loop.awaitEnd();
        }
    }

    @Test
    void tasksRunInTheLoopAndInTheirOrder() throws Exception {
        start("a");
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int number = i;
            loop.execute(() -> ran.add(loop.inLoop() ? number : -1));
        }
        onLoop(() -> {});
        assertThat(ran).hasSize(1000).isSorted().doesNotContain(-1);
        assertThat(loop.inLoop()).isFalse();
    }

    @Test
    void aTaskThatIsAddedByATaskRunsWithoutAnotherEvent() throws Exception {
        start("a");
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> loop.execute(() -> loop.execute(done::countDown)));
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void moreTasksThanOneTurnTakesAllRun() throws Exception {
        start("a");
        AtomicInteger ran = new AtomicInteger();
        loop.execute(() -> {
            for (int i = 0; i < 50_000; i++) {
                loop.execute(ran::incrementAndGet);
            }
        });
        until("all tasks", () -> ran.get() == 50_000);
    }

    @Test
    void noWakeUpIsLostWhenManyThreadsAddTasks() throws Exception {
        start("a");
        int threads = 8;
        AtomicInteger failures = new AtomicInteger();
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 3000; i++) {
                    // The next task is added only once this one has run: each has to wake the loop, or to find it
                    // awake.
                    CountDownLatch ran = new CountDownLatch(1);
                    loop.execute(ran::countDown);
                    try {
                        if (!ran.await(10, TimeUnit.SECONDS)) {
                            failures.incrementAndGet();
                            return;
                        }
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            all.add(thread);
            thread.start();
        }
        for (Thread thread : all) {
            thread.join(30_000);
        }
        assertThat(failures).hasValue(0);
        assertThat(all).noneMatch(Thread::isAlive);
    }

    @Test
    void aTaskThatThrowsEndsNeitherTheLoopNorTheTasksBehindIt() throws Exception {
        start("a");
        AtomicInteger ran = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            loop.execute(() -> {
                throw new IllegalStateException("thrown by a test");
            });
            loop.execute(ran::incrementAndGet);
        }
        loop.execute(() -> {
            throw new OutOfMemoryError("thrown by a test");
        });
        onLoop(() -> {});
        assertThat(ran).hasValue(3);
        engine.forget("Event loop's task failed");
    }

    @Test
    void aTaskThatThrowsDoesNotKeepALoopFromItsEnd() throws Exception {
        Probe probe = start("a");
        CountDownLatch stopped = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            // All these are left when the loop ends.
            for (int i = 0; i < 20_000; i++) {
                loop.execute(() -> {
                    throw new IllegalStateException("thrown by a test");
                });
            }
        });
        engine.quiet();
        loop.stop();
        stopped.countDown();
        loop.awaitEnd();
        assertThat(events).contains("a end");
        assertThat(probe.pipe.source().isOpen()).isFalse();
        engine.forget("Event loop's task failed");
    }

    @Test
    void aHandlerThatThrowsIsToldAndTheOthersGoOn() throws Exception {
        Probe bad = start("bad");
        onLoop(() -> {
            bad.throwing = true;
            try {
                Probe good = new Probe("good");
                good.poke();
                bad.poke();
                loop.schedule(bad, 0);
                loop.schedule(good, 1);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        until("both timers", () -> events.contains("good timer") && events.contains("good ready"));
        assertThat(events).contains("bad ready", "bad timer", "bad failed: thrown by a test");
        onLoop(() -> bad.throwing = false);
    }

    @Test
    void aChannelThatIsCancelledInATurnIsNotToldInTheSameTurnThatItIsReady() throws Exception {
        start("first");
        // Both are ready in one turn, and whichever is told first cancels the other.
        for (int i = 0; i < 50; i++) {
            List<SelectionKey> keys = new ArrayList<>();
            List<Pipe> pipes = new ArrayList<>();
            CountDownLatch told = new CountDownLatch(1);
            onLoop(() -> {
                for (int k = 0; k < 2; k++) {
                    try {
                        Pipe pipe = Pipe.open();
                        pipes.add(pipe);
                        keys.add(loop.register(pipe.source(), SelectionKey.OP_READ, new Canceller(keys, told)));
                        pipe.sink().write(ByteBuffer.allocate(1));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
            });
            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
            turn();
            for (Pipe pipe : pipes) {
                pipe.sink().close();
                pipe.source().close();
            }
        }
        assertThat(events).isEmpty();
    }

    /** Cancels all keys when it is told that it is ready; its own must be valid then. */
    private final class Canceller extends Selectable {
        private final List<SelectionKey> keys;
        private final CountDownLatch told;

        Canceller(List<SelectionKey> keys, CountDownLatch told) {
            this.keys = keys;
            this.told = told;
        }

        @Override
        void onReady() {
            if (keys.stream().noneMatch(SelectionKey::isValid)) {
                events.add("told after it was cancelled");
            }
            keys.forEach(loop::deregister);
            told.countDown();
        }

        @Override
        void onTimer() {}

        @Override
        void onFailure(Throwable failure) {
            events.add("failed: " + failure);
        }

        @Override
        void onStopping() {}

        @Override
        void onLoopEnd() {}
    }

    @Test
    void aTimerFiresInTime() throws Exception {
        Probe probe = start("a");
        long begin = System.nanoTime();
        onLoop(() -> loop.schedule(probe, loop.now() + SECOND / 10));
        until("the timer", () -> events.contains("a timer"));
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(SECOND / 10);
    }

    @Test
    void whatIsReadyComesBeforeWhatIsDue() throws Exception {
        Probe probe = start("a");
        onLoop(() -> loop.schedule(probe, loop.now() + 60 * SECOND));
        waits();
        ahead.addAndGet(60 * SECOND + SECOND / 2);
        probe.poke();
        until("both", () -> events.size() == 2);
        assertThat(events).containsExactly("a ready", "a timer");
    }

    @Test
    void aLoopThatWakesLateShiftsItsDeadlines() throws Exception {
        Probe first = start("first");
        AtomicLong before = new AtomicLong();
        onLoop(() -> {
            try {
                Probe second = new Probe("second");
                loop.schedule(first, loop.now() + 5 * SECOND);
                loop.schedule(second, loop.now() + 30 * SECOND);
                before.set(loop.now());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        waits();
        ahead.addAndGet(3600 * SECOND);
        turn();
        // The loop was to wake after five seconds: what was meant for then is due, what was meant for later is not.
        assertThat(events).containsExactly("first timer");
        onLoop(() -> before.set(loop.now() - before.get()));
        assertThat(before.get()).isBetween(5 * SECOND, 6 * SECOND);

        waits();
        ahead.addAndGet(20 * SECOND);
        turn();
        assertThat(events).containsExactly("first timer");
        waits();
        ahead.addAndGet(6 * SECOND);
        turn();
        assertThat(events).containsExactly("first timer", "second timer");
    }

    @Test
    void aLoopThatIsALittleLateShiftsNothing() throws Exception {
        Probe probe = start("a");
        AtomicLong begin = new AtomicLong();
        onLoop(() -> {
            begin.set(loop.now());
            loop.schedule(probe, loop.now() + SECOND);
        });
        waits();
        ahead.addAndGet(SECOND + 400_000_000L);
        AtomicLong end = new AtomicLong();
        turn();
        onLoop(() -> end.set(loop.now()));
        assertThat(events).containsExactly("a timer");
        assertThat(end.get() - begin.get()).isGreaterThanOrEqualTo(SECOND + 400_000_000L);
    }

    @Test
    void aTimeThatPassesWhileNothingIsWaitedForIsTimeToo() throws Exception {
        Probe probe = start("a");
        AtomicLong begin = new AtomicLong();
        onLoop(() -> {
            begin.set(loop.now());
            loop.schedule(probe, loop.now() + 60 * SECOND);
        });
        turn();
        waits();
        ahead.addAndGet(59 * SECOND);
        AtomicLong end = new AtomicLong();
        turn();
        onLoop(() -> end.set(loop.now()));
        assertThat(events).isEmpty();
        assertThat(end.get() - begin.get()).isGreaterThanOrEqualTo(59 * SECOND);
        waits();
        ahead.addAndGet(SECOND);
        turn();
        assertThat(events).containsExactly("a timer");
    }

    @Test
    void anInterruptedLoopDoesNotSpin() throws Exception {
        Probe probe = start("a");
        onLoop(() -> Thread.currentThread().interrupt());
        turn();
        Engine.loopThreads().forEach(Thread::interrupt);
        turn();
        Engine.assertIdle();
        probe.poke();
        until("it still works", () -> events.contains("a ready"));
    }

    @Test
    void theEndIsToldToEachChannelAndATaskThatComesLaterIsHarmless() throws Exception {
        start("a");
        onLoop(() -> {
            try {
                new Probe("b").throwing = true;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        loop.stop();
        loop.awaitEnd();
        assertThat(events).contains("a end", "b end", "b failed: thrown by a test");
        loop.execute(() -> events.add("late task"));
        loop.stop();
        assertThat(events).doesNotContain("late task");
    }
}
