package io.websock.protocol;

import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How one side sends, the same for all of its connections.
 *
 * @param maxBytes a message is accepted while fewer bytes than this are queued
 * @param maskingKeys where a client's masking keys come from: strong randomness (RFC 6455 §10.3); null for a server, which masks nothing
 */
public record Sending(long maxBytes, @Nullable IntSupplier maskingKeys) {

    /** @param maskingKeys not used by a server */
    public Sending(Role role, long maxBytes, IntSupplier maskingKeys) {
        this(maxBytes, role == Role.CLIENT ? maskingKeys : null);
    }
}
