package io.websock.spring;

import io.websock.engine.Binding;
import io.websock.engine.WebSocketServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;

/**
 * Binds the server when the context starts, and stops it when the context does. In between, {@code local.websocket.port} is the port that it
 * listens on.
 */
public final class WebSocketServerLifecycle implements SmartLifecycle {
    /** That of Boot's own web servers: after what listeners may need has started, and before it stops. */
    public static final int PHASE = DEFAULT_PHASE - 2048;

    private static final Logger log = LoggerFactory.getLogger(WebSocketServerLifecycle.class);
    private static final String PORT_PROPERTY = "local.websocket.port";
    /** Where Boot's own servers publish theirs. */
    private static final String PORT_PROPERTIES = "server.ports";

    private final WebSocketServer server;
    private final WebSocketEndpoints endpoints;
    private final int port;
    private final @Nullable InetAddress address;
    private final ConfigurableApplicationContext context;

    private volatile boolean running;

    public WebSocketServerLifecycle(
            WebSocketServer server,
            WebSocketEndpoints endpoints,
            WebSocketProperties.Server properties,
            ConfigurableApplicationContext context) {
        this.server = server;
        this.endpoints = endpoints;
        this.port = properties.port();
        this.address = properties.address();
        this.context = context;
    }

    @Override
    public boolean isAutoStartup() {
        return port >= 0;
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
        int bound = bind().getPort();
        running = true;
        publish(bound);
        if (endpoints.all().isEmpty()) {
            log.warn("WebSocket server listening on port {} without endpoints: no bean is a @WebSocketEndpoint", bound);
        } else {
            log.info("WebSocket server listening on port {}, endpoints {}", bound, endpoints.paths());
        }
        context.publishEvent(new WebSocketServerStartedEvent(server, bound));
    }

    @Override
    public void stop() {
        server.stop();
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

    private InetSocketAddress bind() {
        try {
            return server.start(List.of(Binding.plain(new InetSocketAddress(address, port))))
                    .get(0);
        } catch (IOException e) {
            String settings = "websocket.server.port=" + port
                    + (address == null ? "" : ", websocket.server.address=" + address.getHostAddress());
            throw new FailureAnalyzedException(
                    "The WebSocket server did not start: %s (%s).".formatted(e.getMessage(), settings), remedy(), e);
        }
    }

    private String remedy() {
        return isLocal()
                ? "Stop what else listens there, or set websocket.server.port to a port that is free (0 takes any)."
                : "Set websocket.server.address to an address of this machine, or remove it to listen on all of them.";
    }

    private boolean isLocal() {
        try {
            return address == null || address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return true;
        }
    }

    private void publish(int bound) {
        MutablePropertySources sources = context.getEnvironment().getPropertySources();
        if (sources.get(PORT_PROPERTIES) instanceof MapPropertySource ports) {
            ports.getSource().put(PORT_PROPERTY, bound);
        } else {
            sources.addFirst(new MapPropertySource(PORT_PROPERTIES, new HashMap<>(Map.of(PORT_PROPERTY, bound))));
        }
    }
}
