package io.websock.engine;

import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.handshake.ExtensionNegotiation;
import io.websock.handshake.ExtensionOffer;
import io.websock.handshake.HandshakeFailedException;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/**
 * Opens WebSocket connections (RFC 6455 §4.1), any number of them on a few event loops. Those start with the first connection, and are
 * daemons: they keep no process alive. May be used from any thread.
 *
 * <pre>
 * WebSocketClient client = new WebSocketClient(ClientSettings.DEFAULT, 1, executor);
 * client.connect(ConnectRequest.to("wss://example.org/chat"), listener).thenAccept(connection -> connection.send("hello"));
 * </pre>
 */
public final class WebSocketClient implements AutoCloseable {
    private static final int RESOLVER_THREADS = 8;

    /** From a name to its addresses; may block. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private final ClientSettings settings;
    private final Lookup lookup;
    private final Host host;
    private final int eventLoops;
    private final ProtocolLimits protocolLimits;
    private final List<ExtensionOffer> offers;
    private final SecureRandom random = new SecureRandom();
    private final ThreadPoolExecutor resolver;
    private final Set<Connector> connecting = ConcurrentHashMap.newKeySet();
    private final Set<KeptConnection> kept = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile boolean closed;

    /**
     * @param eventLoops how many threads serve the connections, 1 and up
     * @param executor runs listeners that may block, one task per connection at a time, and completes the futures of {@link #connect}
     * @throws IllegalArgumentException if there is no event loop, or an extension offers what cannot be sent
     */
    public WebSocketClient(ClientSettings settings, int eventLoops, Executor executor) {
        this(settings, eventLoops, executor, InetAddress::getAllByName);
    }

    WebSocketClient(ClientSettings settings, int eventLoops, Executor executor, Lookup lookup) {
        if (eventLoops < 1) {
            throw new IllegalArgumentException("at least one event loop is needed, not " + eventLoops);
        }
        this.settings = settings;
        this.lookup = lookup;
        this.host = new Host(Role.CLIENT, settings.engine(), executor);
        this.eventLoops = eventLoops;
        this.offers = ExtensionNegotiation.offers(settings.extensions());
        ConnectRequest.to("ws://localhost").offering(offers);
        this.protocolLimits = settings.engine().limits().protocol().withMaxMessageSize(settings.maxMessageSize());
        this.resolver = Host.daemons("websocket-resolver", RESOLVER_THREADS);
    }

    /**
     * Opens a connection: looks the name up, tries its addresses one after the other, asks the proxy, if there is one, for a tunnel,
     * establishes TLS for {@code wss}, and asks for a WebSocket. The listener's {@code onOpen} comes before anything else. Redirects
     * are not followed: they are failures whose response says where to.
     *
     * @return the connection once it is open. It fails with a {@link HandshakeFailedException} if a server or proxy refuses or breaks
     *     a rule, if TLS cannot be established, or if the time is over; with an {@link IOException} if there is no TCP connection;
     *     with an {@link IllegalStateException} if this client is closed. Who cancels it, or completes it otherwise, gives the
     *     connection up.
     */
    public CompletableFuture<WebSocketConnection> connect(ConnectRequest request, WebSocketListener listener) {
        try {
            start();
        } catch (IOException | IllegalStateException e) {
            return CompletableFuture.failedFuture(e);
        }
        Connector connector = new Connector(this, nextLoop(), request, listener);
        connecting.add(connector);
        if (closed) {
            connecting.remove(connector);
            return CompletableFuture.failedFuture(closed());
        }
        return connector.start();
    }

    /**
     * The same, and again whenever that fails or the connection has ended, until the result is closed.
     *
     * @throws IllegalStateException if this client is closed
     * @throws UncheckedIOException if the operating system has no resources for an event loop
     */
    public KeptConnection keepConnected(ConnectRequest request, WebSocketListener listener, ReconnectPolicy policy) {
        DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
        return keepConnected(request, listener, policy, random, InstantSource.system());
    }

    KeptConnection keepConnected(
            ConnectRequest request,
            WebSocketListener listener,
            ReconnectPolicy policy,
            DoubleSupplier random,
            InstantSource clock) {
        try {
            start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        KeptConnection connection = new KeptConnection(this, nextLoop(), request, listener, policy, random, clock);
        kept.add(connection);
        if (closed) {
            kept.remove(connection);
            throw closed();
        }
        connection.start();
        return connection;
    }

    private EventLoop nextLoop() {
        List<EventLoop> loops = host.loops();
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    private synchronized void start() throws IOException {
        if (closed) {
            throw closed();
        }
        if (!host.isStarted()) {
            host.start(Host.createLoops(eventLoops, EventLoop.THREAD_NAME + "client-"));
        }
    }

    /** How many connections are open at this moment: from the handshake until the listener has been told of the end. */
    public int connections() {
        return host.connections();
    }

    /**
     * Gives up what is still connecting, closes the open connections with 1001 behind what they have queued, waits for their peers as
     * long as the close time-out allows, and ends the loops. Once this has returned, every {@code onClose} has been handed to the
     * executor. Does nothing the second time.
     *
     * @throws IllegalStateException if it is called on an event loop, that is, by a non-blocking listener: it would wait for itself
     */
    @Override
    public void close() {
        host.refuseOnLoop();
        synchronized (this) {
            closed = true;
        }
        kept.forEach(KeptConnection::stop);
        connecting.forEach(connector -> connector.giveUpSoon(closed()));
        host.stop();
        resolver.shutdown();
    }

    static IllegalStateException closed() {
        return new IllegalStateException("client is closed");
    }

    // For its connectors

    ClientSettings settings() {
        return settings;
    }

    Host host() {
        return host;
    }

    List<ExtensionOffer> offers() {
        return offers;
    }

    ProtocolLimits protocolLimits() {
        return protocolLimits;
    }

    Lookup lookup() {
        return lookup;
    }

    Executor resolver() {
        return resolver;
    }

    Duration timeout(ConnectRequest request) {
        return request.timeout() != null
                ? request.timeout()
                : settings.engine().limits().handshakeTimeout();
    }

    /** RFC 6455 §4.1 item 7: random, and new for each connection. */
    byte[] nonce() {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        return nonce;
    }

    /** It has had its outcome. */
    void ended(Connector connector) {
        connecting.remove(connector);
    }

    /** It opens no connection any more. */
    void ended(KeptConnection connection) {
        kept.remove(connection);
    }
}
