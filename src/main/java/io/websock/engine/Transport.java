package io.websock.engine;

import io.websock.protocol.OutboundQueue;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves the bytes of one TCP connection between its socket and the buffers of its event loop, and knows when it last could. */
final class Transport {
    private static final Logger log = LoggerFactory.getLogger(Transport.class);
    private static final int MAX_WRITES = 16;

    private final EventLoop loop;
    private final SocketChannel channel;
    private final SelectionKey key;

    private boolean blocked;
    private long stalledSince;
    private long received;
    private long sent;

    /** Reading is watched for at first. */
    Transport(EventLoop loop, SocketChannel channel, Selectable owner) throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.key = loop.register(channel, SelectionKey.OP_READ, owner);
        this.received = loop.now();
        this.sent = loop.now();
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
        int count = channel.read(in);
        if (count > 0) {
            received = loop.now();
        }
        return count;
    }

    /** Writes what is queued, as far as the socket takes it; so much at most that the loop's others have their turn. */
    void write(OutboundQueue outbound) throws IOException {
        for (int i = 0; i < MAX_WRITES; i++) {
            ByteBuffer out = loop.writeBuffer();
            outbound.fill(out);
            int count = channel.write(out.flip());
            outbound.written(count);
            if (count > 0) {
                sent = loop.now();
            }
            if (out.hasRemaining() && (count > 0 || !blocked)) {
                stalledSince = loop.now();
            }
            blocked = out.hasRemaining();
            if (blocked || outbound.isEmpty()) {
                return;
            }
        }
    }

    /** Whether the socket takes nothing for now. */
    boolean isBlocked() {
        return blocked;
    }

    /** Since when a {@linkplain #isBlocked blocked} socket has taken nothing. */
    long stalledSince() {
        return stalledSince;
    }

    /** When bytes last came in. */
    long received() {
        return received;
    }

    /** When bytes last went out. */
    long sent() {
        return sent;
    }

    /** Begins to count silence anew: it was not the peer's. */
    void restartIdleTime() {
        received = loop.now();
    }

    /** Sends a FIN: nothing more is written. */
    void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** Makes {@link #close} send a RST, after which the operating system keeps nothing of the connection. */
    void lingerZero() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            log.trace("SO_LINGER not set", e);
        }
    }

    void close(Timer timer) {
        loop.deregister(key, timer);
        try {
            channel.close();
        } catch (IOException e) {
            log.trace("Socket did not close", e);
        }
    }
}
