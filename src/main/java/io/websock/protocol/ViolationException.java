package io.websock.protocol;

import java.io.Serial;

/** The peer broke a rule. Thrown where it is found and caught in one place, {@link Protocol#receive}. */
public final class ViolationException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final Violation violation;

    public ViolationException(Violation violation) {
        this(violation, violation.text());
    }

    /** @param reason for the Close frame: at most 123 bytes of ASCII */
    public ViolationException(Violation violation, String reason) {
        // No stack trace: it is part of the protocol, and a hostile peer must not make us pay for one.
        super(reason, null, false, false);
        this.violation = violation;
    }

    public Violation violation() {
        return violation;
    }

    /** What the Close frame says. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
