package io.websock.engine;

import io.websock.handshake.ClientRequest;
import io.websock.handshake.ExtensionOffer;
import io.websock.handshake.Header;
import io.websock.handshake.WebSocketUri;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link WebSocketClient} connects to and what it says there; good for any number of connections. Its text is the URI without
 * the query, for the rest may be secret.
 *
 * @param headers beside those of the handshake, such as credentials and cookies; characters are those of ISO 8859-1
 * @param subprotocols in the order of preference (RFC 6455 §1.9); the server may choose none
 * @param origin of the page or program that connects, {@code scheme://host[:port]}; null if there is none to name
 * @param timeout for all there is from the look-up of the name to the server's answer; null for that of the client's settings
 * @param nonBlocking whether the listener never blocks: then it is called on the event loop
 */
public record ConnectRequest(
        WebSocketUri uri,
        List<Header> headers,
        List<String> subprotocols,
        @Nullable String origin,
        @Nullable Duration timeout,
        boolean nonBlocking) {

    /** @throws IllegalArgumentException if something of it cannot be sent; the message quotes no value of a header */
    public ConnectRequest {
        headers = List.copyOf(headers);
        subprotocols = List.copyOf(subprotocols);
        check(uri, headers, subprotocols, origin);
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("a time-out is longer than nothing");
        }
    }

    private static void check(
            WebSocketUri uri, List<Header> headers, List<String> subprotocols, @Nullable String origin) {
        new ClientRequest(uri, headers, subprotocols, List.of(), origin);
    }

    /**
     * A request with nothing but the URI, for a listener that may block.
     *
     * @param uri {@code ws://} or {@code wss://}, a host, and as needed port, path and query, all of it percent-encoded (RFC 6455 §3)
     * @throws IllegalArgumentException if it is malformed
     */
    public static ConnectRequest to(String uri) {
        return new ConnectRequest(WebSocketUri.parse(uri), List.of(), List.of(), null, null, false);
    }

    /**
     * One more header.
     *
     * @throws IllegalArgumentException if it is malformed, or one that the handshake itself sends
     */
    public ConnectRequest withHeader(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new ConnectRequest(uri, more, subprotocols, origin, timeout, nonBlocking);
    }

    /** @throws IllegalArgumentException if one is no token, or is there twice */
    public ConnectRequest withSubprotocols(String... inOrderOfPreference) {
        return new ConnectRequest(uri, headers, List.of(inOrderOfPreference), origin, timeout, nonBlocking);
    }

    /** @throws IllegalArgumentException if it is not {@code scheme://host[:port]} */
    public ConnectRequest withOrigin(String origin) {
        return new ConnectRequest(uri, headers, subprotocols, origin, timeout, nonBlocking);
    }

    /** @throws IllegalArgumentException if it is not positive */
    public ConnectRequest withTimeout(Duration timeout) {
        return new ConnectRequest(uri, headers, subprotocols, origin, timeout, nonBlocking);
    }

    /** For a listener that never blocks. */
    public ConnectRequest withNonBlockingListener() {
        return new ConnectRequest(uri, headers, subprotocols, origin, timeout, true);
    }

    ClientRequest offering(List<ExtensionOffer> extensions) {
        return new ClientRequest(uri, headers, subprotocols, extensions, origin);
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
