package io.websock.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that serves many channels. A turn is: wait; read from and write to what is ready; run what other threads have handed
 * over; let due deadlines act; write what all of this has queued, once per connection.
 *
 * <p>The loop's time stands still while the loop does: if a turn comes more than a second later than it was meant to (a suspended
 * process, a machine that was asleep), the lateness is left out, and no peer pays for it. Its own work counts as time.
 */
final class EventLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(EventLoop.class);
    private static final int BUFFER_SIZE = 64 * 1024;
    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    /** What the names of the loops' threads begin with. */
    static final String THREAD_NAME = "websocket-loop-";

    private static final long LATE = TimeUnit.SECONDS.toNanos(1);
    private static final long FOREVER = -1;
    private static final int MAX_TASKS = 10_000;

    private final Selector selector;
    private final LongSupplier nanoTime;
    private final Thread thread;
    private final Consumer<SelectionKey> ready = this::ready;
    private final Timers timers = new Timers();
    private final ArrayDeque<TcpConnection> flushes = new ArrayDeque<>();
    private final Set<Connection> handshakes = new LinkedHashSet<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(BUFFER_SIZE);
    private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(BUFFER_SIZE);
    private @Nullable TlsBuffers tlsBuffers;

    private final long origin;
    private long now;
    /** When this turn was meant to come at the latest. */
    private long planned = Timers.NEVER;
    /** How much of the clock's time is left out of the loop's. */
    private long skipped;
    /** Whether this turn has looked at the clock. */
    private boolean ticked;

    private volatile int channels;
    private volatile boolean stopping;

    /** @throws IOException if the operating system has no resources for one more selector */
    EventLoop(String name, LongSupplier nanoTime) throws IOException {
        this.selector = Selector.open();
        this.nanoTime = nanoTime;
        this.origin = nanoTime.getAsLong();
        this.thread = new Thread(this, name);
    }

    /** @param daemon whether the process may end while the loop runs */
    void start(boolean daemon) {
        thread.setDaemon(daemon);
        thread.start();
    }

    /** Tells everything that lives here that no new connections are taken. */
    void beginStop() {
        execute(() -> forEach(Selectable::onStopping));
    }

    /** Ends the loop after this turn; what is still open is closed. */
    void stop() {
        stopping = true;
        selector.wakeup();
    }

    /** Instead of {@link #start}. */
    void discard() throws IOException {
        selector.close();
    }

    void awaitEnd() throws InterruptedException {
        thread.join();
    }

    boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    /** The loop's time in nanoseconds: monotonic, from 0, as of the beginning of this turn. */
    long now() {
        return now;
    }

    /** How many channels live here; for balancing, read from any thread. */
    int channels() {
        return channels;
    }

    /** Runs {@code task} in the loop, in a later part of this turn or in the next; from any thread. */
    void execute(Runnable task) {
        tasks.add(task);
        if (!inLoop() && !woken.get() && woken.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** The same for a task of {@code owner}, who is told if it throws. */
    void execute(Selectable owner, Runnable task) {
        execute(() -> {
            try {
                task.run();
            } catch (Throwable failure) {
                owner.onFailure(failure);
            }
        });
    }

    /** Writes what {@code connection} has queued, at the end of this turn; in the loop only. */
    void flushSoon(TcpConnection connection) {
        flushes.add(connection);
    }

    /** @param owner null if it is attached to the key right after this */
    SelectionKey register(SelectableChannel channel, int operations, @Nullable Selectable owner) throws IOException {
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, operations, owner);
        channels = channels + 1;
        return key;
    }

    /** Ends what {@link #register} has begun; the owner's timer as well. */
    void deregister(SelectionKey key) {
        key.cancel();
        timers.cancel((Selectable) key.attachment());
        channels = channels - 1;
    }

    /** Lets the timer of {@code owner} fire at {@code at}, unless it is going to fire earlier anyway. */
    void schedule(Selectable owner, long at) {
        timers.schedule(owner, at);
    }

    void cancel(Selectable owner) {
        timers.cancel(owner);
    }

    /** The connections whose opening handshake is not done, or was refused: the oldest first. */
    Set<Connection> handshakes() {
        return handshakes;
    }

    /** Where to read into, until the next read of any connection of this loop. */
    ByteBuffer readBuffer() {
        return readBuffer.clear();
    }

    /** Where to write from, until the next write of any connection of this loop. */
    ByteBuffer writeBuffer() {
        return writeBuffer.clear();
    }

    TlsBuffers tlsBuffers() {
        if (tlsBuffers == null) {
            tlsBuffers = new TlsBuffers();
        }
        return tlsBuffers;
    }

    @Override
    public void run() {
        while (!stopping) {
            try {
                turn();
            } catch (Throwable failure) {
                // Each channel's own failures are caught with the channel; this is the loop's, and it has to go on.
                log.error("Event loop failed, going on", failure);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
        runTasks();
        forEach(Selectable::onLoopEnd);
        try {
            selector.close();
        } catch (IOException e) {
            log.debug("Selector did not close", e);
        }
    }

    /** In the loop; one whose call fails does not keep the others from theirs. */
    void forEach(Consumer<Selectable> call) {
        for (SelectionKey key : selector.keys()) {
            Selectable owner = (Selectable) key.attachment();
            try {
                call.accept(owner);
            } catch (Throwable failure) {
                owner.onFailure(failure);
            }
        }
    }

    private void turn() throws IOException {
        ticked = false;
        long wait = untilNextTurn();
        int selected = wait == 0 ? selector.selectNow(ready) : selector.select(ready, wait == FOREVER ? 0 : wait);
        tick();
        if (selected == 0) {
            // A listener may have left this thread interrupted, and then no select would wait.
            Thread.interrupted();
        }
        woken.set(false);
        runTasks();
        for (Selectable due; (due = timers.poll(now)) != null; ) {
            try {
                due.onTimer();
            } catch (Throwable failure) {
                due.onFailure(failure);
            }
        }
        // Whoever has more to write after this has its turn in the next turn, behind the others.
        for (int i = flushes.size(); i > 0; i--) {
            TcpConnection connection = flushes.remove();
            try {
                connection.flush();
            } catch (Throwable failure) {
                connection.onFailure(failure);
            }
        }
    }

    /** Milliseconds to wait for the next turn; 0 not to wait. */
    private long untilNextTurn() {
        long begin = elapsed();
        long next = timers.next();
        if (!tasks.isEmpty() || !flushes.isEmpty() || next <= begin) {
            planned = begin;
            return 0;
        }
        planned = next;
        return next == Timers.NEVER ? FOREVER : (next - begin) / NANOS_PER_MILLI + 1;
    }

    private void ready(SelectionKey key) {
        tick();
        if (!key.isValid()) {
            return; // another channel has ended this one in the same turn
        }
        Selectable owner = (Selectable) key.attachment();
        try {
            owner.onReady();
        } catch (Throwable failure) {
            owner.onFailure(failure);
        }
    }

    private void tick() {
        if (!ticked) {
            ticked = true;
            now = elapsed();
            if (now - LATE > planned) {
                skipped += now - planned;
                now = planned;
            }
        }
    }

    private long elapsed() {
        return nanoTime.getAsLong() - origin - skipped;
    }

    /** In the loop, or after its end for what has come too late. */
    void runTasks() {
        int most = MAX_TASKS;
        for (Runnable task; most-- > 0 && (task = tasks.poll()) != null; ) {
            try {
                task.run();
            } catch (Throwable failure) {
                log.error("Event loop's task failed, going on", failure);
            }
        }
    }
}
