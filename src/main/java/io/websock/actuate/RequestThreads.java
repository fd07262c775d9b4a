package io.websock.actuate;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads of {@code jdk.httpserver}, each of which belongs to a request from its first byte to the last of its answer, and the end of
 * those that take too long. They are interrupted, which closes the socket on which they wait. The server has limits of its own, but for
 * the whole JVM, and with TLS they end at the first client that does not read: whose lock its one timer then waits for.
 */
final class RequestThreads extends ThreadPoolExecutor {
    private static final int THREADS = 16;
    private static final int WAITING = 64;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Duration receive;
    private final Duration answer;
    private final Set<RequestThread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicInteger made = new AtomicInteger();
    private final ScheduledExecutorService watch;

    /**
     * @param receive time for a request to arrive, TLS handshake and body included
     * @param answer time from then on for its answer, until it has been read
     */
    RequestThreads(Duration receive, Duration answer) {
        super(THREADS, THREADS, IDLE.toSeconds(), TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING));
        this.receive = receive;
        this.answer = answer;
        allowCoreThreadTimeOut(true);
        setThreadFactory(RequestThread::new);
        watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "management-watch");
            thread.setDaemon(true);
            return thread;
        });
        long tick = receive.dividedBy(10).toMillis();
        watch.scheduleWithFixedDelay(
                () -> threads.forEach(RequestThread::interruptIfLate), tick, tick, TimeUnit.MILLISECONDS);
    }

    /** To be called on the thread of a request once all of it has arrived. */
    static void received() {
        if (Thread.currentThread() instanceof RequestThread thread) {
            thread.received();
        }
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable request) {
        ((RequestThread) thread).begin();
    }

    @Override
    protected void afterExecute(Runnable request, @Nullable Throwable failure) {
        ((RequestThread) Thread.currentThread()).end();
    }

    @Override
    protected void terminated() {
        watch.shutdownNow();
    }

    private final class RequestThread extends Thread {
        private boolean busy;
        private long deadline;

        RequestThread(Runnable work) {
            super(work, "management-" + made.incrementAndGet());
            setDaemon(true);
        }

        @Override
        public void run() {
            threads.add(this);
            try {
                super.run();
            } finally {
                threads.remove(this);
            }
        }

        synchronized void begin() {
            busy = true;
            deadline = System.nanoTime() + receive.toNanos();
        }

        synchronized void received() {
            deadline = System.nanoTime() + answer.toNanos();
        }

        synchronized void end() {
            busy = false;
        }

        /** The monitor is held until it is done, so that the next request is not hit. */
        synchronized void interruptIfLate() {
            if (busy && System.nanoTime() - deadline > 0) {
                interrupt();
            }
        }
    }
}
