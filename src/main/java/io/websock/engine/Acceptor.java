package io.websock.engine;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening socket on an event loop. When the process has no file descriptor left, it pauses instead of spinning. */
final class Acceptor extends Selectable {
    private static final Logger log = LoggerFactory.getLogger(Acceptor.class);
    /** How many connections are taken in one turn of the loop. */
    private static final int BATCH = 64;

    private static final long MIN_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MAX_PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final WebSocketServer server;
    private final EventLoop loop;
    private final ServerSocketChannel channel;
    private final @Nullable Supplier<TlsSettings> tls;
    private final LogLimit failureLog = new LogLimit(1, System::nanoTime);
    private final SelectionKey key;
    private long pause = MIN_PAUSE;

    /** Must be created on its loop, or before that starts. */
    Acceptor(WebSocketServer server, EventLoop loop, ServerSocketChannel channel, @Nullable Supplier<TlsSettings> tls)
            throws IOException {
        this.server = server;
        this.loop = loop;
        this.channel = channel;
        this.tls = tls;
        this.key = loop.register(channel, SelectionKey.OP_ACCEPT, this);
    }

    @Override
    void onReady() {
        try {
            for (int i = 0; i < BATCH; i++) {
                SocketChannel accepted = channel.accept();
                if (accepted == null) {
                    return;
                }
                pause = MIN_PAUSE;
                server.accepted(accepted, tls);
            }
        } catch (IOException e) {
            onFailure(e);
        }
    }

    @Override
    void onTimer() {
        if (key.isValid()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    @Override
    void onFailure(Throwable failure) {
        if (failureLog.permits()) {
            log.warn("Cannot accept connections, trying again from time to time: {}", failure.toString());
        }
        if (key.isValid()) {
            key.interestOps(0);
            loop.schedule(this, loop.now() + pause);
            pause = Math.min(MAX_PAUSE, 2 * pause);
        }
    }

    @Override
    void onStopping() {
        onReady(); // those whom the operating system has let in already; the others it resets
        close();
    }

    @Override
    void onLoopEnd() {
        close();
    }

    private void close() {
        if (!channel.isOpen()) {
            return;
        }
        loop.deregister(key);
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("Listening socket did not close", e);
        }
    }
}
