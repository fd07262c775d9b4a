package io.websock.engine;

import io.websock.api.Message;
import io.websock.api.WebSocketListener;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A mailbox in which events wait while a listener that may block is at work. The event loop puts in, one thread of the executor at a
 * time takes out.
 */
final class QueueingMailbox extends Mailbox implements Runnable {
    /** After so many events the thread is given back, so that a busy connection cannot keep it. */
    private static final int BATCH = 64;

    /** Nothing is ever put into it. */
    private static final Queue<Object> NONE = new ArrayDeque<>(0);

    /** What waits: {@link #NONE} if nothing does, so that a busy time leaves nothing behind. */
    private Queue<Object> events = NONE;
    /** Events that wait or are being dealt with, and their payloads in bytes. */
    private int pending;

    private long pendingBytes;
    /** Whether a task for this mailbox is with the executor. */
    private boolean scheduled;
    /** Whether the loop wants to hear when there is room again, or nothing left. */
    private boolean awaited;
    /** Whether messages wait for the peer to read what was sent to it; written inside of the monitor only. */
    private volatile boolean held;

    QueueingMailbox(Session session, WebSocketListener listener) {
        super(session, listener);
    }

    @Override
    void release() {
        if (held) {
            synchronized (this) {
                held = false;
            }
            schedule();
        }
    }

    @Override
    synchronized boolean isIdle() {
        boolean idle = !scheduled && events.isEmpty();
        awaited |= !idle;
        return idle;
    }

    @Override
    synchronized boolean isFull() {
        boolean full = pending >= session.inbound().maxPending()
                || pendingBytes >= session.inbound().maxPendingBytes();
        awaited |= full;
        return full;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // an empty queue of its own is not the one that all share
    void put(Object event) {
        synchronized (this) {
            if (events == NONE) {
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
            session.executor().execute(this);
        } catch (RuntimeException | Error rejected) {
            refuse(rejected);
        }
    }

    /** The executor takes no more: the listener misses its messages, but never the end. */
    private void refuse(Throwable rejected) {
        List<Object> missed;
        synchronized (this) {
            fail();
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
