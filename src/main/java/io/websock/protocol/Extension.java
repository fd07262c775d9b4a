package io.websock.protocol;

import io.websock.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * A negotiated extension (RFC 6455 §9): it changes the payload of whole messages and marks those that it has changed with a reserved
 * bit of their first frame (§5.2). It has no state, and may be the same for many connections: what it has for one of them begins
 * with its encoder and decoder, and ends when their owners close them.
 *
 * <p>Control frames are not its business. Where a connection has several extensions, what is sent passes them in the order of the
 * handshake's response, and what is received in reverse: each sees what the ones before it have made of the message.
 */
public interface Extension {
    /** The reserved bits (RFC 6455 §5.2), as they stand in the first byte of a frame. */
    int RSV1 = 0x40;

    int RSV2 = 0x20;
    int RSV3 = 0x10;

    /** The reserved bits that this extension owns, always the same: one at least of {@link #RSV1}, {@link #RSV2}, {@link #RSV3}. */
    int reservedBits();

    /** A new encoder for one connection; or a common one, if it keeps nothing. Called once for each connection. */
    Encoder encoder();

    /** A new decoder for one connection, which asks for it when the first message comes that is encoded. */
    Decoder decoder();

    /**
     * Changes what is sent on one connection. It is owned by the {@link OutboundQueue} and called by the threads that send, in the
     * order of the messages and inside of the queue's monitor, which the event loop waits for: it must not block.
     */
    @FunctionalInterface
    interface Encoder {

        /**
         * Whether the outcome for a message depends on those before it. If not, {@link #encode} is called outside of the monitor: by
         * several threads at once, in any order, and maybe once more after {@link #close}. Always the same.
         */
        default boolean keepsContext() {
            return true;
        }

        /**
         * What goes out in place of the message, which is not changed; null to send it as it is. What it throws, whoever sends the
         * message is thrown; and as nobody knows then to what later messages would refer, an encoder that keeps a context has its
         * connection closed with 1011.
         *
         * @param message {@linkplain Message#isCompressible() not to be compressed}, maybe
         */
        @Nullable
        Encoded encode(Message message);

        /** Lets go of what has not been used since the last call; called now and then while the connection is open. */
        default void releaseUnused() {}

        /** No message follows. Called exactly once, however the connection ends; must not throw. */
        default void close() {}
    }

    /**
     * An encoded message.
     *
     * @param reservedBits what marks it as encoded: one at least of those that the extension owns
     * @param payload goes out as it is, and is not touched any more
     */
    record Encoded(int reservedBits, byte[] payload) {}

    /**
     * Restores what is received on one connection. It is owned by its {@link Protocol} and called by the protocol's thread, an event
     * loop: it must not block.
     */
    @FunctionalInterface
    interface Decoder {

        /** Whether the outcome for a message depends on those before it. If not, it is closed after each message. */
        default boolean keepsContext() {
            return true;
        }

        /**
         * Takes the next part of a message that carries one of the extension's bits, as it comes from the wire: parts have nothing to
         * do with frames. A message has one part at least, any of which may be empty, and the next message begins after the last one.
         * What it throws else than a violation resets the connection.
         *
         * @param reservedBits those of the extension's that the message carries
         * @param part where the part is; unmasked, and the decoder's during the call only
         * @param last whether the message ends with this part
         * @param out takes the decoded bytes
         * @throws ViolationException if the peer broke a rule, or if {@code out} throws it; the decoder is closed then
         */
        void decode(int reservedBits, byte[] part, int from, int to, boolean last, Output out)
                throws ViolationException;

        /** No part follows, in the middle of a message maybe. Called exactly once, however the connection ends; must not throw. */
        default void close() {}
    }

    /** Where decoded bytes go. */
    @FunctionalInterface
    interface Output {

        /**
         * Takes bytes of the message, in pieces of any size; they are copied.
         *
         * @throws ViolationException as soon as they exceed {@code max-message-size} or are no text, which {@link Decoder#decode} lets
         *     pass; so whoever hands over what it has decoded in small pieces cannot be blown up
         */
        void append(byte[] bytes, int from, int to) throws ViolationException;
    }
}
