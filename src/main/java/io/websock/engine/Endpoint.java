package io.websock.engine;

import io.websock.api.WebSocketListener;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.OriginPolicy;
import io.websock.handshake.Route;
import java.util.List;

/**
 * A path and what happens there.
 *
 * @param path as in a request, percent-decoded; starts with a slash
 * @param subprotocols that the listener speaks (RFC 6455 §1.9)
 * @param origins whose pages may connect (RFC 6455 §10.2)
 * @param extensions that its connections may have (RFC 6455 §9); of two with the same name, the first is asked
 * @param maxMessageSize largest payload of a message in bytes, 0 and up
 * @param nonBlocking whether the listener runs on the event loop, where it must never block
 */
public record Endpoint(
        String path,
        WebSocketListener listener,
        List<String> subprotocols,
        OriginPolicy origins,
        List<ExtensionNegotiator> extensions,
        int maxMessageSize,
        boolean nonBlocking)
        implements Route {

    public Endpoint {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path of an endpoint starts with a slash: " + path);
        }
        if (maxMessageSize < 0) {
            throw new IllegalArgumentException("message limit of an endpoint is not negative: " + maxMessageSize);
        }
        subprotocols = List.copyOf(subprotocols);
        extensions = List.copyOf(extensions);
    }

    /** An endpoint without extensions: nothing is compressed. */
    public Endpoint(
            String path,
            WebSocketListener listener,
            List<String> subprotocols,
            OriginPolicy origins,
            int maxMessageSize,
            boolean nonBlocking) {
        this(path, listener, subprotocols, origins, List.of(), maxMessageSize, nonBlocking);
    }
}
