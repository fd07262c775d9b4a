package io.websock.engine;

import io.websock.protocol.OutboundQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport whose bytes go through TLS (RFC 8446, RFC 5246). It encrypts and decrypts in the buffers of the loop, and keeps bytes of its
 * own only while a record has come in partly, or the socket has not taken all that was encrypted.
 *
 * <pre>
 * HANDSHAKING ──Finished──→ READY ──close_notify from the peer──→ input has ended
 *      │                      └────{@link #endOutput}: close_notify from us──→ output has ended
 * any ──broken record, failed handshake──→ FAILED: the alert goes out, what comes in is passed on unread, for nobody
 * </pre>
 */
final class TlsTransport extends Transport {
    private static final Logger log = LoggerFactory.getLogger(TlsTransport.class);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private enum State {
        HANDSHAKING,
        READY,
        FAILED
    }

    private final SSLEngine engine;
    private final Executor executor;
    private final Selectable owner;
    private final Runnable resume;

    private State state = State.HANDSHAKING;
    /** Whether anything of the peer's has been looked at. */
    private boolean begun;
    /** What has come in and waits for the rest of its record, or for {@link #waiting} to end. */
    private @Nullable ByteBuffer incoming;
    /** What is encrypted and waits for the socket. */
    private @Nullable ByteBuffer outgoing;
    /** How much of the queue's bytes is in there. */
    private int unacknowledged;

    private boolean taskRunning;
    /** Whether what comes in has to wait: for a task of the handshake, or until an answer of the handshake's is out. */
    private boolean waiting;
    /** Whether the end of the stream, or a close_notify, has come and {@link #read} has not told. */
    private boolean inputEnded;
    /** What has gone wrong behind the bytes that {@link #read} has returned last. */
    private @Nullable Exception failure;

    private int controlRecords;

    /**
     * @param plain is of no use any more
     * @param executor runs what takes long in a handshake
     * @param resume called in the loop when {@link #read} can go on after that
     */
    TlsTransport(Transport plain, SSLEngine engine, Executor executor, Selectable owner, Runnable resume) {
        super(plain.loop, plain.key);
        this.engine = engine;
        this.executor = executor;
        this.owner = owner;
        this.resume = resume;
    }

    @Override
    boolean isReady() {
        return state == State.READY;
    }

    @Override
    @Nullable
    Principal principal() {
        try {
            return engine.getSession().getPeerPrincipal();
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    @Override
    int controlRecords() {
        return controlRecords;
    }

    @Override
    int takeControlRecords() {
        int count = controlRecords;
        controlRecords = 0;
        return count;
    }

    @Override
    void watch(boolean readable) {
        super.watch(readable && !taskRunning && !waiting);
    }

    // Reading

    @Override
    boolean hasInput(boolean answered) {
        return !mustWait() && (waiting || (answered && (inputEnded || failure != null)));
    }

    private boolean mustWait() {
        return taskRunning || (waiting && outgoing != null);
    }

    /** Of a client, the first call begins the handshake. */
    @Override
    int read(ByteBuffer in) throws IOException {
        if (state == State.FAILED) {
            return receive(in);
        }
        if (failure != null) {
            throw fail(failure);
        }
        if (mustWait()) {
            return 0;
        }
        waiting = false;
        ByteBuffer net = loop.tlsBuffers().in();
        if (incoming != null) {
            net.put(incoming);
            incoming = null;
        }
        boolean ended = inputEnded || receive(net) < 0;
        inputEnded = false;
        try {
            ended |= decrypt(net.flip(), in);
        } catch (SSLException | RuntimeException e) {
            if (in.position() == 0) {
                throw fail(e);
            }
            failure = e; // what was valid before it counts
            return in.position();
        }
        if (net.hasRemaining()) {
            incoming = copy(net);
        }
        if (in.position() > 0 || waiting) {
            inputEnded = ended;
            return in.position();
        }
        return ended ? -1 : 0;
    }

    /** Decrypts into {@code in} what there is, and takes the handshake on; true if the peer has sent its close_notify. */
    private boolean decrypt(ByteBuffer net, ByteBuffer in) throws IOException {
        rejectPlaintext(net);
        while (!waiting) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTask();
                case NEED_WRAP -> answer();
                default -> {
                    SSLEngineResult result = engine.unwrap(net, in);
                    if (result.getStatus() != Status.OK) {
                        // Not BUFFER_OVERFLOW: what is decrypted is shorter than before.
                        return result.getStatus() == Status.CLOSED;
                    }
                    if (isReady() && result.bytesConsumed() > 0 && result.bytesProduced() == 0) {
                        controlRecords++;
                    }
                    progressed(result);
                }
            }
        }
        return false;
    }

    /** No record of TLS begins with a capital letter, but every HTTP method does. */
    private void rejectPlaintext(ByteBuffer net) throws PlaintextException {
        if (!begun && net.hasRemaining()) {
            begun = true;
            byte first = net.get(net.position());
            if (!engine.getUseClientMode() && first >= 'A' && first <= 'Z') {
                throw new PlaintextException();
            }
        }
    }

    private void progressed(SSLEngineResult result) {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED && state == State.HANDSHAKING) {
            state = State.READY;
            refuseRenegotiation();
        }
    }

    /** TLS 1.2 lets either side begin anew. With only 1.3 to choose from, which cannot, the attempt fails with a fatal alert. */
    private void refuseRenegotiation() {
        if (engine.getSession().getProtocol().equals(TlsSettings.TLS_1_2)) {
            engine.setEnabledProtocols(new String[] {TlsSettings.TLS_1_3});
        }
    }

    private void runTask() throws SSLException {
        Runnable task = engine.getDelegatedTask();
        if (task == null) {
            // The last one has ended with an error, and the engine waits for it for ever.
            throw new SSLException("task of the handshake failed");
        }
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException | Error e) {
                    log.debug("TLS handshake task failed", e);
                } finally {
                    loop.execute(owner, this::taskDone);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new SSLException("stopping", e);
        }
        taskRunning = true;
        waiting = true;
    }

    private void taskDone() {
        taskRunning = false;
        resume.run();
    }

    /** Sends what the handshake has to say; what is left of it when the socket takes no more has to wait, and so has what comes in. */
    private void answer() throws IOException {
        if (outgoing != null) {
            waiting = true;
            return;
        }
        ByteBuffer net = loop.tlsBuffers().out();
        int most = engine.getSession().getPacketBufferSize();
        boolean more = true;
        while (more && net.remaining() >= most) {
            SSLEngineResult result = engine.wrap(NOTHING, net);
            progressed(result);
            more = result.bytesProduced() > 0 && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        }
        transmit(net.flip());
    }

    /** Whatever has gone wrong, the peer is told by an alert, if it still takes one. */
    private SSLException fail(Exception cause) {
        state = State.FAILED;
        waiting = false;
        failure = null;
        if (cause instanceof PlaintextException plaintext) {
            return plaintext;
        }
        try {
            say();
        } catch (IOException | RuntimeException e) {
            log.trace("No alert could be sent", e);
        }
        return new SSLException("TLS failed: " + cause.getMessage(), cause);
    }

    // Writing

    @Override
    void write(OutboundQueue outbound) throws IOException {
        if (outgoing != null) {
            ByteBuffer rest = outgoing;
            send(rest);
            if (rest.hasRemaining()) {
                return;
            }
            outgoing = null;
            outbound.written(unacknowledged);
            unacknowledged = 0;
        }
        for (int i = 0; i < MAX_WRITES && isReady() && outgoing == null && !outbound.isEmpty(); i++) {
            ByteBuffer out = loop.writeBuffer();
            outbound.fill(out);
            unacknowledged = out.flip().remaining();
            transmit(encrypt(out));
            if (outgoing == null) {
                outbound.written(unacknowledged);
                unacknowledged = 0;
            } else {
                outbound.stalled();
            }
        }
    }

    private ByteBuffer encrypt(ByteBuffer out) throws IOException {
        ByteBuffer net = loop.tlsBuffers().out();
        while (out.hasRemaining()) {
            SSLEngineResult result = engine.wrap(out, net);
            if (result.getStatus() != Status.OK) {
                transmit(net.flip()); // an alert, maybe
                throw new SSLException("TLS failed: nothing can be encrypted any more");
            }
        }
        return net.flip();
    }

    /** Sends encrypted bytes, behind what waits; what the socket does not take waits. */
    private void transmit(ByteBuffer net) throws IOException {
        if (outgoing != null) {
            outgoing = ByteBuffer.allocate(outgoing.remaining() + net.remaining())
                    .put(outgoing)
                    .put(net)
                    .flip();
            return;
        }
        send(net);
        if (net.hasRemaining()) {
            outgoing = copy(net);
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    // Ends

    @Override
    void endOutput() throws IOException {
        if (!engine.isOutboundDone()) {
            engine.closeOutbound();
            say();
        }
        if (outgoing == null) {
            super.endOutput();
        }
    }

    /** Sends the last that the engine has to say: an alert, close_notify being one. */
    private void say() throws IOException {
        boolean more = true;
        while (more && !engine.isOutboundDone()) {
            ByteBuffer net = loop.tlsBuffers().out();
            more = engine.wrap(NOTHING, net).bytesProduced() > 0;
            transmit(net.flip());
        }
    }

    @Override
    void lingerZero() {
        super.lingerZero();
        state = State.FAILED;
    }

    /** With a close_notify, if there was none and nobody was given up. */
    @Override
    void close() {
        if (state != State.FAILED && outgoing == null && !engine.isOutboundDone()) {
            try {
                engine.closeOutbound();
                say();
            } catch (IOException | RuntimeException e) {
                log.trace("No close_notify could be sent", e);
            }
        }
        super.close();
    }
}
