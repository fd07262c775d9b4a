package io.websock.spring;

import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.engine.EngineSettings;
import io.websock.engine.TlsSettings.ClientAuth;
import io.websock.handshake.HeadLimits;
import io.websock.protocol.ProtocolLimits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The {@code websocket.*} properties. A value out of range stops the start, and so does a name that is not one of these, unless it is an
 * environment variable or a system property: those may be anybody's.
 *
 * @param server where to listen
 * @param limits what peers may ask of the server
 * @param keepAlive when a silent peer is asked whether it is there
 * @param inbound how far reading may run ahead of a blocking listener
 * @param outbound how far sending may run ahead of a slow peer
 * @param compression how messages are compressed
 * @param allowedOrigins Origins of the pages that may connect, such as 'https://example.org', or '*' for any. If empty, only pages of
 *     the server's own origin may.
 * @param endpoints Settings for single endpoints, by path. A path is written in brackets: 'websocket.endpoints.[/ws].max-message-size'.
 * @param handlers the threads of listeners
 * @param drain how the server parts from its peers when it stops
 * @param client where the client differs from the server
 */
@ConfigurationProperties(prefix = "websocket", ignoreUnknownFields = false)
public record WebSocketProperties(
        @DefaultValue Server server,
        @DefaultValue Limits limits,
        @DefaultValue KeepAlive keepAlive,
        @DefaultValue Inbound inbound,
        @DefaultValue Outbound outbound,
        @DefaultValue Compression compression,
        @DefaultValue List<String> allowedOrigins,
        @DefaultValue Map<String, EndpointSettings> endpoints,
        @DefaultValue Handlers handlers,
        @NestedConfigurationProperty @DefaultValue WebSocketDrainProperties drain,
        @NestedConfigurationProperty @DefaultValue WebSocketClientProperties client) {

    public WebSocketProperties {
        Check.origins("websocket.allowed-origins", allowedOrigins);
        endpoints.forEach((path, settings) -> settings.check(path));
    }

    /**
     * Where to listen.
     *
     * @param enabled Whether to run a WebSocket server.
     * @param port Port to listen on: -1 for none, 0 for any free one.
     * @param address Local address to listen on. By default, all of them.
     * @param ssl where to listen for TLS
     * @param eventLoops Number of threads that serve the connections. By default, the number of processors.
     */
    public record Server(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("8888") int port,
            @Nullable InetAddress address,
            @DefaultValue Ssl ssl,
            @Nullable Integer eventLoops) {

        public Server {
            Check.that(
                    port >= -1 && port <= 65535,
                    "websocket.server.port",
                    port,
                    "-1 (none), 0 (any free port) or 1 to 65535");
            Check.range("websocket.server.event-loops", eventLoops, 1, 1024);
        }
    }

    /**
     * Where to listen for TLS.
     *
     * @param bundle Name of the SSL bundle with the server's certificate. If there is none, the server does not listen for TLS.
     * @param port Port to listen on for TLS, 0 for any free one.
     * @param clientAuth Whether to ask clients for a certificate: none, want, need. It has to be trusted by the bundle.
     * @param serverNameBundles SSL bundles with the certificates for single server names.
     */
    public record Ssl(
            @Nullable String bundle,
            @DefaultValue("8889") int port,
            @DefaultValue("none") ClientAuth clientAuth,
            @DefaultValue List<ServerNameBundle> serverNameBundles) {

        public Ssl {
            Check.that(
                    port >= 0 && port <= 65535, "websocket.server.ssl.port", port, "0 (any free port) or 1 to 65535");
            String alone = "left out, or go with websocket.server.ssl.bundle, for nothing listens for TLS without it";
            Check.that(
                    bundle != null || clientAuth == ClientAuth.NONE,
                    "websocket.server.ssl.client-auth",
                    clientAuth,
                    alone);
            Check.that(
                    serverNameBundles.stream()
                                    .map(named -> named.serverName().toLowerCase(Locale.ROOT))
                                    .distinct()
                                    .count()
                            == serverNameBundles.size(),
                    "websocket.server.ssl.server-name-bundles",
                    serverNameBundles,
                    "a list in which each server-name is there once");
            Check.that(
                    bundle != null || serverNameBundles.isEmpty(),
                    "websocket.server.ssl.server-name-bundles",
                    serverNameBundles,
                    alone);
        }
    }

    /**
     * The certificate for a server name (RFC 6066 §3).
     *
     * @param serverName Name that clients ask for; with '*.' in front, those of all its direct subdomains.
     * @param bundle Name of the SSL bundle with the certificate.
     */
    public record ServerNameBundle(String serverName, String bundle) {

        public ServerNameBundle {
            String property = "websocket.server.ssl.server-name-bundles";
            Check.that(serverName != null && !serverName.isBlank(), property, bundle, "given a server-name each");
            Check.that(bundle != null && !bundle.isBlank(), property, serverName, "given a bundle each");
        }
    }

    /**
     * What peers may ask of the server.
     *
     * @param maxMessageSize Largest payload of a message that is received, after inflating.
     * @param maxRequestHeadSize Largest request head of an opening handshake.
     * @param maxRequestHeaders Largest number of header lines in a request head.
     * @param maxRequestTargetSize Largest request target, which is path and query.
     * @param handshakeTimeout Time from the beginning of a TCP connection to the end of its opening handshake.
     * @param closeTimeout Time to wait for the peer's Close frame after ours, and for a listener's work after the peer's.
     * @param maxConnections Number of connections that may be open at once. By default, 90 % of the file descriptor limit less 256.
     * @param maxHandshakes Number of opening handshakes that may be under way at once. Past it, the oldest is reset.
     * @param controlFramesPerSecond Number of control frames that a peer may send in a second on average.
     * @param controlFrameBurst Number of control frames that a peer may send at once.
     */
    public record Limits(
            @DefaultValue("64KB") DataSize maxMessageSize,
            @DefaultValue("8KB") DataSize maxRequestHeadSize,
            @DefaultValue("64") int maxRequestHeaders,
            @DefaultValue("2KB") DataSize maxRequestTargetSize,
            @DefaultValue("10s") Duration handshakeTimeout,
            @DefaultValue("5s") Duration closeTimeout,
            @Nullable Integer maxConnections,
            @DefaultValue("4096") int maxHandshakes,
            @DefaultValue("50") int controlFramesPerSecond,
            @DefaultValue("100") int controlFrameBurst) {

        public Limits {
            Check.size("websocket.limits.max-message-size", maxMessageSize);
            Check.size("websocket.limits.max-request-head-size", maxRequestHeadSize);
            Check.range("websocket.limits.max-request-headers", maxRequestHeaders, 1, Integer.MAX_VALUE);
            Check.size("websocket.limits.max-request-target-size", maxRequestTargetSize);
            Check.notOver(
                    "websocket.limits.max-request-target-size",
                    maxRequestTargetSize,
                    "websocket.limits.max-request-head-size",
                    maxRequestHeadSize);
            Check.duration("websocket.limits.handshake-timeout", handshakeTimeout);
            Check.duration("websocket.limits.close-timeout", closeTimeout);
            Check.range("websocket.limits.max-connections", maxConnections, 1, Integer.MAX_VALUE);
            Check.range("websocket.limits.max-handshakes", maxHandshakes, 1, Integer.MAX_VALUE);
            Check.range("websocket.limits.control-frames-per-second", controlFramesPerSecond, 1, Integer.MAX_VALUE);
            Check.range("websocket.limits.control-frame-burst", controlFrameBurst, 1, Integer.MAX_VALUE);
        }
    }

    /**
     * When a silent peer is asked whether it is there.
     *
     * @param interval Time without anything received, or without anything sent, after which a Ping is sent.
     * @param timeout Time after a Ping within which some byte has to arrive, or the peer is given up.
     */
    public record KeepAlive(
            @DefaultValue("25s") Duration interval,
            @DefaultValue("20s") Duration timeout) {

        public KeepAlive {
            Check.duration("websocket.keep-alive.interval", interval);
            Check.duration("websocket.keep-alive.timeout", timeout);
        }
    }

    /**
     * How far reading may run ahead of a blocking listener.
     *
     * @param maxPending Number of messages of a connection that may wait for a blocking listener before reading pauses.
     * @param maxPendingBytes Payload of the messages of a connection that may wait for a blocking listener before reading pauses.
     */
    public record Inbound(
            @DefaultValue("64") int maxPending,
            @DefaultValue("256KB") DataSize maxPendingBytes) {

        public Inbound {
            Check.range("websocket.inbound.max-pending", maxPending, 1, Integer.MAX_VALUE);
            Check.size("websocket.inbound.max-pending-bytes", maxPendingBytes);
        }
    }

    /**
     * How far sending may run ahead of a slow peer.
     *
     * @param maxQueue Bytes queued for a connection at which no more messages are accepted, and the connection is closed with 1013.
     * @param highWater Bytes queued for a connection over which reading from it pauses.
     * @param lowWater Bytes queued for a connection at which reading from it goes on.
     * @param stallTimeout Time after which a peer that takes none of what is queued for it is reset.
     */
    public record Outbound(
            @DefaultValue("256KB") DataSize maxQueue,
            @DefaultValue("128KB") DataSize highWater,
            @DefaultValue("64KB") DataSize lowWater,
            @DefaultValue("10s") Duration stallTimeout) {

        public Outbound {
            Check.size("websocket.outbound.max-queue", maxQueue);
            Check.size("websocket.outbound.high-water", highWater);
            Check.size("websocket.outbound.low-water", lowWater);
            Check.notOver("websocket.outbound.low-water", lowWater, "websocket.outbound.high-water", highWater);
            Check.notOver("websocket.outbound.high-water", highWater, "websocket.outbound.max-queue", maxQueue);
            Check.duration("websocket.outbound.stall-timeout", stallTimeout);
        }
    }

    /**
     * How messages are compressed (permessage-deflate).
     *
     * @param mode How messages are compressed: not at all (off), each for itself (shared), or with references back to those
     *     before it (takeover).
     * @param minSize Messages that are shorter go out plain.
     * @param level Level of compression, 1 (fastest) to 9 (smallest).
     */
    public record Compression(
            @DefaultValue("shared") Mode mode,
            @DefaultValue("256B") DataSize minSize,
            @DefaultValue("6") int level) {

        public Compression {
            Check.size("websocket.compression.min-size", minSize);
            Check.range("websocket.compression.level", level, 1, 9);
        }

        /** That of an endpoint. */
        Compression with(@Nullable EndpointCompression own) {
            return own == null
                    ? this
                    : new Compression(
                            own.mode != null ? own.mode : mode, own.minSize != null ? own.minSize : minSize, level);
        }
    }

    /**
     * What an endpoint has for itself.
     *
     * @param maxMessageSize Largest payload of a message; null as in {@code websocket.limits}.
     * @param allowedOrigins Origins of the pages that may connect; null as in {@code websocket.allowed-origins}.
     * @param compression how messages are compressed; null as in {@code websocket.compression}
     */
    public record EndpointSettings(
            @Nullable DataSize maxMessageSize,
            @Nullable List<String> allowedOrigins,
            @Nullable EndpointCompression compression) {

        /** For endpoints without settings of their own. */
        static final EndpointSettings NONE = new EndpointSettings(null, null, null);

        private void check(String path) {
            if (maxMessageSize != null) {
                Check.size("websocket.endpoints[" + path + "].max-message-size", maxMessageSize);
            }
            if (allowedOrigins != null) {
                Check.origins("websocket.endpoints[" + path + "].allowed-origins", allowedOrigins);
            }
            if (compression != null && compression.minSize != null) {
                Check.size("websocket.endpoints[" + path + "].compression.min-size", compression.minSize);
            }
        }
    }

    /**
     * How the messages of an endpoint, or of the client, are compressed. The level is the same for all.
     *
     * @param mode How messages are compressed. By default, as 'websocket.compression.mode' says.
     * @param minSize Messages that are shorter go out plain. By default, as 'websocket.compression.min-size' says.
     */
    public record EndpointCompression(
            @Nullable Mode mode, @Nullable DataSize minSize) {}

    /**
     * The threads of listeners.
     *
     * @param maxThreads Number of threads for listeners that may block. Has no meaning where listeners run on virtual threads.
     */
    public record Handlers(@DefaultValue("200") int maxThreads) {

        public Handlers {
            Check.range("websocket.handlers.max-threads", maxThreads, 1, Integer.MAX_VALUE);
        }
    }

    /** The settings of an engine for the client, which differs from the server's. */
    EngineSettings clientEngine(EngineSettings server) {
        EngineSettings.Limits limits = server.limits();
        return new EngineSettings(
                new EngineSettings.Limits(
                        limits.protocol(),
                        limits.head(),
                        client.handshakeTimeout(),
                        limits.closeTimeout(),
                        limits.maxConnections(),
                        limits.maxHandshakes()),
                server.keepAlive(),
                server.inbound(),
                server.outbound());
    }

    /** The same in the engine's terms. */
    EngineSettings engineSettings() {
        return new EngineSettings(
                new EngineSettings.Limits(
                        new ProtocolLimits(
                                bytes(limits.maxMessageSize), limits.controlFramesPerSecond, limits.controlFrameBurst),
                        new HeadLimits(
                                bytes(limits.maxRequestHeadSize),
                                limits.maxRequestHeaders,
                                bytes(limits.maxRequestTargetSize)),
                        limits.handshakeTimeout,
                        limits.closeTimeout,
                        limits.maxConnections != null
                                ? limits.maxConnections
                                : EngineSettings.Limits.DEFAULT.maxConnections(),
                        limits.maxHandshakes),
                new EngineSettings.KeepAlive(keepAlive.interval, keepAlive.timeout),
                new EngineSettings.Inbound(inbound.maxPending, inbound.maxPendingBytes.toBytes()),
                new EngineSettings.Outbound(
                        outbound.maxQueue.toBytes(),
                        outbound.highWater.toBytes(),
                        outbound.lowWater.toBytes(),
                        outbound.stallTimeout));
    }

    /** Fits an int, as {@link Check#size} has made sure. */
    static int bytes(DataSize size) {
        return (int) size.toBytes();
    }
}
