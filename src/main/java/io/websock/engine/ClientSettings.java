package io.websock.engine;

import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.ProxyConnect;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link WebSocketClient} works.
 *
 * @param maxMessageSize the largest payload of a message that is received, in bytes after inflating, 0 and up
 * @param extensions that are offered, in the order of preference
 * @param tls asked once for each connection to a {@code wss://}, off the event loops; what it throws fails the connection
 * @param proxy through which all connections go; null to go there directly
 */
public record ClientSettings(
        EngineSettings engine,
        int maxMessageSize,
        List<ExtensionNegotiator> extensions,
        Supplier<TlsSettings> tls,
        @Nullable Proxy proxy) {

    /** The engine's defaults, messages of 64 KiB, no extensions, the certificates that the JDK trusts, no proxy. */
    public static final ClientSettings DEFAULT =
            new ClientSettings(EngineSettings.DEFAULT, 64 * 1024, List.of(), ClientSettings::tlsOfTheJdk, null);

    /**
     * A proxy that opens tunnels by HTTP CONNECT, and is itself spoken to without TLS.
     *
     * @param host a name or an IP address, this without brackets
     * @param port 1 to 65535
     * @param credentials null if it asks for none
     */
    public record Proxy(String host, int port, ProxyConnect.@Nullable Credentials credentials) {
        public Proxy {
            if (host.isBlank() || port < 1 || port > 0xFFFF) {
                throw new IllegalArgumentException("a proxy has a host, and a port from 1 to 65535");
            }
        }
    }

    public ClientSettings {
        if (maxMessageSize < 0) {
            throw new IllegalArgumentException("message limit of a client is not negative: " + maxMessageSize);
        }
        extensions = List.copyOf(extensions);
    }

    private static TlsSettings tlsOfTheJdk() {
        try {
            return TlsSettings.of(SSLContext.getDefault());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK's own TLS cannot be used", e);
        }
    }

    /** These settings with others for the engine. */
    public ClientSettings withEngine(EngineSettings engine) {
        return new ClientSettings(engine, maxMessageSize, extensions, tls, proxy);
    }

    /** These settings with another limit for messages, in bytes. */
    public ClientSettings withMaxMessageSize(int maxMessageSize) {
        return new ClientSettings(engine, maxMessageSize, extensions, tls, proxy);
    }

    /** These settings with other extensions, in the order of preference. */
    public ClientSettings withExtensions(List<ExtensionNegotiator> extensions) {
        return new ClientSettings(engine, maxMessageSize, extensions, tls, proxy);
    }

    /** These settings with other keys and certificates. */
    public ClientSettings withTls(TlsSettings tls) {
        return withTls(() -> tls);
    }

    /** These settings with keys and certificates that may change: it is asked for each connection. */
    public ClientSettings withTls(Supplier<TlsSettings> tls) {
        return new ClientSettings(engine, maxMessageSize, extensions, tls, proxy);
    }

    /** These settings with a proxy. */
    public ClientSettings withProxy(Proxy proxy) {
        return new ClientSettings(engine, maxMessageSize, extensions, tls, proxy);
    }
}
