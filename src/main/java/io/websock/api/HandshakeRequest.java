package io.websock.api;

import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The request of an opening handshake (RFC 6455 §4.2.1), already found to be a valid one. */
public interface HandshakeRequest {

    /** The path, percent-decoded and without the query. */
    String path();

    /** The query as it was sent, without the question mark; null if there is none. */
    @Nullable
    String query();

    /** The first header field of this name, in any case; null if there is none. */
    @Nullable
    String header(String name);

    /** The values of all header fields of this name, in any case, in their order. */
    List<String> headers(String name);

    /** Whom the peer has proved to be by its TLS certificate; null if it was not asked, or has none. */
    @Nullable
    Principal principal();

    /** The other end of the TCP connection, which may be a proxy. */
    InetSocketAddress remoteAddress();
}
