package io.websock.handshake;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The handshake of a client has failed. Thrown where the fault is found and caught in one place, the engine's. */
public final class HandshakeFailedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final HandshakeFailure failure;
    private final transient @Nullable ResponseHead response;
    private final String content;

    HandshakeFailedException(
            HandshakeFailure failure,
            String text,
            @Nullable ResponseHead response,
            String content,
            @Nullable Throwable cause) {
        // No stack trace: it is part of the protocol, and a hostile peer must not make us pay for one.
        super(text, cause, false, false);
        this.failure = failure;
        this.response = response;
        this.content = content;
    }

    public HandshakeFailure failure() {
        return failure;
    }

    /** One line of visible ASCII that says what is wrong. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /**
     * The answer of a server, or a proxy, that refused: a 401 with its WWW-Authenticate, a 3xx with its Location, which is not
     * followed, a 503 with its Retry-After.
     *
     * @return null if there is none, or it is broken
     */
    public @Nullable ResponseHead response() {
        return response;
    }

    /** The start of that answer's content, at most 1 KiB, as UTF-8 and as it was sent: it may hold anything. */
    public String content() {
        return content;
    }
}
