package io.websock.engine;

import static java.util.Objects.requireNonNull;

import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.handshake.HandshakeFailure;
import io.websock.handshake.WebSocketUri;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of {@link WebSocketClient#connect}: from a name to a TCP connection, which it hands over to a {@link Connection} with its
 * {@link ClientOpening}, and to the outcome that the caller waits for. One deadline is over all of it.
 *
 * <pre>
 * RESOLVING ──addresses──→ CONNECTING, one after the other ──TCP──→ HANDSHAKE ──101──→ DONE
 *     └────────── failed, given up, deadline ─────┴─────────────────────┴────────────→ DONE
 * </pre>
 *
 * <p>Everything happens on its loop, but the look-up of the name, which may block.
 */
final class Connector implements Selectable {
    private static final Logger log = LoggerFactory.getLogger(Connector.class);

    private final WebSocketClient client;
    private final EventLoop loop;
    private final ConnectRequest request;
    private final WebSocketListener listener;
    private final String host;
    private final int port;
    private final CompletableFuture<WebSocketConnection> future = new CompletableFuture<>();
    private final Timer timer = new Timer(this);

    private final Queue<InetAddress> addresses = new ArrayDeque<>();
    private final List<Exception> failures = new ArrayList<>();
    private @Nullable SSLEngine tls;
    /** While connecting. */
    private @Nullable SelectionKey key;
    /** From the handshake on. */
    private @Nullable Connection connection;

    private volatile boolean done;
    private long deadline;
    /** When it is the next address's turn. */
    private long turnEnd;

    Connector(WebSocketClient client, EventLoop loop, ConnectRequest request, WebSocketListener listener) {
        this.client = client;
        this.loop = loop;
        this.request = request;
        this.listener = listener;
        WebSocketUri uri = request.uri();
        ClientSettings.Proxy proxy = client.settings().proxy();
        this.host = proxy == null ? uri.hostName() : proxy.host();
        this.port = proxy == null ? uri.port() : proxy.port();
    }

    /** From any thread; whoever completes the future gives the connection up. */
    CompletableFuture<WebSocketConnection> start() {
        future.whenComplete((opened, failure) -> {
            if (!done) {
                giveUpSoon(new IOException("nobody waits for this connection"));
            }
        });
        loop.execute(this, this::begin);
        return future;
    }

    private void begin() {
        if (done) {
            return;
        }
        deadline = loop.now() + client.timeout(request).toNanos();
        loop.schedule(timer, deadline);
        try {
            client.resolver().execute(this::resolve);
        } catch (RejectedExecutionException e) {
            fail(WebSocketClient.closed());
        }
    }

    /** Whatever may take its time, on a thread that may wait. */
    private void resolve() {
        try {
            WebSocketUri uri = request.uri();
            SSLEngine engine = uri.secure() ? client.settings().tls().get().client(uri.hostName(), uri.port()) : null;
            InetAddress[] found = client.lookup().addresses(host);
            loop.execute(this, () -> resolved(engine, found));
        } catch (UnknownHostException e) {
            loop.execute(this, () -> fail(noConnection("unknown host", e)));
        } catch (RuntimeException | Error e) {
            loop.execute(this, () -> fail(HandshakeFailure.TLS_FAILED.causedBy(e)));
        }
    }

    private void resolved(@Nullable SSLEngine engine, InetAddress[] found) {
        if (!done) {
            tls = engine;
            addresses.addAll(List.of(found));
            connectNext();
        }
    }

    private void connectNext() {
        while (key == null && !done) {
            InetAddress address = addresses.poll();
            if (address == null) {
                fail(noConnection(
                        String.valueOf(failures.get(failures.size() - 1).getMessage()), null));
            } else {
                connect(new InetSocketAddress(address, port));
            }
        }
    }

    private void connect(InetSocketAddress address) {
        try {
            SocketChannel channel = SocketChannel.open();
            try {
                Host.configure(channel);
                key = loop.register(channel, SelectionKey.OP_CONNECT, this);
                // All but the last leave a share to the next, and to the handshake.
                turnEnd =
                        addresses.isEmpty() ? deadline : loop.now() + (deadline - loop.now()) / (addresses.size() + 2);
                loop.schedule(timer, turnEnd);
                channel.connect(address);
            } catch (IOException | RuntimeException e) {
                Host.close(channel);
                throw e;
            }
            if (channel.isConnected()) {
                connected(channel);
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    @Override
    public void onReady() {
        if (key != null && key.channel() instanceof SocketChannel channel) {
            try {
                if (channel.finishConnect()) {
                    connected(channel);
                }
            } catch (IOException e) {
                failed(e);
                connectNext();
            }
        }
    }

    private void failed(Exception e) {
        log.debug("No connection to {}:{}: {}", host, port, e.toString());
        failures.add(e);
        release();
        loop.schedule(timer, deadline);
    }

    private void connected(SocketChannel channel) throws IOException {
        InetSocketAddress remoteAddress = (InetSocketAddress) channel.getRemoteAddress();
        Transport transport = new Transport(loop, requireNonNull(key));
        loop.cancel(timer);
        key = null;
        connection = new Connection(client.host(), transport, remoteAddress);
        ClientOpening opening = new ClientOpening(client, this, connection, request, listener, tls);
        connection.begin(opening, client.settings().proxy() == null ? tls : null, deadline);
    }

    // Outcomes

    /** False if nobody waits for the connection any more. */
    boolean isAwaited() {
        return !done && !future.isDone();
    }

    void opened(WebSocketConnection opened) {
        done = true;
        client.ended(this);
        client.host().complete(() -> {
            if (!future.complete(opened)) {
                opened.close();
            }
        });
    }

    void fail(Throwable failure) {
        if (!done) {
            done = true;
            release();
            loop.cancel(timer);
            client.ended(this);
            client.host().complete(() -> future.completeExceptionally(failure));
        }
    }

    void giveUpSoon(Throwable why) {
        loop.execute(this, () -> giveUp(why));
    }

    private void giveUp(Throwable why) {
        if (!done) {
            fail(why);
            if (connection != null) {
                connection.reset();
            }
        }
    }

    private void release() {
        if (key != null) {
            loop.deregister(key, timer);
            Host.close((SocketChannel) key.channel());
            key = null;
        }
    }

    private ConnectException noConnection(String why, @Nullable Exception cause) {
        ConnectException failure = new ConnectException("cannot connect to " + where() + ": " + why);
        if (cause != null) {
            failure.initCause(cause);
        }
        failures.forEach(failure::addSuppressed);
        return failure;
    }

    private String where() {
        return (client.settings().proxy() == null ? "" : "proxy ") + host + ":" + port;
    }

    // From the loop

    @Override
    public void onTimer() {
        if (loop.now() >= deadline) {
            fail(HandshakeFailure.HANDSHAKE_TIMEOUT.quoting("not connected to " + where()));
        } else if (key != null && loop.now() >= turnEnd) {
            failed(new IOException("no answer"));
            connectNext();
        } else {
            loop.schedule(timer, key == null ? deadline : turnEnd);
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        try {
            log.error("Failure on connection to {}:{}", host, port, failure);
        } finally {
            giveUp(failure);
        }
    }

    @Override
    public void onStopping() {
        // Is given up by the client.
    }

    @Override
    public void onLoopEnd() {
        fail(WebSocketClient.closed());
    }
}
