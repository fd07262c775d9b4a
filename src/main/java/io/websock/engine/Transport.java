package io.websock.engine;

import io.websock.protocol.OutboundQueue;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the bytes of one TCP connection between its socket and the buffers of its event loop, and knows when it last could. They go as
 * they are, or, in a {@link TlsTransport}, encrypted.
 */
sealed class Transport permits TlsTransport {
    private static final Logger log = LoggerFactory.getLogger(Transport.class);
    /** After so many writes the loop's others have their turn. */
    static final int MAX_WRITES = 16;

    final EventLoop loop;
    final SelectionKey key;

    private boolean blocked;
    private boolean announced;
    private boolean paused;
    private boolean outputEnded;
    private long received;
    /** While {@link #blocked}: when bytes last went out, or should have for the first time. */
    private long sent;

    /** @param key of a connected channel */
    Transport(EventLoop loop, SelectionKey key) {
        this.loop = loop;
        this.key = key;
        this.received = loop.now();
        this.sent = loop.now();
    }

    /** Whether bytes can be exchanged. */
    boolean isReady() {
        return true;
    }

    /** Whether it has become {@linkplain #isReady ready}; true once. */
    final boolean becameReady() {
        boolean now = !announced && isReady();
        announced |= now;
        return now;
    }

    boolean isReadable() {
        return key.isReadable();
    }

    boolean isWritable() {
        return key.isWritable();
    }

    void watch(boolean readable) {
        int operations = (readable ? SelectionKey.OP_READ : 0) | (blocked ? SelectionKey.OP_WRITE : 0);
        if (key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    /** How many bytes have come in; 0 if none, −1 at the end of the stream. */
    int read(ByteBuffer in) throws IOException {
        return receive(in);
    }

    /**
     * Whether another {@link #read} has an outcome, whatever the socket says.
     *
     * @param answered whether all that was queued is written: the end of the stream is not looked at before what came with it is answered
     */
    boolean hasInput(boolean answered) {
        return false;
    }

    /** How many records without data have come since they were last taken; see {@link Session#controlRecords}. */
    int controlRecords() {
        return 0;
    }

    /** The same, and begins to count anew. */
    int takeControlRecords() {
        return 0;
    }

    /** Writes what is queued, as far as the socket takes it; so much at most that the loop's others have their turn. */
    void write(OutboundQueue outbound) throws IOException {
        for (int i = 0; i < MAX_WRITES; i++) {
            ByteBuffer out = loop.writeBuffer();
            outbound.fill(out);
            outbound.written(send(out.flip()));
            if (blocked || outbound.isEmpty()) {
                return;
            }
        }
    }

    final int receive(ByteBuffer in) throws IOException {
        int count = channel().read(in);
        if (count > 0) {
            received = loop.now();
        }
        return count;
    }

    /** Writes once; what then remains in {@code out}, the socket did not take: it is {@linkplain #isBlocked blocked}. */
    final int send(ByteBuffer out) throws IOException {
        int count = channel().write(out);
        if (count > 0 || (out.hasRemaining() && !blocked)) {
            sent = loop.now();
        }
        blocked = out.hasRemaining();
        return count;
    }

    final SocketChannel channel() {
        return (SocketChannel) key.channel();
    }

    /** Whether the socket takes nothing for now. */
    boolean isBlocked() {
        return blocked;
    }

    /** Since when a {@linkplain #isBlocked blocked} socket has taken nothing. */
    long stalledSince() {
        return sent;
    }

    /** When bytes last came in. */
    long received() {
        return received;
    }

    /** When bytes last went out; has no meaning while it is {@linkplain #isBlocked blocked}. */
    long sent() {
        return sent;
    }

    /** Whether nothing is to be read for now. */
    boolean isPaused() {
        return paused;
    }

    void pause() {
        paused = true;
    }

    /** Begins to count silence anew: it was not the peer's. */
    void resume() {
        paused = false;
        received = loop.now();
    }

    /** Whom the peer has proved to be; null if it has not. */
    @Nullable
    Principal principal() {
        return null;
    }

    /** Sends a FIN: nothing more is written. If the socket has to take something else before, this is to be called again. */
    void endOutput() throws IOException {
        channel().shutdownOutput();
        outputEnded = true;
    }

    /** Whether our FIN is sent. */
    final boolean hasEndedOutput() {
        return outputEnded;
    }

    /** Makes {@link #close} send a RST, after which the operating system keeps nothing of the connection. */
    void lingerZero() {
        try {
            channel().setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            log.trace("SO_LINGER not set", e);
        }
    }

    void close() {
        loop.deregister(key);
        Host.close(channel());
    }
}
