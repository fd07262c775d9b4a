package io.websock.engine;

import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens.
 *
 * @param address port 0 takes any free port
 * @param tls asked for each new connection, so that certificates can be replaced; null to speak plain TCP
 */
public record Binding(InetSocketAddress address, @Nullable Supplier<TlsSettings> tls) {

    /** Without TLS. */
    public static Binding plain(InetSocketAddress address) {
        return new Binding(address, null);
    }
}
