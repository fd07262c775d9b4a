package io.websock.handshake;

import java.util.List;

/** What the handshake has to know of the endpoint that a path leads to. */
public interface Route {

    /** The subprotocols that it speaks (RFC 6455 §1.9), in their case; the client's order of preference decides. */
    List<String> subprotocols();

    /** Whose pages may connect. */
    OriginPolicy origins();

    /** The extensions that it speaks (RFC 6455 §9), one of each name; the client's order of preference decides. */
    List<ExtensionNegotiator> extensions();
}
