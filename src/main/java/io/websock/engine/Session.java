package io.websock.engine;

import static io.websock.engine.Timers.NEVER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.websock.api.CloseCode;
import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.protocol.Extension;
import io.websock.protocol.OutboundQueue;
import io.websock.protocol.Protocol;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Receiver;
import io.websock.protocol.Role;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The WebSocket on an upgraded {@link Connection}: between {@link Protocol} and listener, and, for the application, the {@link
 * WebSocketConnection} itself.
 */
final class Session implements WebSocketConnection, Receiver {
    private static final Logger log = LoggerFactory.getLogger(Session.class);

    /** A Close frame holds 125 bytes, and two of them are the code (RFC 6455 §5.5). */
    private static final int MAX_REASON = 123;

    private final Connection connection;
    private final Protocol protocol;
    private final Mailbox mailbox;
    private final String path;
    private final @Nullable String query;
    private final @Nullable String subprotocol;
    private final @Nullable Principal principal;

    /** When the last Ping was queued. */
    private long pinged = -1;
    /** When the extension was last asked to let go of what it does not use. */
    private long released;

    /**
     * What the opening handshake has come to.
     *
     * @param path percent-decoded
     * @param query as it was sent
     * @param principal of the peer, as its certificate proves it
     * @param limits of what is received
     */
    record Terms(
            String path,
            @Nullable String query,
            @Nullable String subprotocol,
            @Nullable Principal principal,
            @Nullable Extension extension,
            ProtocolLimits limits) {}

    /** @param nonBlocking whether the listener is called on the loop */
    Session(
            Connection connection,
            Terms terms,
            OutboundQueue outbound,
            WebSocketListener listener,
            boolean nonBlocking) {
        this.connection = connection;
        this.path = terms.path;
        this.query = terms.query;
        this.subprotocol = terms.subprotocol;
        this.principal = terms.principal;
        this.protocol = new Protocol(
                connection.host.role(),
                terms.limits,
                terms.extension,
                this,
                outbound,
                connection.loop().now());
        this.mailbox = nonBlocking ? new Mailbox(this, listener) : new QueueingMailbox(this, listener);
    }

    /** What is on its way to the peer. */
    OutboundQueue outbound() {
        return protocol.outbound();
    }

    private EngineSettings settings() {
        return connection.host.settings();
    }

    // From the connection, on its loop

    void opened() {
        mailbox.opened();
    }

    void receive(ByteBuffer in) {
        protocol.receive(in, connection.loop().now());
        if (!outbound().isEmpty()) {
            connection.flushSoon();
        }
    }

    /** So many records of TLS have come without data: they cost as much as control frames, and are limited with them. */
    void controlRecords(int count) {
        for (int i = 0; i < count; i++) {
            protocol.controlRecord(connection.loop().now());
        }
    }

    /** Whether nothing more is processed. */
    boolean hasEnded() {
        return protocol.hasEnded();
    }

    /** Whether it has ended, and the listener has dealt with everything that came before. */
    boolean isDone() {
        return protocol.hasEnded() && mailbox.isIdle();
    }

    /** Whether it has ended with the peer's Close frame. */
    boolean isClean() {
        CloseInfo info = protocol.closeInfo();
        return info != null && info.clean();
    }

    /** Queues our Close frame, if that has not happened yet. */
    void finish() {
        protocol.finish();
    }

    /** Whether there is room for more messages to answer. */
    boolean hasRoom() {
        return !isOver(settings().outbound().lowWater()) && !mailbox.isFull();
    }

    /** Some of what was queued is written, or all. */
    void written() {
        if (connection.deadline == NEVER && outbound().isClosing() && outbound().isEmpty()) {
            startCloseTimer(); // our Close is out, and the peer has so long to answer it
        }
        if (outbound().bytes() <= settings().outbound().lowWater()) {
            mailbox.release();
        }
    }

    /** Whether neither side has begun to close. */
    boolean hasNotBegunToClose() {
        return isOpen() && !protocol.hasEnded();
    }

    /** Whether nothing is queued, no message is coming in, and the listener has dealt with all that have come. */
    boolean isIdle() {
        return outbound().isEmpty() && !protocol.isInMessage() && !connection.isHolding() && mailbox.isIdle();
    }

    /** The host stops: our Close goes out behind what is queued. */
    void goAway(int code) {
        if (!protocol.hasEnded()) {
            close(code, connection.host.name() + " is stopping");
        }
    }

    /** The host has waited long enough. */
    void giveUp() {
        if (!protocol.hasEnded()) {
            connection.abort("no Close frame within websocket.drain.close-timeout");
        }
    }

    void lost(String how) {
        protocol.lost(how);
    }

    void aborted(String why) {
        protocol.abort(why);
    }

    void closed() {
        protocol.abort("connection reset"); // whatever has ended before, nothing can be sent any more
        CloseInfo info = requireNonNull(protocol.closeInfo());
        log.debug("Closed {}: {}", this, info);
        connection.host.ended(info);
        mailbox.closed(info);
    }

