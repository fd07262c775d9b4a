package io.websock.engine;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketListener;

/**
 * The events of one connection on their way to its listener: one at a time, in order. For a listener that never blocks, it is a short
 * one: they are delivered where they are put in, on the event loop, and none ever waits. Others have a {@link QueueingMailbox}.
 */
sealed class Mailbox permits QueueingMailbox {
    private static final Object OPENED = new Object();

    final Session session;
    private final WebSocketListener listener;
    /** Whether the listener has thrown: then it gets nothing but the end. */
    private volatile boolean failed;

    Mailbox(Session session, WebSocketListener listener) {
        this.session = session;
        this.listener = listener;
    }

    final void opened() {
        put(OPENED);
    }

    final void message(Message message) {
        put(message);
    }

    final void pong(byte[] payload) {
        put(payload);
    }

    final void closed(CloseInfo info) {
        put(info);
        release();
    }

    void put(Object event) {
        deliver(event);
    }

    /** Lets waiting messages go on: the peer has read, or is gone. */
    void release() {}

    /** Whether all that was put in has been dealt with; if not, the session is told once it is. */
    boolean isIdle() {
        return true;
    }

    /** Whether no more should be put in for now; then the session is told once there is room. */
    boolean isFull() {
        return false;
    }

    final void fail() {
        failed = true;
    }

    final void deliver(Object event) {
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
}
