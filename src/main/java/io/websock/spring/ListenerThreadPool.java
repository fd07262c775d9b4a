package io.websock.spring;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Threads for listeners that may block, where they are not virtual: made on demand, at most so many, and gone when idle. The queue needs no
 * bound of its own: a connection has at most one task in it and counts until its listener has seen its end, and connections are bounded.
 */
final class ListenerThreadPool implements Executor, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ListenerThreadPool.class);
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ThreadPoolExecutor pool;
    private final Duration closeTimeout;

    /** @param closeTimeout how long {@link #close} lets listeners finish */
    ListenerThreadPool(String threadNamePrefix, int maxThreads, Duration closeTimeout) {
        CustomizableThreadFactory threads = new CustomizableThreadFactory(threadNamePrefix);
        // The event loops keep the JVM alive; a listener that hangs must not do so after them.
        threads.setDaemon(true);
        this.pool = new ThreadPoolExecutor(
                maxThreads, maxThreads, IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        this.pool.allowCoreThreadTimeOut(true);
        this.closeTimeout = closeTimeout;
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Lets the tasks that it has finish, and interrupts those that do not. */
    @Override
    public void close() {
        pool.shutdown();
        try {
            if (!pool.awaitTermination(closeTimeout.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("{} WebSocket listeners are still at work and are interrupted", pool.getActiveCount());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pool.shutdownNow();
    }
}
