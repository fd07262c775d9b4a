package io.websock.spring;

import io.websock.engine.Binding;
import io.websock.engine.DrainSettings;
import io.websock.engine.TlsSettings;
import io.websock.engine.WebSocketServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Binds the server when the context starts, and drains it when the context stops, after the readiness that probes see. In between, {@code
 * local.websocket.port} is the port that it listens on, and {@code local.websocket.ssl-port} the one for TLS.
 */
public final class WebSocketServerLifecycle implements SmartLifecycle {
    /** That of Boot's own web servers: after what listeners may need has started, and before it stops. */
    public static final int PHASE = DEFAULT_PHASE - 2048;

    private static final Logger log = LoggerFactory.getLogger(WebSocketServerLifecycle.class);
    private static final String PORT_PROPERTY = "local.websocket.port";
    private static final String SSL_PORT_PROPERTY = "local.websocket.ssl-port";

    private final WebSocketServer server;
    private final WebSocketEndpoints endpoints;
    private final WebSocketProperties.Server properties;
    private final @Nullable Supplier<TlsSettings> tls;
    private final DrainSettings drain;
    private final ConfigurableApplicationContext context;

    private volatile boolean running;

    /** @param tls null to listen for plain TCP only */
    public WebSocketServerLifecycle(
            WebSocketServer server,
            WebSocketEndpoints endpoints,
            WebSocketProperties.Server properties,
            @Nullable Supplier<TlsSettings> tls,
            DrainSettings drain,
            ConfigurableApplicationContext context) {
        this.server = server;
        this.endpoints = endpoints;
        this.properties = properties;
        this.tls = tls;
        this.drain = drain;
        this.context = context;
    }

    @Override
    public boolean isAutoStartup() {
        return properties.port() >= 0 || tls != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** A server starts once, so it cannot pause with the contexts that a test run keeps for later. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void start() {
        List<Integer> bound = bind();
        running = true;
        int port = properties.port() >= 0 ? bound.get(0) : -1;
        int sslPort = tls != null ? bound.get(bound.size() - 1) : -1;
        List<String> ports = new ArrayList<>();
        if (port >= 0) {
            LocalPorts.publish(context, PORT_PROPERTY, port);
            ports.add(port + " (ws)");
        }
        if (sslPort >= 0) {
            LocalPorts.publish(context, SSL_PORT_PROPERTY, sslPort);
            ports.add(sslPort + " (wss)");
        }
        String listening = String.join(" and ", ports);
        if (endpoints.all().isEmpty()) {
            log.warn(
                    "WebSocket server listening on port {} without endpoints: no bean is a @WebSocketEndpoint",
                    listening);
        } else {
            log.info("WebSocket server listening on port {}, endpoints {}", listening, endpoints.paths());
        }
        context.publishEvent(new WebSocketServerStartedEvent(server, port, sslPort));
    }

    /** Takes as long as the drain. Boot itself publishes the readiness in contexts with a web server only. */
    @Override
    public void stop() {
        AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
        server.stop(drain);
        running = false;
        log.info("WebSocket server stopped");
    }

    /** Waits for the peers on a thread of its own, so that other beans of this phase can stop meanwhile. */
    @Override
    public void stop(Runnable callback) {
        Runnable stop = () -> {
            try {
                stop();
            } finally {
                callback.run();
            }
        };
        new Thread(stop, "websocket-stop").start();
    }

    private List<Integer> bind() {
        InetAddress address = properties.address();
        List<Binding> bindings = new ArrayList<>();
        if (properties.port() >= 0) {
            bindings.add(Binding.plain(new InetSocketAddress(address, properties.port())));
        }
        if (tls != null) {
            bindings.add(
                    new Binding(new InetSocketAddress(address, properties.ssl().port()), tls));
        }
        try {
            return server.start(bindings).stream()
                    .map(InetSocketAddress::getPort)
                    .toList();
        } catch (IOException e) {
            String settings = "websocket.server.port=" + properties.port()
                    + (tls == null
                            ? ""
                            : ", websocket.server.ssl.port=" + properties.ssl().port())
                    + (address == null ? "" : ", websocket.server.address=" + address.getHostAddress());
            throw new FailureAnalyzedException(
                    "The WebSocket server did not start: %s (%s).".formatted(e.getMessage(), settings), remedy(), e);
        }
    }

    private String remedy() {
        String property = tls == null ? "websocket.server.port" : "websocket.server.port or websocket.server.ssl.port";
        return isLocal()
                ? "Stop what else listens there, or set " + property + " to a port that is free (0 takes any)."
                : "Set websocket.server.address to an address of this machine, or remove it to listen on all of them.";
    }

    private boolean isLocal() {
        InetAddress address = properties.address();
        try {
            return address == null || address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return true;
        }
    }
}