    // Time

    /** Called within a keep-alive interval of the last time, unless reading is paused: however busy the peer is, the timer fires. */
    void onTime(long now) {
        if (now - released >= settings().keepAlive().interval().toNanos()) {
            released = now;
            outbound().releaseUnused();
        }
        if (now >= connection.deadline) {
            if (protocol.hasEnded()) {
                connection.finish(); // the listener takes too long over what came before
            } else {
                connection.abort("no Close frame within websocket.limits.close-timeout");
            }
        } else if (now >= keepAliveDeadline()) {
            if (awaitsPong()) {
                connection.abort("nothing received within websocket.keep-alive.timeout of a Ping");
            } else if (outbound().ping()) {
                pinged = now;
                connection.flushSoon();
            }
        }
    }

    /** When the silence has to be broken; {@link Timers#NEVER} while something else is awaited. */
    long keepAliveDeadline() {
        if (connection.transport.isPaused()
                || connection.transport.isBlocked() // then it is the stall time-out that counts
                || connection.deadline != NEVER
                || outbound().isClosing()) {
            return NEVER;
        }
        EngineSettings.KeepAlive keepAlive = settings().keepAlive();
        return awaitsPong()
                ? pinged + keepAlive.timeout().toNanos()
                : Math.max(pinged, Math.min(connection.transport.received(), connection.transport.sent()))
                        + keepAlive.interval().toNanos();
    }

    /** Any byte will do: it shows that the peer is there. */
    private boolean awaitsPong() {
        return pinged >= connection.transport.received();
    }

    // From the protocol

    @Override
    public boolean onMessage(Message message) {
        mailbox.message(message);
        if (isCongested() || mailbox.isFull()) {
            connection.pauseReading();
            return false;
        }
        return true;
    }

    @Override
    public void onPong(byte[] payload) {
        mailbox.pong(payload);
        if (mailbox.isFull()) {
            connection.pauseReading();
        }
    }

    @Override
    public void onEnd() {
        startCloseTimer();
    }

    private void startCloseTimer() {
        connection.setDeadline(settings().limits().closeTimeout().toNanos());
    }

    // From the mailbox, from any thread

    /** What runs a listener that may block. */
    Executor executor() {
        return connection.host.executor();
    }

    /** How far reading may run ahead of such a listener. */
    EngineSettings.Inbound inbound() {
        return settings().inbound();
    }

    /** Whether the peer has to read before it gets more to answer. */
    boolean isCongested() {
        return isOver(settings().outbound().highWater());
    }

    /** Never of a client: what it sends answers nothing, and two sides that wait for each other to read would wait for ever. */
    private boolean isOver(long water) {
        return connection.host.role() == Role.SERVER && outbound().bytes() > water;
    }

    /** The mailbox has room again, or is empty. */
    void settleSoon() {
        connection.loop().execute(connection, connection::settle);
    }

    /** The listener has been told that the connection is closed: it is nothing to the server any more. */
    void listenerDone() {
        connection.host.released();
    }

    void listenerFailed(Throwable failure) {
        if (connection.host.failureLog().permits()) {
            log.error("Listener failed on {}", this, failure);
        }
        if (failure instanceof VirtualMachineError) {
            connection.loop().execute(connection, () -> connection.abort("listener failed"));
        } else if (outbound().close(CloseCode.INTERNAL_ERROR, "")) {
            connection.flushSoon();
        }
    }

    // From the application, from any thread

    @Override
    public SendResult send(Message message) {
        try {
            SendResult result = outbound().offer(message);
            if (result != SendResult.CLOSED) {
                connection.flushSoon();
            }
            return result;
        } catch (RuntimeException | Error failure) {
            connection.flushSoon(); // the Close of a connection whose extension has failed
            throw failure;
        }
    }

    @Override
    public void close(int code, String reason) {
        if (!CloseCode.isSendable(code)) {
            throw new IllegalArgumentException("a Close frame must not have the code " + code);
        }
        if (reason.getBytes(UTF_8).length > MAX_REASON) {
            throw new IllegalArgumentException("the reason of a Close frame has at most " + MAX_REASON + " bytes");
        }
        if (outbound().close(code, reason)) {
            connection.flushSoon();
        }
    }

    @Override
    public String id() {
        return Long.toString(connection.number);
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public @Nullable String query() {
        return query;
    }

    @Override
    public @Nullable String subprotocol() {
        return subprotocol;
    }

    @Override
    public @Nullable Principal principal() {
        return principal;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return connection.remoteAddress;
    }

    @Override
    public boolean isOpen() {
        return !outbound().isClosing();
    }

    @Override
    public long queuedBytes() {
        return outbound().bytes();
    }

    @Override
    public String toString() {
        return connection + " on " + path;
    }
}
