package io.websock.engine;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.websock.api.HandshakeInterceptor;
import io.websock.handshake.ServerHandshake;
import io.websock.protocol.Extension;
import io.websock.protocol.OutboundQueue;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket server: listening sockets, event loops, endpoints. It is created idle, {@linkplain #start started} once, and {@linkplain
 * #stop stopped} once; unless it says otherwise, a method may be called from any thread.
 */
public final class WebSocketServer {
    private static final Logger log = LoggerFactory.getLogger(WebSocketServer.class);
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final int BACKLOG = 4096;
    /** What a stop allows for beyond the close time-out: the peers' FINs. */
    private static final long GRACE = 1500;

    /** Where {@code GET} answers 200, and 503 while the server stops: for load balancers. */
    public static final String HEALTH_PATH = "/healthz";

    private final EngineSettings settings;
    private final List<HandshakeInterceptor> interceptors;
    private final Executor executor;
    private final int eventLoops;

    private final ServerHandshake<Endpoint> handshake;
    private final Map<Endpoint, ProtocolLimits> protocolLimits = new IdentityHashMap<>();
    private final AtomicInteger intercepting = new AtomicInteger();
    private final LogLimit failureLog = new LogLimit(20, System::nanoTime);
    private final AtomicInteger open = new AtomicInteger();
    private final CountDownLatch drained = new CountDownLatch(1);
    private volatile List<EventLoop> loops = List.of();
    private volatile boolean stopping;

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
        this.settings = settings;
        this.eventLoops = eventLoops;
        this.handshake = new ServerHandshake<>(byPath(endpoints)::get);
        for (Endpoint endpoint : endpoints) {
            protocolLimits.put(endpoint, settings.limits().protocol().withMaxMessageSize(endpoint.maxMessageSize()));
        }
        this.interceptors = List.copyOf(interceptors);
        this.executor = executor;
    }

    /**
     * Binds and starts to serve.
     *
     * @param addresses where to listen; port 0 takes any free port
     * @return the addresses bound, in the same order
     * @throws IOException if one of them cannot be bound, with its address in the message; nothing is left open then
     */
    public synchronized List<InetSocketAddress> start(List<InetSocketAddress> addresses) throws IOException {
        if (!loops.isEmpty() || stopping) {
            throw new IllegalStateException("a server is started once");
        }
        List<ServerSocketChannel> listening = new ArrayList<>();
        List<InetSocketAddress> bound = new ArrayList<>();
        List<EventLoop> created = new ArrayList<>();
        try {
            for (InetSocketAddress address : addresses) {
                ServerSocketChannel channel = bind(address);
                listening.add(channel);
                bound.add((InetSocketAddress) channel.getLocalAddress());
            }
            for (int i = 0; i < eventLoops; i++) {
                created.add(new EventLoop(EventLoop.THREAD_NAME + i, System::nanoTime));
            }
            for (int i = 0; i < listening.size(); i++) {
                new Acceptor(this, created.get(i % eventLoops), listening.get(i));
            }
        } catch (IOException e) {
            for (ServerSocketChannel channel : listening) {
                channel.close();
            }
            for (EventLoop loop : created) {
                loop.discard();
            }
            throw e;
        }
        loops = List.copyOf(created);
        loops.forEach(EventLoop::start);
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
     * Stops: refuses new connections with 503, closes the open ones with 1001 behind what they have queued, waits for their peers as
     * long as the close time-out allows, and ends the loops. Once this has returned, every {@code onClose} has been handed to the
     * executor, and the ports are free. Does nothing the second time.
     *
     * @throws IllegalStateException if it is called on an event loop, that is, by a non-blocking listener: it would wait for itself
     */
    public void stop() {
        if (loops.stream().anyMatch(EventLoop::inLoop)) {
            throw new IllegalStateException(
                    "an event loop cannot wait for its own end, stop the server from another thread");
        }
        stopOnce();
    }

    private synchronized void stopOnce() {
        if (stopping) {
            return;
        }
        stopping = true;
        loops.forEach(EventLoop::beginStop);
        try {
            if (open.get() > 0
                    && !drained.await(settings.limits().closeTimeout().toMillis() + GRACE, MILLISECONDS)) {
                log.warn("{} connections did not close in time and are reset", open.get());
            }
            loops.forEach(EventLoop::stop);
            for (EventLoop loop : loops) {
                loop.awaitEnd();
            }
            // Connections that one loop has accepted for another that had ended.
            loops.forEach(EventLoop::runTasks);
        } catch (InterruptedException e) {
            loops.forEach(EventLoop::stop);
            Thread.currentThread().interrupt();
        }
    }

    /** How many connections are open at this moment: from the handshake until the listener has been told of the end. */
    public int connections() {
        return open.get();
    }

    EngineSettings settings() {
        return settings;
    }

    ServerHandshake<Endpoint> handshake() {
        return handshake;
    }

    ProtocolLimits protocolLimits(Endpoint endpoint) {
        return requireNonNull(protocolLimits.get(endpoint));
    }

    OutboundQueue outbound(@Nullable Extension extension) {
        return new OutboundQueue(Role.SERVER, settings.outbound().maxQueue(), extension, () -> 0);
    }

    List<HandshakeInterceptor> interceptors() {
        return interceptors;
    }

    Executor executor() {
        return executor;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Gives a new connection to the loop that has the fewest. */
    void accepted(SocketChannel channel) {
        EventLoop fewest = loops.get(0);
        for (EventLoop loop : loops) {
            if (loop.channels() < fewest.channels()) {
                fewest = loop;
            }
        }
        EventLoop loop = fewest;
        if (loop.inLoop()) {
            adopt(loop, channel);
        } else {
            loop.execute(() -> adopt(loop, channel));
        }
    }

    private void adopt(EventLoop loop, SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            loop.handshakes().add(new Connection(this, loop, channel, NUMBERS.incrementAndGet()));
        } catch (IOException | RuntimeException | Error e) {
            log.debug("Connection was gone before it began, or its loop, or there is no memory for it", e);
            close(channel);
        }
        if (loop.handshakes().size() > Math.max(1, settings.limits().maxHandshakes() / eventLoops)) {
            loop.handshakes().iterator().next().reset();
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.trace("Socket did not close", e);
        }
    }

    /** Counts one more open connection; false if there are too many. */
    boolean admit() {
        int count;
        do {
            count = open.get();
            if (count >= settings.limits().maxConnections()) {
                return false;
            }
        } while (!open.compareAndSet(count, count + 1));
        return true;
    }

    /** For failures of the application's code, which peers may be able to provoke. */
    LogLimit failureLog() {
        return failureLog;
    }

    /** One more client is to be judged by the interceptors; false if too many are already. */
    boolean beginInterception() {
        if (intercepting.incrementAndGet() <= settings.limits().maxHandshakes()) {
            return true;
        }
        intercepting.decrementAndGet();
        return false;
    }

    void endInterception() {
        intercepting.decrementAndGet();
    }

    /** An open connection has ended, and its listener knows. */
    void released() {
        if (open.decrementAndGet() == 0 && stopping) {
            drained.countDown();
        }
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
