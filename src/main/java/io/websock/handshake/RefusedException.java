package io.websock.handshake;

import java.io.Serial;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The handshake is refused. Thrown where the fault is found and caught in one place, the engine's. */
public final class RefusedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /** What could end the line, or make a terminal show something else than was logged: controls, formats, separators. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private final Refusal refusal;
    private final int status;

    RefusedException(Refusal refusal, String text) {
        this(refusal, refusal.status(), text);
    }

    /**
     * A refusal that is not ours to word, such as an interceptor's.
     *
     * @param status 400 to 599
     * @param text for the client, made one line if it is not
     */
    public RefusedException(Refusal refusal, int status, String text) {
        // No stack trace: it is part of the protocol, and a hostile peer must not make us pay for one.
        super(UNPRINTABLE.matcher(text).replaceAll("?"), null, false, false);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("a refusal has a status from 400 to 599, not " + status);
        }
        this.refusal = refusal;
        this.status = status;
    }

    public Refusal refusal() {
        return refusal;
    }

    /** The HTTP status, 400 to 599. */
    public int status() {
        return status;
    }

    /** The line that the client is told. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /**
     * The answer, after which the connection closes.
     *
     * @param method of the request as far as it is known, {@link RequestParser#method()}
     * @param date the value of the Date field (RFC 9110 §6.6.1, IMF-fixdate); null leaves it out
     */
    public byte[] response(String method, @Nullable String date) {
        return new Response(status, text()).bytes(method, date);
    }
}
