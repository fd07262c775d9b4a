package io.websock.engine;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that is opened again whenever it could not be, or has ended, in whatever way and on whoever's initiative, until this is
 * closed. Each connection goes through the same listener: {@code onOpen}, messages, {@code onClose}, and then another {@code onOpen}.
 * What was sent into a connection that is lost is not sent again.
 *
 * <p>Made by {@link WebSocketClient#keepConnected}; every method may be called from any thread.
 *
 * <pre>
 * CONNECTING ──101──→ CONNECTED
 *     ↑   └─failed─→ WAITING ←─ended─┘      any ──{@link #close}, or too many failures──→ ended
 *     └───────────────┘
 * </pre>
 */
public final class KeptConnection implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KeptConnection.class);

    private final WebSocketClient client;
    private final EventLoop loop;
    private final ConnectRequest request;
    private final WebSocketListener listener;
    private final ReconnectPolicy policy;
    private final DoubleSupplier random;
    private final InstantSource clock;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final LogLimit failureLog = new LogLimit(6, System::nanoTime);
    private final Alarm alarm = new Alarm();

    private volatile @Nullable WebSocketConnection current;
    private volatile boolean closed;

    // On the loop only:
    private CompletableFuture<WebSocketConnection> connecting = new CompletableFuture<>();
    private int failures;
    private long openedAt;

    /** @param random for the delays, from 0 to 1 */
    KeptConnection(
            WebSocketClient client,
            EventLoop loop,
            ConnectRequest request,
            WebSocketListener listener,
            ReconnectPolicy policy,
            DoubleSupplier random,
            InstantSource clock) {
        this.client = client;
        this.loop = loop;
        this.request = request;
        this.listener = listener;
        this.policy = policy;
        this.random = random;
        this.clock = clock;
    }

    void start() {
        loop.execute(alarm, this::connect);
    }

    /** The present connection; null while there is none. */
    public @Nullable WebSocketConnection connection() {
        return current;
    }

    /**
     * How it ended, once it has: normally if it was closed, or its client was; with the last failure if there were too many. What is
     * attached to it runs on the client's executor.
     */
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    /** Closes the present connection with 1000, and opens no other. Does nothing the second time. */
    @Override
    public void close() {
        stop();
        loop.execute(alarm, this::closeConnection);
    }

    /** Opens no other connection. */
    void stop() {
        closed = true;
        end(null);
        loop.execute(alarm, () -> loop.cancel(alarm));
    }

    private void end(@Nullable Throwable failure) {
        client.ended(this);
        client.host().complete(() -> {
            if (failure == null) {
                ended.complete(null);
            } else {
                ended.completeExceptionally(failure);
            }
        });
    }

    private void closeConnection() {
        if (!connecting.cancel(true)) {
            connecting.thenAccept(WebSocketConnection::close);
        }
    }

    private void connect() {
        if (!closed) {
            connecting = client.connect(request, new Following());
            connecting.whenComplete((connection, failure) -> {
                if (failure != null) {
                    loop.execute(alarm, () -> failed(failure));
                }
            });
        }
    }

    private void failed(Throwable failure) {
        Duration least = RetryAfter.of(failure, clock.instant());
        retry(least, failure);
    }

    private void lost(CloseInfo info) {
        if (loop.now() - openedAt >= policy.stableAfter().toNanos()) {
            failures = 0;
        }
        retry(Duration.ZERO, new IOException("connection has ended: " + info));
    }

    private void retry(Duration least, Throwable failure) {
        failures++;
        if (closed) {
            return;
        }
        if (failures >= policy.maxAttempts()) {
            closed = true;
            log.warn("Giving {} up after {} attempts: {}", request, failures, failure.toString());
            end(failure);
            return;
        }
        Duration delay = least.plus(policy.delay(failures, random.getAsDouble()));
        if (failureLog.permits()) {
            log.warn("Connecting to {} again in {} ms: {}", request, delay.toMillis(), failure.toString());
        }
        loop.schedule(alarm, loop.now() + delay.toNanos());
    }

    @Override
    public String toString() {
        return "kept connection to " + request;
    }

    /** Hands everything on, and watches beginning and end. */
    private final class Following implements WebSocketListener {
        @Override
        public void onOpen(WebSocketConnection connection) throws Exception {
            current = connection;
            loop.execute(alarm, () -> openedAt = loop.now());
            listener.onOpen(connection);
        }

        @Override
        public void onMessage(WebSocketConnection connection, Message message) throws Exception {
            listener.onMessage(connection, message);
        }

        @Override
        public void onPong(WebSocketConnection connection, byte[] payload) throws Exception {
            listener.onPong(connection, payload);
        }

        @Override
        public void onClose(WebSocketConnection connection, CloseInfo info) throws Exception {
            current = null;
            try {
                listener.onClose(connection, info);
            } finally {
                loop.execute(alarm, () -> lost(info));
            }
        }
    }

    /** The part that lives on the loop. */
    private final class Alarm extends Selectable {
        @Override
        void onReady() {
            // It has no channel.
        }

        @Override
        void onTimer() {
            connect();
        }

        @Override
        void onFailure(Throwable failure) {
            log.error("Failure on {}", KeptConnection.this, failure);
            closed = true;
            end(failure);
        }
    }
}
