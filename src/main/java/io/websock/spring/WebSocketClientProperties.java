package io.websock.spring;

import io.websock.engine.ClientSettings;
import io.websock.engine.ReconnectPolicy;
import io.websock.handshake.ProxyConnect;
import io.websock.spring.WebSocketProperties.EndpointCompression;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The {@code websocket.client.*} properties, where the client differs from the server. What is not here is as {@code websocket.limits},
 * {@code websocket.keep-alive}, {@code websocket.inbound} and {@code websocket.outbound} say.
 *
 * @param ssl whom to trust
 * @param proxy through which all connections go
 * @param handshakeTimeout Time from the look-up of a server's name to the end of the opening handshake.
 * @param maxMessageSize Largest payload of a message that is received, after inflating.
 * @param eventLoops Number of threads that serve the client's connections. They start with the first one.
 * @param compression how messages are compressed
 * @param reconnect when a connection that is kept is opened again
 */
public record WebSocketClientProperties(
        @DefaultValue Ssl ssl,
        @DefaultValue Proxy proxy,
        @DefaultValue("10s") Duration handshakeTimeout,
        @DefaultValue("64KB") DataSize maxMessageSize,
        @DefaultValue("1") int eventLoops,
        @NestedConfigurationProperty @DefaultValue EndpointCompression compression,
        @DefaultValue Reconnect reconnect) {

    public WebSocketClientProperties {
        Check.duration("websocket.client.handshake-timeout", handshakeTimeout);
        Check.size("websocket.client.max-message-size", maxMessageSize);
        Check.range("websocket.client.event-loops", eventLoops, 1, 1024);
        if (compression.minSize() != null) {
            Check.size("websocket.client.compression.min-size", compression.minSize());
        }
    }

    /**
     * Whom to trust, and what to show.
     *
     * @param bundle Name of the SSL bundle with the certificates to trust, and the client's own if servers ask for it. By default, those
     *     that the JDK trusts.
     */
    public record Ssl(@Nullable String bundle) {}

    /**
     * Through which all connections go.
     *
     * @param host Name or IP address of an HTTP proxy that opens tunnels by CONNECT. By default, servers are connected to directly.
     * @param port Port of the proxy.
     * @param username Name for the proxy, if it asks for one.
     * @param password Password for the proxy.
     */
    public record Proxy(
            @Nullable String host,
            @DefaultValue("3128") int port,
            @Nullable String username,
            @Nullable String password) {

        public Proxy {
            Check.range("websocket.client.proxy.port", port, 1, 65535);
            Check.that(host == null || !host.isBlank(), "websocket.client.proxy.host", "", "a name or an IP address");
            if (username != null) {
                String property = "websocket.client.proxy.username";
                Check.that(host != null, property, username, "left out, or go with websocket.client.proxy.host");
                Check.that(isName(username), property, username, "a name without colons and control characters");
            }
            if (password != null) {
                String property = "websocket.client.proxy.password";
                Check.that(
                        username != null, property, "******", "left out, or go with websocket.client.proxy.username");
                Check.that(isClean(password), property, "******", "a password without control characters");
            }
        }

        private static boolean isName(String username) {
            return isClean(username) && username.indexOf(':') < 0;
        }

        private static boolean isClean(String text) {
            return text.chars().noneMatch(Character::isISOControl);
        }

        /** In the engine's terms. */
        ClientSettings.@Nullable Proxy settings() {
            if (host == null) {
                return null;
            }
            ProxyConnect.Credentials credentials =
                    username == null ? null : new ProxyConnect.Credentials(username, password == null ? "" : password);
            return new ClientSettings.Proxy(host, port, credentials);
        }
    }

    /**
     * When a connection that is kept is opened again.
     *
     * @param baseDelay Longest time to wait after the first failure. The time is random, and its limit doubles with each failure.
     * @param maxDelay Longest time to wait, however many failures there were.
     * @param stableAfter Time after which a connection has been a success, and the delays begin anew.
     */
    public record Reconnect(
            @DefaultValue("1s") Duration baseDelay,
            @DefaultValue("1m") Duration maxDelay,
            @DefaultValue("30s") Duration stableAfter) {

        public Reconnect {
            Check.duration("websocket.client.reconnect.base-delay", baseDelay);
            Check.duration("websocket.client.reconnect.max-delay", maxDelay);
            Check.duration("websocket.client.reconnect.stable-after", stableAfter);
            Check.that(
                    baseDelay.compareTo(maxDelay) <= 0,
                    "websocket.client.reconnect.base-delay",
                    baseDelay,
                    "at most websocket.client.reconnect.max-delay=" + maxDelay);
        }

        /** In the engine's terms. */
        ReconnectPolicy policy() {
            return new ReconnectPolicy(baseDelay, maxDelay, stableAfter, Integer.MAX_VALUE);
        }
    }
}
