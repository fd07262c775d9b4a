package io.websock.engine;

import static io.websock.engine.Timers.NEVER;
import static java.util.Objects.requireNonNull;

import io.websock.protocol.Role;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, from its beginning to its end: what it reads goes into the {@link Opening} and then into the {@link Session}; what they
 * queue, it writes.
 *
 * <pre>
 * OPENING ──101──→ OPEN ──Close frames done, or a rule broken──→ ENDING ──FIN from the peer──→ ENDED
 *    └──────────────── refused, answered ───────────────────────→┘
 * any ──lost, reset, deadline──→ ENDED
 * </pre>
 *
 * <p>In {@code ENDING} the last bytes go out, then our FIN, and whatever still comes in is discarded unparsed.
 */
final class Connection extends TcpConnection {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);

    /** How much may come in after the end, before the peer is reset. */
    private static final int MAX_DISCARDED = 64 * 1024;
    /** How many records of TLS without data may come before the opening handshake is done; two or three are usual. */
    private static final int MAX_EARLY_RECORDS = 100;
    /** How long the peer has for its FIN. */
    private static final long FIN_TIMEOUT = 1_000_000_000L;

    private enum Phase {
        OPENING,
        OPEN,
        ENDING,
        ENDED
    }

    private volatile Phase phase = Phase.OPENING;
    /** There while the phase is OPENING. */
    private @Nullable Opening opening;
    /** There from the phase OPEN on; never after a refusal. */
    @Nullable
    Session session;

    /** Whether the host counts this as an open connection. */
    private boolean admitted;
    /** Whether our FIN waits for the peer's: a server's comes first after the Close frames (RFC 6455 §7.1.1). */
    private boolean peerEndsFirst;

    private int discarded;
    /** By when the phase has to be over; of an open connection, once its closing handshake has begun, by when that has to go on. */
    long deadline;

    /** Must be created on its loop; {@link #begin} comes next. */
    Connection(Host host, Transport transport, InetSocketAddress remoteAddress) {
        super(host, transport, remoteAddress);
    }

    /**
     * The opening handshake begins.
     *
     * @param tls what comes before it; null to do without
     * @param deadline of both, in the loop's time
     */
    void begin(Opening opening, @Nullable SSLEngine tls, long deadline) {
        this.opening = opening;
        this.deadline = deadline;
        if (tls != null) {
            secure(tls);
        }
        announce();
        settle();
    }

    @Override
    void onTransportReady() {
        if (opening != null) {
            opening.ready();
        }
    }

    // Reading

    @Override
    void countControlRecords() {
        if (session != null) {
            session.controlRecords(transport.takeControlRecords());
        } else if (transport.controlRecords() > MAX_EARLY_RECORDS) {
            reset();
        }
    }

    @Override
    void process(ByteBuffer in) {
        if (opening != null) {
            opening.receive(in);
        }
        if (isDiscarding()) {
            discarded += in.remaining();
            if (discarded > MAX_DISCARDED) {
                reset();
            }
        } else {
            if (phase == Phase.OPEN && session != null) {
                session.receive(in);
            }
            hold(in);
        }
    }

    /** Nothing more is processed. */
    private boolean isDiscarding() {
        return phase == Phase.ENDING || (session != null && session.hasEnded());
    }

    @Override
    void endOfStream() {
        if (!isDiscarding()) {
            lost(new EOFException("end of stream without a Close frame"));
        } else if (transport.hasEndedOutput()) {
            ended();
        } else {
            inputEnded = true;
            if (phase == Phase.ENDING) {
                flushSoon();
            }
        }
    }

    @Override
    void settle() {
        while (transport.isPaused() && phase == Phase.OPEN && session != null && session.hasRoom()) {
            resumeReading();
        }
        while (isReading() && phase != Phase.ENDED && transport.hasInput(outbound.isEmpty())) {
            read();
        }
        if (phase == Phase.OPEN && session != null && session.isDone()) {
            finish();
        }
        if (phase != Phase.ENDED) {
            transport.watch(isReading());
            loop().schedule(this, nextDeadline());
        }
    }

    // Writing

    @Override
    void written() {
        if (phase == Phase.ENDING && !transport.hasEndedOutput() && !transport.isBlocked() && outbound.isEmpty()) {
            if (!peerEndsFirst || inputEnded) {
                endOutput();
            } else if (deadline == NEVER) {
                setDeadline(FIN_TIMEOUT);
            }
        } else if (transport.isReady() && !transport.isBlocked() && !outbound.isEmpty()) {
            flushSoon();
        }
        if (phase == Phase.OPEN && session != null) {
            session.written();
        }
        settle();
    }

    /** The peer has our FIN, and has a moment for its own (RFC 6455 §7.1.1). */
    @Override
    void outputEnded() {
        if (inputEnded) {
            ended();
        } else {
            setDeadline(FIN_TIMEOUT);
        }
    }

    // Phases

    /** One more open connection; false if there are too many. To be called before {@link #open}. */
    boolean admit() {
        admitted = host.admit();
        return admitted;
    }

    /** The opening handshake has succeeded. */
    void open(Session session) {
        this.outbound = session.outbound();
        this.session = session;
        phase = Phase.OPEN;
        opening = null;
        deadline = NEVER;
        loop().handshakes().remove(this);
        flushSoon();
        session.opened();
    }

    /** The opening handshake goes on with these bytes. */
    void send(byte[] head) {
        outbound.offerHandshake(head);
        flushSoon();
    }

    /** The opening handshake is answered with something else than a WebSocket. */
    void answer(byte[] response) {
        send(response);
        end();
    }

    /** Whether all that was queued is with the operating system. */
    boolean isSent() {
        return outbound.isEmpty();
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
        Session finished = requireNonNull(session);
        finished.finish();
        peerEndsFirst = host.role() == Role.CLIENT && finished.isClean();
        end();
    }

    /** Nothing more is processed, and nothing more queued: what is, goes out. */
    void end() {
        phase = Phase.ENDING;
        opening = null;
        dropHeld();
        transport.resume();
        deadline = NEVER; // as long as the peer takes something, until all is written
        flushSoon();
    }

    // Time

    @Override
    void onTimer() {
        if (isReading()) {
            read(); // what has come in counts, even if this loop is late to look
        }
        long now = loop().now();
        if (now >= stallDeadline()) {
            abort("peer has taken nothing for websocket.outbound.stall-timeout");
        } else if (phase == Phase.OPEN && session != null) {
            session.onTime(now);
        } else if (phase == Phase.OPENING && now >= deadline) {
            requireNonNull(opening).timedOut();
        } else if (phase == Phase.ENDING && now >= deadline) {
            endWithoutPeer();
        }
        settle();
    }

    private void endWithoutPeer() {
        if (peerEndsFirst && !inputEnded && !transport.hasEndedOutput()) {
            inputEnded = true; // as good as
            deadline = NEVER;
            flushSoon();
        } else {
            reset();
        }
    }

    private long nextDeadline() {
        long keepAlive = phase == Phase.OPEN && session != null ? session.keepAliveDeadline() : NEVER;
        return Math.min(Math.min(deadline, keepAlive), stallDeadline());
    }

    /** An opening handshake has a deadline of its own. */
    private long stallDeadline() {
        Duration timeout = host.settings().outbound().stallTimeout();
        boolean stalls = phase != Phase.OPENING && transport.isBlocked();
        return stalls ? transport.stalledSince() + timeout.toNanos() : NEVER;
    }

    /** Gives the phase so long. */
    void setDeadline(long nanos) {
        deadline = loop().now() + nanos;
        loop().schedule(this, deadline);
    }

    // Ends

    @Override
    void onLoopEnd() {
        abort(host.name() + " has stopped");
    }

    @Override
    void onFailure(Throwable failure) {
        try {
            if (host.failureLog().permits()) {
                log.error("Failure on {}", this, failure);
            }
        } finally {
            abort("internal error");
        }
    }

    @Override
    void failed(IOException cause) {
        if (cause instanceof PlaintextException && opening != null) {
            transport = new Transport(loop(), transport.key);
            opening.plaintext();
        } else if (cause instanceof SSLException && phase != Phase.ENDING) {
            tell(cause);
            outbound = host.outbound(null); // nothing can be encrypted any more
            end(); // the peer gets an alert
        } else {
            lost(cause);
        }
    }

    private void lost(IOException cause) {
        try {
            tell(cause);
        } finally {
            ended();
        }
    }

    /** The words of the operating system vary, so they are not passed on. */
    private void tell(IOException cause) {
        log.debug("Lost {}: {}", this, cause.toString());
        if (session != null) {
            boolean ours = cause instanceof EOFException || cause instanceof SSLException;
            session.lost(ours ? String.valueOf(cause.getMessage()) : "connection reset");
        }
        Opening failed = opening;
        opening = null;
        if (failed != null) {
            failed.lost(cause);
        }
    }

    /** Gives the peer up. */
    void abort(String why) {
        log.debug("Giving up {}: {}", this, why);
        try {
            if (session != null) {
                session.aborted(why);
            }
        } finally {
            reset();
        }
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
        dropHeld();
        transport.close();
        loop().handshakes().remove(this);
        if (session != null) {
            session.closed();
        } else if (admitted) {
            host.released();
        }
        if (opening != null) {
            tell(new EOFException("connection was given up"));
        }
    }

    @Override
    boolean hasEnded() {
        return phase == Phase.ENDED;
    }

    @Override
    public String toString() {
        String way = host.role() == Role.SERVER ? " from " : " to ";
        return "connection " + number + way + remoteAddress + " (" + phase + ")";
    }
}
