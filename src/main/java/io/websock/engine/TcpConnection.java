package io.websock.engine;

import io.websock.protocol.OutboundQueue;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection as far as it moves bytes: from its transport into the buffer of the loop and on, and from its queue into the
 * transport, once per turn of the loop. What they mean is a matter of {@link Connection}, the only one that extends it; that they are one
 * object and not two saves memory.
 */
abstract class TcpConnection extends Selectable {
    private static final VarHandle FLUSH_REQUESTED = flushRequestedHandle();

    private static final AtomicLong NUMBERS = new AtomicLong();

    final Host host;
    /** Unique in this process. */
    final long number = NUMBERS.incrementAndGet();

    final InetSocketAddress remoteAddress;
    /** Another one once TLS begins or, if the peer does not speak it, ends. */
    Transport transport;
    /** Another one from the end of the opening handshake on, with the extensions that were agreed on. */
    OutboundQueue outbound;

    /** What has been read and has to wait, while reading is paused. */
    private @Nullable ByteBuffer held;

    private volatile boolean flushRequested;
    /** Whether the peer has sent its FIN, or is not waited for any longer. */
    boolean inputEnded;

    /** Must be created on its loop. */
    TcpConnection(Host host, Transport transport, InetSocketAddress remoteAddress) {
        this.host = host;
        this.remoteAddress = remoteAddress;
        this.outbound = host.outbound(null);
        this.transport = transport;
        transport.key.attach(this);
    }

    // What becomes of the bytes

    /** The transport has become ready to carry bytes. */
    abstract void onTransportReady();

    /** Takes what has come in; what it leaves in {@code in} is passed in again when reading goes on after a pause. */
    abstract void process(ByteBuffer in);

    /** Looks at how many {@linkplain Transport#controlRecords records without data} have come in. */
    abstract void countControlRecords();

    /** The peer sends no more. */
    abstract void endOfStream();

    /** Some of what was queued is with the operating system, or all. */
    abstract void written();

    /** Our FIN is sent. */
    abstract void outputEnded();

    /** The transport is of no more use. */
    abstract void failed(IOException cause);

    /** After anything that may have changed: takes up what has waited, and finishes what has ended. */
    abstract void settle();

    abstract boolean hasEnded();

    // The transport

    /** From any thread: whatever transport it sees, all have the same loop. */
    final EventLoop loop() {
        return transport.loop;
    }

    /** From now on, everything goes through TLS. */
    final void secure(SSLEngine tls) {
        transport = new TlsTransport(transport, tls, host.tlsTasks(), this, this::resumeTls);
        if (tls.getUseClientMode()) {
            loop().execute(this, this::resumeTls); // which begins the handshake, once the loop's buffers are free
        }
    }

    private void resumeTls() {
        if (!hasEnded()) {
            read();
            settle();
        }
    }

    final boolean isReady() {
        return transport.isReady();
    }

    final void announce() {
        if (transport.becameReady()) {
            onTransportReady();
        }
    }

    final @Nullable Principal principal() {
        return transport.principal();
    }

    @Override
    final void onReady() {
        boolean writable = transport.isWritable();
        if (transport.isReadable()) {
            read();
            settle();
        }
        if (!hasEnded() && writable) {
            write();
        }
    }

    // Reading

    final void read() {
        ByteBuffer in = loop().readBuffer();
        int count;
        try {
            count = transport.read(in);
        } catch (IOException e) {
            failed(e);
            return;
        }
        announce();
        countControlRecords();
        if (hasEnded()) {
            return;
        }
        if (count > 0) {
            process(in.flip());
        } else if (count < 0) {
            endOfStream();
        }
    }

    /** Keeps what is left of {@code in}; the loop's buffer is needed for others. */
    final void hold(ByteBuffer in) {
        if (in.hasRemaining()) {
            held = in.isDirect() ? ByteBuffer.allocate(in.remaining()).put(in).flip() : in;
        }
    }

    final boolean isHolding() {
        return held != null;
    }

    final void dropHeld() {
        held = null;
    }

    /** Reads nothing until {@link #resumeReading} is called. */
    final void pauseReading() {
        transport.pause();
    }

    final void resumeReading() {
        transport.resume();
        ByteBuffer in = held;
        held = null;
        if (in != null) {
            process(in);
        }
    }

    final boolean isReading() {
        return !transport.isPaused() && !inputEnded;
    }

    // Writing

    /** Writes at the end of the loop's turn what is queued by then; from any thread. */
    final void flushSoon() {
        if (!flushRequested && FLUSH_REQUESTED.compareAndSet(this, false, true)) {
            EventLoop loop = loop();
            if (loop.inLoop()) {
                loop.flushSoon(this);
            } else {
                loop.execute(() -> loop.flushSoon(this));
            }
        }
    }

    /** Instead of an object in each connection. */
    private static VarHandle flushRequestedHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(TcpConnection.class, "flushRequested", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Called by the loop, at most once for each {@link #flushSoon}. */
    final void flush() {
        flushRequested = false;
        if (!hasEnded() && !transport.isBlocked()) {
            write();
        }
    }

    private void write() {
        try {
            transport.write(outbound);
        } catch (IOException e) {
            failed(e);
            return;
        }
        announce();
        written();
    }

    /** Sends our FIN behind everything else, unless the transport has to say something before: then it is to be called again. */
    final void endOutput() {
        try {
            transport.endOutput();
        } catch (IOException e) {
            failed(e);
            return;
        }
        if (transport.hasEndedOutput()) {
            outputEnded();
        }
    }
}
