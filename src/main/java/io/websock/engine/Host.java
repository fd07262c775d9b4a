package io.websock.engine;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.websock.api.CloseInfo;
import io.websock.protocol.Extension;
import io.websock.protocol.OutboundQueue;
import io.websock.protocol.Role;
import io.websock.protocol.Sending;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all connections of a server, or of a client, have in common: their settings, their event loops, and how many of them are open.
 * May be used from any thread.
 */
final class Host {
    private static final Logger log = LoggerFactory.getLogger(Host.class);
    private static final int TLS_THREADS = Runtime.getRuntime().availableProcessors();

    private final Role role;
    private final EngineSettings settings;
    private final Executor executor;
    private final Sending sending;
    private final LogLimit failureLog = new LogLimit(20, System::nanoTime);
    private final AtomicInteger open = new AtomicInteger();
    /** Connections that ended during the stop without the peer's Close frame. */
    private final AtomicInteger unanswered = new AtomicInteger();
    /** Its monitor is notified when, during the stop, no connection is open any more. */
    private final Object noneOpen = new Object();

    private final ThreadPoolExecutor tlsTasks;
    private volatile List<EventLoop> loops = List.of();
    private volatile boolean stopping;

    /** @param executor runs listeners that may block, and interceptors */
    Host(Role role, EngineSettings settings, Executor executor) {
        this.role = role;
        this.settings = settings;
        this.executor = executor;
        this.sending = new Sending(role, settings.outbound().maxQueue(), new MaskingKeys());
        this.tlsTasks = daemons(EventLoop.THREAD_NAME + "tls", TLS_THREADS);
    }

    /** So many threads at most, which come when there is work, and go when there is none. */
    static ThreadPoolExecutor daemons(String name, int most) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(most, most, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    Role role() {
        return role;
    }

    EngineSettings settings() {
        return settings;
    }

    Executor executor() {
        return executor;
    }

    /** Completes a future: what the application has attached to it may block, so it does not run on the loop. */
    void complete(Runnable completion) {
        try {
            executor.execute(completion);
        } catch (RuntimeException | Error rejected) {
            completion.run();
        }
    }

    /** For the costly parts of TLS handshakes, of which a connection has one at a time. */
    Executor tlsTasks() {
        return tlsTasks;
    }

    /** For failures of the application's code, which peers may be able to provoke. */
    LogLimit failureLog() {
        return failureLog;
    }

    OutboundQueue outbound(@Nullable Extension extension) {
        return new OutboundQueue(sending, extension);
    }

    // Event loops

    /** Loops that do not run yet: what is to live on them from the beginning goes there before {@link #start}. */
    static List<EventLoop> createLoops(int count, String namePrefix) throws IOException {
        List<EventLoop> created = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                created.add(new EventLoop(namePrefix + i, System::nanoTime));
            }
        } catch (IOException e) {
            discard(created);
            throw e;
        }
        return created;
    }

    static void discard(List<EventLoop> created) throws IOException {
        for (EventLoop loop : created) {
            loop.discard();
        }
    }

    void start(List<EventLoop> created) {
        loops = List.copyOf(created);
        // A server keeps the process alive, a client does not.
        loops.forEach(loop -> loop.start(role == Role.CLIENT));
    }

    List<EventLoop> loops() {
        return loops;
    }

    boolean isStarted() {
        return !loops.isEmpty();
    }

    /** The loop that has the fewest channels. */
    EventLoop leastLoaded() {
        EventLoop fewest = loops.get(0);
        for (EventLoop loop : loops) {
            if (loop.channels() < fewest.channels()) {
                fewest = loop;
            }
        }
        return fewest;
    }

    /** No delay for small segments: what is to go out together is written together. */
    static void configure(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.trace("Socket did not close", e);
        }
    }

    /** Stops at once: nobody is spared anything by waiting. */
    void stop() {
        stop(DrainSettings.atOnce(settings.limits().closeTimeout()));
    }

    /**
     * Closes the open connections behind what they have queued, waits for their peers as long as the settings allow, and ends the loops. The
     * second time it only waits until the first is over.
     *
     * @throws IllegalStateException if it is called on an event loop: it would wait for itself
     */
    void stop(DrainSettings drain) {
        refuseOnLoop();
        stopOnce(drain);
    }

    /** @throws IllegalStateException if it is called on an event loop, which must not wait for its own end */
    void refuseOnLoop() {
        if (loops.stream().anyMatch(EventLoop::inLoop)) {
            throw new IllegalStateException(
                    "an event loop cannot wait for its own end, stop the " + name() + " from another thread");
        }
    }

    private synchronized void stopOnce(DrainSettings drain) {
        if (stopping) {
            return;
        }
        stopping = true;
        try {
            if (isStarted()) {
                new Drain(this, drain).run();
            }
            loops.forEach(EventLoop::stop);
            for (EventLoop loop : loops) {
                loop.awaitEnd();
            }
            // What has come too late for the loop that it was for.
            loops.forEach(EventLoop::runTasks);
            tlsTasks.shutdownNow();
            tlsTasks.awaitTermination(DrainSettings.GRACE.toMillis(), MILLISECONDS);
        } catch (InterruptedException e) {
            loops.forEach(EventLoop::stop);
            tlsTasks.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    boolean isStopping() {
        return stopping;
    }

    /** For the peers and the log. */
    String name() {
        return role == Role.SERVER ? "server" : "client";
    }

    // Open connections

    /** From the handshake until the listener has been told of the end. */
    int connections() {
        return open.get();
    }

    /** Counts one more open connection; false if there are too many. */
    boolean admit() {
        int count;
        do {
            count = open.get();
            if (count >= settings.limits().maxConnections()) {
                return false;
            }
        } while (!open.compareAndSet(count, count + 1));
        return true;
    }

    /** An open connection has ended, and its listener knows. */
    void released() {
        if (open.decrementAndGet() == 0 && stopping) {
            synchronized (noneOpen) {
                noneOpen.notifyAll();
            }
        }
    }

    /** Waits for so many nanoseconds at most. */
    void awaitNoneOpen(long nanos) throws InterruptedException {
        synchronized (noneOpen) {
            if (open.get() > 0) {
                NANOSECONDS.timedWait(noneOpen, nanos);
            }
        }
    }

    /** A WebSocket has ended, and its listener is to know. */
    void ended(CloseInfo info) {
        if (stopping && !info.clean()) {
            unanswered.incrementAndGet();
        }
    }

    int unanswered() {
        return unanswered.get();
    }
}
