package io.websock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.sun.management.UnixOperatingSystemMXBean;
import io.websock.api.HandshakeInterceptor;
import io.websock.api.WebSocketListener;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.HeadLimits;
import io.websock.handshake.OriginPolicy;
import io.websock.protocol.ProtocolLimits;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * A server for one test, its clients and its listeners. Whatever a test does, afterwards no event loop may spin, the server must
 * stop, no thread may be left, every connection that was opened is closed exactly once, and no failure of the engine itself was logged.
 */
final class Engine implements BeforeEachCallback, AfterEachCallback {
    /** Where {@link #start(WebSocketListener, boolean)} puts its listener. */
    static final String PATH = "/ws";

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    /** Loops of servers that are not this test's: applications that Spring keeps for later tests. */
    private static Set<Thread> others = Set.of();

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.websock");

    ProtocolLimits protocol = ProtocolLimits.DEFAULT;
    Duration handshakeTimeout = Duration.ofSeconds(10);
    Duration closeTimeout = Duration.ofSeconds(5);
    int maxConnections = 10_000;
    int maxHandshakes = 4096;
    EngineSettings.KeepAlive keepAlive = EngineSettings.KeepAlive.DEFAULT;
    EngineSettings.Inbound inbound = EngineSettings.Inbound.DEFAULT;
    EngineSettings.Outbound outbound = EngineSettings.Outbound.DEFAULT;
    int eventLoops = 1;
    int maxMessageSize = ProtocolLimits.DEFAULT.maxMessageSize();
    /** How server and clients speak TLS, both or neither. */
    TlsSettings tls;

