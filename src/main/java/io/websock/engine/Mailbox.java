package io.websock.engine;

import static java.util.Objects.requireNonNull;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketListener;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The events of one connection on their way to its listener: one at a time, in order. They wait here while a blocking listener is at
 * work; for a non-blocking one, nothing ever waits.
 *
 * <p>The event loop puts in, one thread of the executor at a time takes out.
 */
final class Mailbox implements Runnable {
    /** After so many events the thread is given back, so that a busy connection cannot keep it. */
    private static final int BATCH = 64;

    private static final Object OPENED = new Object();
    /** Nothing is ever put into it. */
    private static final Queue<Object> NONE = new ArrayDeque<>(0);

    private final Session session;
    private final WebSocketListener listener;
    private final @Nullable Executor executor;
    private final EngineSettings.Inbound limits;

    /** What waits: {@link #NONE} if nothing does, so that a busy time leaves nothing behind. */
    private Queue<Object> events = NONE;
    /** Events that wait or are being dealt with, and their payloads in bytes. */
    private int pending;

    private long pendingBytes;
    /** Whether a task for this mailbox is with the executor. */
    private boolean scheduled;
    /** Whether the loop wants to hear when there is room again, or nothing left. */
    private boolean awaited;
    /** Whether messages wait for the peer to read what was sent to it. */
    private volatile boolean held;
    /** Whether the listener has thrown: then it gets nothing but the end. */
    private volatile boolean failed;

    /** @param executor null to run the listener where the events are put in: on the event loop */
    Mailbox(Session session, WebSocketListener listener, @Nullable Executor executor, EngineSettings.Inbound limits) {
        this.session = session;
        this.listener = listener;
        this.executor = executor;
        this.limits = limits;
    }

    void opened() {
        put(OPENED);
    }

    void message(Message message) {
        put(message);
    }

    void pong(byte[] payload) {
        put(payload);
    }

    void closed(CloseInfo info) {
        put(info);
        release();
    }

    /** Lets waiting messages go on: the peer has read, or is gone. */
    void release() {
        if (held) {
            held = false;
            schedule();
        }
    }

    /** Whether all that was put in has been dealt with; if not, the session is told once it is. */
    synchronized boolean isIdle() {
        boolean idle = !scheduled && events.isEmpty();
        awaited |= !idle;
        return idle;
    }

    /** Whether no more should be put in for now; then the session is told once there is room. */
    synchronized boolean isFull() {
        boolean full = pending >= limits.maxPending() || pendingBytes >= limits.maxPendingBytes();
        awaited |= full;
        return full;
    }

    private void put(Object event) {
        if (executor == null) {
            deliver(event);
            return;
        }
        synchronized (this) {
            if (pending == 0) {
                events = new ArrayDeque<>(2);
            }
            events.add(event);
            pending++;
            pendingBytes += size(event);
        }
        schedule();
    }

    private void schedule() {
        synchronized (this) {
            if (scheduled || held || events.isEmpty()) {
                return;
            }
            scheduled = true;
        }
        submit();
    }

    private void submit() {
        try {
            requireNonNull(executor).execute(this);
        } catch (RuntimeException | Error rejected) {
            refuse(rejected);
        }
    }

    /** The executor takes no more: the listener misses its messages, but never the end. */
    private void refuse(Throwable rejected) {
        List<Object> missed;
        synchronized (this) {
            failed = true;
            missed = List.copyOf(events);
            events = NONE;
            pending = 0;
            pendingBytes = 0;
            scheduled = false;
        }
        missed.forEach(this::deliver);
        session.listenerFailed(rejected);
        session.settleSoon();
    }

    @Override
    public void run() {
        for (int i = 0; i < BATCH; i++) {
            Object event = take();
            if (event == null) {
                return;
            }
            deliver(event);
            delivered(event);
        }
        submit();
    }

    /** The next event; null if there is none for now, and this task is over. */
    private @Nullable Object take() {
        boolean tell;
        synchronized (this) {
            held = events.peek() instanceof Message && session.isCongested();
            Object event = held ? null : events.poll();
            if (event != null) {
                return event;
            }
            scheduled = false;
            events = held ? events : NONE;
            tell = awaited && !held;
            awaited &= held;
        }
        if (tell) {
            session.settleSoon();
        }
        // The peer may have read in the meantime, and the release may have come too early.
        if (held && !session.isCongested()) {
            release();
        }
        return null;
    }

    private void deliver(Object event) {
        try {
            if (event instanceof CloseInfo info) {
                close(info);
            } else if (failed) {
                return;
            } else if (event instanceof Message message) {
                listener.onMessage(session, message);
            } else if (event instanceof byte[] payload) {
                listener.onPong(session, payload);
            } else {
                listener.onOpen(session);
            }
        } catch (Throwable failure) {
            failed = true;
            session.listenerFailed(failure);
        }
    }

    private void close(CloseInfo info) throws Exception {
        try {
            listener.onClose(session, info);
        } finally {
            session.listenerDone();
        }
    }

    private static int size(Object event) {
        return event instanceof Message message ? message.size() : event instanceof byte[] payload ? payload.length : 0;
    }

    private void delivered(Object event) {
        boolean tell;
        synchronized (this) {
            pending--;
            pendingBytes -= size(event);
            tell = awaited;
            awaited = false;
        }
        if (tell) {
            session.settleSoon();
        }
    }
}
