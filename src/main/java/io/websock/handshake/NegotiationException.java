package io.websock.handshake;

import java.io.Serial;

/** What a server answers on extensions breaks a rule, so that the client fails the connection (RFC 6455 §4.1). */
public final class NegotiationException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    NegotiationException(String text) {
        // No stack trace: it is part of the protocol, and a hostile peer must not make us pay for one.
        super(text, null, false, false);
    }
}
