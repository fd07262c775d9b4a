package io.websock.engine;

import static java.util.Objects.requireNonNull;

import io.websock.api.HandshakeInterceptor;
import io.websock.handshake.ServerHandshake;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket server: listening sockets, event loops, endpoints. It is created idle, {@linkplain #start started} once, and {@linkplain
 * #stop stopped} once; unless it says otherwise, a method may be called from any thread.
 */
public final class WebSocketServer {
    private static final Logger log = LoggerFactory.getLogger(WebSocketServer.class);
    private static final int BACKLOG = 4096;

    /** Where {@code GET} answers 200, and 503 while the server stops: for load balancers. */
    public static final String HEALTH_PATH = "/healthz";

    private final Host host;
    private final int eventLoops;
    private final List<HandshakeInterceptor> interceptors;
    private final ServerHandshake<Endpoint> handshake;
    private final Map<Endpoint, ProtocolLimits> protocolLimits = new IdentityHashMap<>();
    private final AtomicInteger intercepting = new AtomicInteger();

    /**
     * @param eventLoops how many threads serve the connections, 1 and up
     * @param interceptors asked in this order
     * @param executor runs listeners that may block, and interceptors; one task per connection at a time
     * @throws IllegalArgumentException if two endpoints have the same path
     */
    public WebSocketServer(
            EngineSettings settings,
            int eventLoops,
            Collection<Endpoint> endpoints,
            List<HandshakeInterceptor> interceptors,
            Executor executor) {
        if (eventLoops < 1) {
            throw new IllegalArgumentException("at least one event loop is needed, not " + eventLoops);
        }
        this.host = new Host(Role.SERVER, settings, executor);
        this.eventLoops = eventLoops;
        this.handshake = new ServerHandshake<>(byPath(endpoints)::get);
        for (Endpoint endpoint : endpoints) {
            protocolLimits.put(endpoint, settings.limits().protocol().withMaxMessageSize(endpoint.maxMessageSize()));
        }
        this.interceptors = List.copyOf(interceptors);
    }

    /**
     * Binds and starts to serve.
     *
     * @return the addresses bound, in the same order
     * @throws IOException if one of them cannot be bound, with its address in the message; nothing is left open then
     */
    public synchronized List<InetSocketAddress> start(List<Binding> bindings) throws IOException {
        if (host.isStarted() || host.isStopping()) {
            throw new IllegalStateException("a server is started once");
        }
        List<ServerSocketChannel> listening = new ArrayList<>();
        List<InetSocketAddress> bound = new ArrayList<>();
        List<EventLoop> created = List.of();
        try {
            for (Binding binding : bindings) {
                ServerSocketChannel channel = bind(binding.address());
                listening.add(channel);
                bound.add((InetSocketAddress) channel.getLocalAddress());
            }
            created = Host.createLoops(eventLoops, EventLoop.THREAD_NAME);
            for (int i = 0; i < listening.size(); i++) {
                new Acceptor(
                        this,
                        created.get(i % eventLoops),
                        listening.get(i),
                        bindings.get(i).tls());
            }
        } catch (IOException e) {
            for (ServerSocketChannel channel : listening) {
                channel.close();
            }
            Host.discard(created);
            throw e;
        }
        host.start(created);
        return bound;
    }

    private static ServerSocketChannel bind(InetSocketAddress address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            return channel.bind(address, BACKLOG);
        } catch (UnresolvedAddressException e) {
            channel.close();
            throw new IOException("cannot listen on " + address + ": unknown host", e);
        } catch (IOException e) {
            channel.close();
            throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
        }
    }

    /**
     * Stops at once: closes the ports and, with 1001, the open connections behind what they have queued, waits for their peers as long as
     * the close time-out allows, and ends the loops. Else as {@link #stop(DrainSettings)}.
     *
     * @throws IllegalStateException if it is called on an event loop, that is, by a non-blocking listener: it would wait for itself
     */
    public void stop() {
        host.stop();
    }

    /**
     * Stops step by step: refuses new connections with 503, closes the ports, closes the open connections behind what they have queued,
     * waits for their peers, resets the rest, and ends the loops. Once this has returned, every {@code onClose} has been handed to the
     * executor, and the ports are free. The second time, and while it runs, a stop does nothing but wait for the end of the first.
     *
     * @throws IllegalStateException if it is called on an event loop, that is, by a non-blocking listener: it would wait for itself
     */
    public void stop(DrainSettings drain) {
        host.stop(drain);
    }

    /** How many connections are open at this moment: from the handshake until the listener has been told of the end. */
    public int connections() {
        return host.connections();
    }

    Host host() {
        return host;
    }

    ServerHandshake<Endpoint> handshake() {
        return handshake;
    }

    ProtocolLimits protocolLimits(Endpoint endpoint) {
        return requireNonNull(protocolLimits.get(endpoint));
    }

    List<HandshakeInterceptor> interceptors() {
        return interceptors;
    }

    /** Gives a new connection to the loop that has the fewest. */
    void accepted(SocketChannel channel, @Nullable Supplier<TlsSettings> tls) {
        EventLoop loop = host.leastLoaded();
        if (loop.inLoop()) {
            adopt(loop, channel, tls);
        } else {
            loop.execute(() -> adopt(loop, channel, tls));
        }
    }

    private void adopt(EventLoop loop, SocketChannel channel, @Nullable Supplier<TlsSettings> tls) {
        EngineSettings.Limits limits = host.settings().limits();
        try {
            Host.configure(channel);
            InetSocketAddress remoteAddress = (InetSocketAddress) channel.getRemoteAddress();
            SSLEngine engine = tls == null ? null : tls.get().server();
            Connection connection = new Connection(
                    host, new Transport(loop, loop.register(channel, SelectionKey.OP_READ, null)), remoteAddress);
            loop.handshakes().add(connection);
            connection.begin(
                    new ServerOpening(this, connection),
                    engine,
                    loop.now() + limits.handshakeTimeout().toNanos());
        } catch (IOException | RuntimeException | Error e) {
            log.debug("Connection was gone before it began, or its loop, or there is no memory for it", e);
            Host.close(channel);
        }
        if (loop.handshakes().size() > Math.max(1, limits.maxHandshakes() / eventLoops)) {
            loop.handshakes().iterator().next().reset();
        }
    }

    /** One more client is to be judged by the interceptors; false if too many are already. */
    boolean beginInterception() {
        if (intercepting.incrementAndGet() <= host.settings().limits().maxHandshakes()) {
            return true;
        }
        intercepting.decrementAndGet();
        return false;
    }

    void endInterception() {
        intercepting.decrementAndGet();
    }

    private static Map<String, Endpoint> byPath(Collection<Endpoint> endpoints) {
        Map<String, Endpoint> byPath = new HashMap<>();
        for (Endpoint endpoint : endpoints) {
            if (endpoint.path().equals(HEALTH_PATH)) {
                throw new IllegalArgumentException(HEALTH_PATH + " is the path of the health check");
            }
            if (byPath.put(endpoint.path(), endpoint) != null) {
                throw new IllegalArgumentException("two endpoints have the path " + endpoint.path());
            }
        }
        return byPath;
    }
}