    SSLContext clientTls;
    String[] tlsProtocols = {};
    List<ExtensionNegotiator> extensions = List.of();
    Executor executor;
    final List<HandshakeInterceptor> interceptors = new ArrayList<>();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<WebSocketServer> servers = new ArrayList<>();
    private final List<WebSocketClient> webSocketClients = new ArrayList<>();
    private final List<RecordingListener> listeners = new ArrayList<>();
    private final Queue<RawClient> clients = new ConcurrentLinkedQueue<>();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            errors.add(event.getFormattedMessage());
        }
    };
    private InetSocketAddress address;

    @Override
    public void beforeEach(ExtensionContext context) {
        others = Set.of();
        others = Set.copyOf(loopThreads());
        executor = threads;
        LOGGER.setLevel(Level.WARN);
        appender.start();
        LOGGER.addAppender(appender);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            if (context.getExecutionException().isEmpty()) {
                assertIdle();
            }
            for (RawClient client : clients) {
                client.close();
            }
            webSocketClients.forEach(WebSocketClient::close);
            servers.forEach(WebSocketServer::stop);
            threads.shutdown();
            assertThat(threads.awaitTermination(RawClient.PATIENCE, TimeUnit.MILLISECONDS))
                    .as("all listeners have returned")
                    .isTrue();
            listeners.forEach(RecordingListener::assertComplete);
            until("no thread is left", () -> loopThreads().isEmpty());
            assertThat(errors)
                    .as("failures of the engine itself")
                    .noneMatch(error -> error.startsWith("Failure on") || error.startsWith("Event loop"));
        } finally {
            threads.shutdownNow();
            LOGGER.detachAppender(appender);
            LOGGER.setLevel(null);
            LOGGER.setAdditive(true);
        }
    }

    EngineSettings settings() {
        return new EngineSettings(
                new EngineSettings.Limits(
                        protocol, HeadLimits.DEFAULT, handshakeTimeout, closeTimeout, maxConnections, maxHandshakes),
                keepAlive,
                inbound,
                outbound);
    }

    /** A server that is not started. */
    WebSocketServer create(List<Endpoint> endpoints) {
        WebSocketServer server = new WebSocketServer(settings(), eventLoops, endpoints, interceptors, executor);
        servers.add(server);
        return server;
    }

    WebSocketServer start(List<Endpoint> endpoints) throws IOException {
        WebSocketServer server = create(endpoints);
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        address = server.start(List.of(new Binding(any, tls == null ? null : () -> tls)))
                .get(0);
        return server;
    }

    /** A client with this test's settings and executor. */
    WebSocketClient client(UnaryOperator<ClientSettings> settings) {
        return client(settings, InetAddress::getAllByName);
    }

    WebSocketClient client(UnaryOperator<ClientSettings> settings, WebSocketClient.Lookup lookup) {
        ClientSettings own = ClientSettings.DEFAULT
                .withEngine(settings())
                .withMaxMessageSize(maxMessageSize)
                .withExtensions(extensions);
        WebSocketClient client = new WebSocketClient(settings.apply(own), eventLoops, executor, lookup);
        webSocketClients.add(client);
        return client;
    }

    WebSocketClient client() {
        return client(UnaryOperator.identity());
    }

    /** Starts a server with one endpoint, and records what its listener is told. */
    RecordingListener start(WebSocketListener listener, boolean nonBlocking) throws IOException {
        RecordingListener recording = record(listener);
        start(List.of(endpoint(PATH, recording, nonBlocking)));
        return recording;
    }

    /** Starts a server whose only endpoint is an echo. */
    RecordingListener startEcho(boolean nonBlocking) throws IOException {
        return start((connection, message) -> connection.send(message), nonBlocking);
    }

    RecordingListener record(WebSocketListener listener) {
        RecordingListener recording = new RecordingListener(listener);
        listeners.add(recording);
        return recording;
    }

    Endpoint endpoint(String path, WebSocketListener listener, boolean nonBlocking) {
        return new Endpoint(path, listener, List.of(), OriginPolicy.SAME, extensions, maxMessageSize, nonBlocking);
    }

    WebSocketServer server() {
        return servers.get(0);
    }

    InetSocketAddress address() {
        return address;
    }

    /** A connection: of TCP, or of TLS above it. */
    RawClient connect() throws IOException {
        return secured(connectTcp());
    }

    /** A TCP connection, without TLS above it. */
    RawClient connectTcp() throws IOException {
        return owned(RawClient.connect(address));
    }

    private RawClient secured(RawClient client) throws IOException {
        return tls == null ? client : owned(client.secured(clientTls, tlsProtocols));
    }

    /** A connection on which {@code request} was sent. */
    RawClient request(String request) throws IOException {
        RawClient client = connect();
        client.send(request.getBytes());
        return client;
    }

    /** A WebSocket at {@link #PATH}. */
    RawClient open() throws IOException {
        return connect().upgrade(PATH);
    }

    /** A WebSocket to a client for which the operating system takes little ahead. */
    RawClient openWithSmallBuffer() throws IOException {
        return secured(owned(RawClient.connect(address, 32 * 1024))).upgrade(PATH);
    }

    RawClient owned(RawClient client) {
        clients.add(client);
        return client;
    }

    /** So many milliseconds; more where a handshake of TLS is to be done in that time, on a machine that may be busy. */
    Duration shortly(long millis) {
        return Duration.ofMillis(tls == null ? millis : 6 * millis);
    }

    /** What was logged at WARN or ERROR, of what begins so. */
    List<String> logged(String beginning) {
        return errors.stream().filter(error -> error.startsWith(beginning)).toList();
    }

    /** What begins so was logged, and was expected. */
    void forget(String beginning) {
        assertThat(logged(beginning)).isNotEmpty();
        errors.removeIf(error -> error.startsWith(beginning));
    }

    /** Logs nothing more to the console; it would be too much. */
    void quiet() {
        LOGGER.setAdditive(false);
    }

    static void until(String what, Callable<Boolean> condition) {
        await(what)
                .atMost(Duration.ofMillis(RawClient.PATIENCE))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }

    /** The event loops do nothing: within some tenths of a second, the processor hardly works for them. */
    static void assertIdle() throws InterruptedException {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 100 && used > 2_000_000; i++) {
            long before = loopTime();
            Thread.sleep(20 + i);
            used = loopTime() - before;
        }
        assertThat(used).as("nanoseconds of work while there is nothing to do").isLessThanOrEqualTo(2_000_000);
    }

    /** The processor time of all event loops there are, in nanoseconds. */
    static long loopTime() {
        return loopThreads().stream()
                .mapToLong(Thread::getId)
                .map(THREADS::getThreadCpuTime)
                .filter(time -> time > 0)
                .sum();
    }

    /** How many file descriptors this process has open. */
    static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    static List<Thread> loopThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(EventLoop.THREAD_NAME) && !others.contains(thread))
                .toList();
    }
}
