package io.websock.api;

import java.io.Serial;

/** Thrown by a {@link HandshakeInterceptor} to refuse a client. */
public final class HandshakeRefusedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * @param status the HTTP status, 400 to 599
     * @param text one line that the client is told
     * @throws IllegalArgumentException if the status is out of range or the text holds a control character
     */
    public HandshakeRefusedException(int status, String text) {
        super(text);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("a refusal has a status from 400 to 599, not " + status);
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the text of a refusal is one line without control characters");
        }
        this.status = status;
    }

    /** The HTTP status, 400 to 599. */
    public int status() {
        return status;
    }
}
