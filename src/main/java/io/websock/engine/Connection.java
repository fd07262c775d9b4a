package io.websock.engine;

import static io.websock.engine.Timers.NEVER;
import static java.util.Objects.requireNonNull;

import io.websock.handshake.Upgrade;
import io.websock.protocol.Extension;
import io.websock.protocol.OutboundQueue;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection, from its acceptance to its end: what it reads goes into the {@link Opening} and then into the {@link Session};
 * what they queue, it writes.
 *
 * <pre>
 * OPENING ──101──→ OPEN ──Close frames done, or a rule broken──→ ENDING ──FIN from the peer──→ ENDED
 *    └──────────────── refused, answered ───────────────────────→┘
 * any ──lost, reset, deadline──→ ENDED
 * </pre>
 *
 * <p>In {@code ENDING} the last bytes go out, then our FIN, and whatever still comes in is discarded unparsed.
 */
final class Connection implements Selectable {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** How much may come in after the end, before the peer is reset. */
    private static final int MAX_DISCARDED = 64 * 1024;
    /** How long the peer has for its FIN. */
    private static final long FIN_TIMEOUT = 1_000_000_000L;

    private enum Phase {
        OPENING,
        OPEN,
        ENDING,
        ENDED
    }

    private final WebSocketServer server;
    final Transport transport;
    private final Timer timer = new Timer(this);
    /** Another one from the phase OPEN on, with the extensions that were agreed on. */
    private OutboundQueue outbound;

    private final AtomicBoolean flushRequested = new AtomicBoolean();
    final EventLoop loop;
    final InetSocketAddress remoteAddress;
    final long number;

    private volatile Phase phase = Phase.OPENING;
    /** There while the phase is OPENING. */
    private @Nullable Opening opening;
    /** There from the phase OPEN on; never after a refusal. */
    private @Nullable Session session;

    /** What has been read and has to wait, while reading is paused. */
    private @Nullable ByteBuffer held;

    /** Whether the server counts this as an open connection. */
    private boolean admitted;

    boolean readPaused;
    private boolean inputEnded;
    private boolean outputEnded;
    private int discarded;
    /** By when the phase has to be over. */
    private long deadline;

    /** Must be created on its loop. */
    Connection(WebSocketServer server, EventLoop loop, SocketChannel channel, long number) throws IOException {
        EngineSettings settings = server.settings();
        this.server = server;
        this.loop = loop;
        this.number = number;
        this.remoteAddress = (InetSocketAddress) channel.getRemoteAddress();
        this.outbound = server.outbound(null);
        this.opening = new Opening(server, this);
        this.transport = new Transport(loop, channel, this);
        setDeadline(settings.limits().handshakeTimeout().toNanos());
    }

    // Reading

    @Override
    public void onReady() {
        boolean writable = transport.isWritable();
        if (transport.isReadable()) {
            read();
            settle();
        }
        if (phase != Phase.ENDED && writable) {
            write();
        }
    }

    private void read() {
        ByteBuffer in = loop.readBuffer();
        int count;
        try {
            count = transport.read(in);
        } catch (IOException e) {
            lost("connection reset");
            return;
        }
        if (count > 0) {
            process(in.flip());
        } else if (count < 0) {
            endOfStream();
        }
    }

    private void process(ByteBuffer in) {
        if (opening != null) {
            opening.receive(in);
        }
        if (isDiscarding()) {
            discarded += in.remaining();
            if (discarded > MAX_DISCARDED) {
                reset();
            }
            return;
        }
        if (phase == Phase.OPEN && session != null) {
            session.receive(in);
        }
        hold(in);
    }

    /** Keeps what is left of {@code in}; the loop's buffer is needed for others. */
    private void hold(ByteBuffer in) {
        if (in.hasRemaining()) {
            held = in.isDirect() ? ByteBuffer.allocate(in.remaining()).put(in).flip() : in;
        }
    }

    /** Nothing more is processed. */
    private boolean isDiscarding() {
        return phase == Phase.ENDING || (session != null && session.hasEnded());
    }

    private void endOfStream() {
        if (!isDiscarding()) {
            lost("end of stream without a Close frame");
        } else if (outputEnded) {
            ended();
        } else {
            inputEnded = true;
        }
    }

    /** Reads nothing until there is {@linkplain Session#hasRoom room}, or {@link #proceed} is called. */
    void pauseReading() {
        readPaused = true;
    }

    private void resumeReading() {
        readPaused = false;
        transport.restartIdleTime();
        ByteBuffer in = held;
        held = null;
        if (in != null) {
            process(in);
        }
    }

    /** After anything that may have changed: takes up what has waited, and finishes what has ended. */
    void settle() {
        while (readPaused && phase == Phase.OPEN && session != null && session.hasRoom()) {
            resumeReading();
        }
        if (phase == Phase.OPEN && session != null && session.isDone()) {
            finish();
        }
        if (phase != Phase.ENDED) {
            transport.watch(!readPaused && !inputEnded);
            loop.schedule(timer, nextDeadline());
        }
    }

