package io.websock.protocol;

import io.websock.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * A negotiated extension at work on one connection: it replaces the payload of whole messages and marks them with a reserved bit of
 * their first frame (RFC 6455 §9.2). Incoming parts are decoded by the connection's thread; messages are encoded in the order in
 * which they go out, one at a time.
 */
public interface Extension {

    /** The reserved bits that this extension owns: some of 0x40 (RSV1), 0x20 (RSV2) and 0x10 (RSV3). */
    int reservedBits();

    /**
     * Decodes the next part of a message that carries one of the bits.
     *
     * @param part the bytes of the part, already unmasked; valid during the call only
     * @param last whether the message ends with this part
     * @param out takes the decoded bytes, in pieces of any size, and throws once they exceed a limit
     * @throws ViolationException if the peer broke a rule
     */
    void decode(byte[] part, boolean last, Output out) throws ViolationException;

    /** The encoded payload, which then goes out with all of the bits; or null to send this message as it is. */
    byte @Nullable [] encode(Message message);

    /** Where decoded bytes go. */
    @FunctionalInterface
    interface Output {
        void append(byte[] bytes, int from, int to) throws ViolationException;
    }
}
