package io.websock.actuate;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.websock.spring.LocalPorts;
import io.websock.spring.WebSocketServerLifecycle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * The HTTP server of the endpoints. It starts before the WebSocket server and stops after it, so that probes and scrapes are answered to
 * the end. In between, {@code local.management.port} is the port that it listens on. It does not keep the JVM alive: where nothing else
 * does, there is nothing left to manage.
 */
public final class ManagementServer implements SmartLifecycle {
    public static final int PHASE = WebSocketServerLifecycle.PHASE - 512;

    /**
     * What {@code jdk.httpserver} leaves open. It reads these system properties once, with its first server, and they hold for each one in
     * the JVM; those that are set already stay as they are.
     */
    private static final Map<String, String> LIMITS = Map.of(
            "jdk.httpserver.maxConnections", "256",
            // Head and body are written one by one, and the second would wait for the acknowledgement of the first.
            "sun.net.httpserver.nodelay", "true");

    private static final Duration RECEIVE = Duration.ofSeconds(10);
    /** It may be a heap dump. */
    private static final Duration ANSWER = Duration.ofMinutes(10);

    private static final Duration STOP = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(ManagementServer.class);
    private static final String PORT_PROPERTY = "local.management.port";

    private final ManagementSettings settings;
    private final SslBundles bundles;
    private final HttpHandler handler;
    private final List<EndpointId> endpoints;
    private final ConfigurableApplicationContext context;

    private volatile @Nullable HttpServer running;
    private @Nullable RequestThreads threads;
    private int port;

    /** @param endpoints that the handler has, for the log */
    ManagementServer(
            ManagementSettings settings,
            SslBundles bundles,
            HttpHandler handler,
            List<EndpointId> endpoints,
            ConfigurableApplicationContext context) {
        this.settings = settings;
        this.bundles = bundles;
        this.handler = handler;
        this.endpoints = endpoints;
        this.context = context;
        this.port = settings.port();
        String bundle = settings.bundle();
        if (isAutoStartup() && bundle != null) {
            try {
                bundles.addBundleUpdateHandler(bundle, reloaded -> restart());
            } catch (NoSuchSslBundleException e) {
                throw new InvalidConfigurationPropertyValueException(
                        "management.server.ssl.bundle",
                        bundle,
                        "It has to be the name of a bundle under spring.ssl.bundle.",
                        e);
            }
        }
    }

    @Override
    public boolean isAutoStartup() {
        return settings.port() >= 0;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }

    @Override
    public synchronized void start() {
        LIMITS.forEach(System.getProperties()::putIfAbsent);
        HttpServer server = bind();
        server.createContext("/", handler);
        RequestThreads pool = new RequestThreads(RECEIVE, ANSWER);
        server.setExecutor(pool);
        // Its dispatcher is a daemon if the thread that starts it is one.
        CompletableFuture.runAsync(server::start, pool).join();
        threads = pool;
        running = server;
        port = server.getAddress().getPort();
        LocalPorts.publish(context, PORT_PROPERTY, port);
        String tls = settings.bundle() == null ? "" : " with TLS";
        log.info("Management server listening on port {}{}, endpoints {}", port, tls, endpoints);
    }

    /** Lets the requests that it has finish, but not for long. */
    @Override
    public synchronized void stop() {
        HttpServer server = running;
        RequestThreads pool = threads;
        if (server == null || pool == null) {
            return;
        }
        pool.shutdown();
        try {
            pool.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // In this order: a connection that a thread writes to cannot be closed without it.
        pool.shutdownNow();
        server.stop(0);
        running = null;
        log.info("Management server stopped");
    }

    /** The keys of {@code jdk.httpserver} are for its life, so reloaded ones need another, on the same port. */
    private synchronized void restart() {
        String bundle = settings.bundle();
        if (!isRunning() || bundle == null) {
            return;
        }
        try {
            tls(bundles.getBundle(bundle));
        } catch (RuntimeException e) {
            log.error("Management server keeps its old certificate, the new one is of no use: {}", e.toString());
            return;
        }
        stop();
        start();
    }

    private HttpServer bind() {
        InetSocketAddress address = new InetSocketAddress(settings.address(), port);
        try {
            String bundle = settings.bundle();
            if (bundle == null) {
                return HttpServer.create(address, 0);
            }
            HttpsConfigurator tls = tls(bundles.getBundle(bundle));
            HttpsServer server = HttpsServer.create(address, 0);
            server.setHttpsConfigurator(tls);
            return server;
        } catch (IOException e) {
            String where = "management.server.port=" + port;
            if (settings.address() != null) {
                where += ", management.server.address=" + settings.address().getHostAddress();
            }
            throw new FailureAnalyzedException(
                    "The management server did not start: %s (%s).".formatted(e.getMessage(), where),
                    "Stop what else listens there, or set management.server.port to a port that is free (0 takes any, -1 starts none)"
                            + " and management.server.address to an address of this machine.",
                    e);
        }
    }

    private static HttpsConfigurator tls(SslBundle bundle) {
        return new HttpsConfigurator(bundle.createSslContext()) {
            @Override
            public void configure(HttpsParameters connection) {
                SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
                SslOptions options = bundle.getOptions();
                if (options.getCiphers() != null) {
                    parameters.setCipherSuites(options.getCiphers());
                }
                if (options.getEnabledProtocols() != null) {
                    parameters.setProtocols(options.getEnabledProtocols());
                }
                connection.setSSLParameters(parameters);
            }
        };
    }
}