    // Writing

    /** Writes at the end of the loop's turn what is queued by then; from any thread. */
    void flushSoon() {
        if (!flushRequested.get() && flushRequested.compareAndSet(false, true)) {
            if (loop.inLoop()) {
                loop.flushSoon(this);
            } else {
                loop.execute(() -> loop.flushSoon(this));
            }
        }
    }

    /** Called by the loop, at most once for each {@link #flushSoon}. */
    void flush() {
        flushRequested.set(false);
        if (phase != Phase.ENDED && !transport.isBlocked()) {
            write();
        }
    }

    private void write() {
        try {
            transport.write(outbound);
        } catch (IOException e) {
            lost("connection reset");
            return;
        }
        written();
    }

    private void written() {
        if (phase == Phase.ENDING && !outputEnded && outbound.isEmpty()) {
            endOutput();
        } else if (!transport.isBlocked() && !outbound.isEmpty()) {
            flushSoon();
        }
        if (phase == Phase.OPEN && session != null) {
            session.written();
        }
        settle();
    }

    /** Everything is sent: the peer gets our FIN, and has a moment for its own (RFC 6455 §7.1.1). */
    private void endOutput() {
        outputEnded = true;
        try {
            transport.endOutput();
        } catch (IOException e) {
            lost("connection reset");
            return;
        }
        if (inputEnded) {
            ended();
        } else {
            setDeadline(FIN_TIMEOUT);
        }
    }

    // Phases

    /** The opening handshake has succeeded. */
    void open(Upgrade<Endpoint> upgrade) {
        admitted = true;
        @Nullable Extension extension = upgrade.extension();
        outbound = server.outbound(extension);
        outbound.offerHandshake(upgrade.response());
        phase = Phase.OPEN;
        opening = null;
        deadline = NEVER;
        loop.handshakes().remove(this);
        flushSoon();
        session = new Session(server, this, upgrade, extension, outbound);
        session.opened();
    }

    /** The opening handshake is answered with something else than a WebSocket. */
    void answer(byte[] response) {
        outbound.offerHandshake(response);
        end();
    }

    boolean isOpening() {
        return phase == Phase.OPENING;
    }

    /** Whether the client may connect is decided: what has come behind its request goes its way. */
    void proceed() {
        resumeReading();
        settle();
    }

    /** All is received, and all replies are queued: our Close goes out behind them, if it has not yet. */
    void finish() {
        requireNonNull(session).finish();
        end();
    }

    private void end() {
        phase = Phase.ENDING;
        opening = null;
        held = null;
        readPaused = false;
        deadline = NEVER; // as long as the peer takes something, until all is written
        flushSoon();
    }

    // Time

    @Override
    public void onTimer() {
        if (!readPaused && !inputEnded) {
            read(); // what has come in counts, even if this loop is late to look
        }
        long now = loop.now();
        if (phase != Phase.OPENING && now >= stallDeadline()) {
            abort("peer has taken nothing for websocket.outbound.stall-timeout");
        } else if (phase == Phase.OPEN && session != null) {
            session.onTime(now);
        } else if (phase == Phase.OPENING && now >= deadline) {
            requireNonNull(opening).timedOut();
        } else if (phase == Phase.ENDING && now >= deadline) {
            reset();
        }
        settle();
    }

    private long nextDeadline() {
        long due = phase == Phase.OPEN && session != null ? session.nextDeadline() : deadline;
        return Math.min(due, stallDeadline());
    }

    private long stallDeadline() {
        return transport.isBlocked()
                ? transport.stalledSince()
                        + server.settings().outbound().stallTimeout().toNanos()
                : NEVER;
    }

    private void setDeadline(long nanos) {
        deadline = loop.now() + nanos;
        loop.schedule(timer, deadline);
    }

    // Ends

    @Override
    public void onStopping() {
        if (session != null) {
            session.goAway();
        }
    }

    @Override
    public void onLoopEnd() {
        abort("server has stopped");
    }

    @Override
    public void onFailure(Throwable failure) {
        try {
            if (server.failureLog().permits()) {
                log.error("Failure on {}", this, failure);
            }
        } finally {
            abort("internal error");
        }
    }

    private void lost(String how) {
        if (session != null) {
            session.lost(how);
        }
        ended();
    }

    /** Gives the peer up. */
    void abort(String why) {
        log.debug("Giving up {}: {}", this, why);
        if (session != null) {
            session.aborted(why);
        }
        reset();
    }

    /** Ends at once: the peer gets a RST, and the operating system keeps nothing of it. */
    void reset() {
        transport.lingerZero();
        ended();
    }

    private void ended() {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        opening = null;
        held = null;
        transport.close(timer);
        loop.handshakes().remove(this);
        if (session != null) {
            session.closed();
        } else if (admitted) {
            server.released();
        }
    }

    @Override
    public String toString() {
        return "connection " + number + " from " + remoteAddress + " (" + phase + ")";
    }
}
