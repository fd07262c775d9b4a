package io.websock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes down what a listener is told, hands it on to another one, and watches that the contract of {@link WebSocketListener} is kept
 * for each connection: one call at a time, onOpen first and once, onClose last and once.
 */
public final class RecordingListener implements WebSocketListener {
    private final WebSocketListener delegate;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final Map<String, History> histories = new ConcurrentHashMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    private static final class History {
        private String inside;
        private boolean opened;
        private boolean closed;
    }

    @FunctionalInterface
    private interface Call {
        void run() throws Exception;
    }

    public RecordingListener(WebSocketListener delegate) {
        this.delegate = delegate;
    }

    @Override
    public void onOpen(WebSocketConnection connection) throws Exception {
        opened.incrementAndGet();
        call(connection, "open", () -> delegate.onOpen(connection));
    }

    @Override
    public void onMessage(WebSocketConnection connection, Message message) throws Exception {
        call(connection, RecordingReceiver.event(message), () -> delegate.onMessage(connection, message));
    }

    @Override
    public void onPong(WebSocketConnection connection, byte[] payload) throws Exception {
        call(connection, RecordingReceiver.pong(payload), () -> delegate.onPong(connection, payload));
    }

    @Override
    public void onClose(WebSocketConnection connection, CloseInfo info) throws Exception {
        call(connection, event(info), () -> {
            closed.incrementAndGet();
            delegate.onClose(connection, info);
        });
    }

    private void call(WebSocketConnection connection, String event, Call call) throws Exception {
        enter(connection, event);
        events.add(event);
        try {
            call.run();
        } finally {
            History history = histories.get(connection.id());
            synchronized (history) {
                history.inside = null;
            }
        }
    }

    private void enter(WebSocketConnection connection, String event) {
        History history = histories.computeIfAbsent(connection.id(), id -> new History());
        synchronized (history) {
            if (history.inside != null) {
                faults.add(event + " during " + history.inside);
            }
            if (history.closed) {
                faults.add(event + " after the close");
            }
            if (history.opened == event.equals("open")) {
                faults.add(event + (history.opened ? " again" : " without an open"));
            }
            history.inside = event;
            history.opened = true;
            history.closed |= event.startsWith("close");
        }
    }

    /** The line that stands for {@code info}. */
    public static String event(CloseInfo info) {
        return "close %d '%s' by %s%s"
                .formatted(info.code(), info.reason(), info.initiator(), info.clean() ? ", clean" : "");
    }

    /** The next event, which has to come soon. */
    public String next() throws InterruptedException {
        String event = events.poll(RawClient.PATIENCE, TimeUnit.MILLISECONDS);
        if (event == null) {
            throw new AssertionError("nothing more has happened");
        }
        return event;
    }

    /** These are the next events. */
    public void expect(String... expected) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < expected.length; i++) {
            seen.add(next());
        }
        assertThat(seen).containsExactly(expected);
    }

    /** What has happened and was not yet asked for. */
    public List<String> take() {
        List<String> taken = new ArrayList<>();
        events.drainTo(taken);
        return taken;
    }

    /** How many connections it was told to be open. */
    public int opened() {
        return opened.get();
    }

    /** How many connections it was told to be closed. */
    public int closed() {
        return closed.get();
    }

    /** The contract was kept, and each connection that was opened is closed. */
    public void assertComplete() {
        assertThat(faults).isEmpty();
        assertThat(closed).as("closed connections").hasValue(opened.get());
    }
}
