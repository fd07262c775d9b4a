package io.websock.protocol;

import io.websock.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * A negotiated extension (RFC 6455 §9): it changes the payload of whole messages and marks those that it has changed with a reserved
 * bit of their first frame (§5.2). It has no state, and may be the same for many connections: what it has for one of them begins
 * with its encoder and decoder, and ends when their owners close them.
 */
public interface Extension {

    /** The reserved bits that this extension owns, one at least: of 0x40 (RSV1), 0x20 (RSV2) and 0x10 (RSV3). */
    int reservedBits();

    /** A new encoder for one connection; or a common one, if it keeps nothing. */
    Encoder encoder();

    /** A new decoder for one connection, which asks for it when the first message comes that is encoded. */
    Decoder decoder();

    /**
     * Changes what is sent on one connection. It is owned by the {@link OutboundQueue} and called by any thread, but inside of the
     * queue's monitor.
     */
    interface Encoder {

        /**
         * Whether the outcome for a message depends on those before it. If not, {@link #encode} is called outside of the monitor: by
         * several threads at once, and maybe once more after {@link #close}.
         */
        boolean keepsContext();

        /** What goes out in place of the message, which is not changed; null to send it as it is. */
        @Nullable
        Encoded encode(Message message);

        /** Lets go of what has not been used since the last call; called now and then while the connection is open. */
        default void releaseUnused() {}

        /** No message follows. Called exactly once, however the connection ends. */
        default void close() {}
    }

    /**
     * An encoded message.
     *
     * @param reservedBits what marks it as encoded: one at least of those that the extension owns
     * @param payload goes out as it is, and is not touched any more
     */
    record Encoded(int reservedBits, byte[] payload) {}

    /** Restores what is received on one connection. It is owned by its {@link Protocol} and called by the protocol's thread. */
    interface Decoder {

        /** Whether the outcome for a message depends on those before it. If not, it is closed after each message. */
        default boolean keepsContext() {
            return true;
        }

        /**
         * Takes the next part of a message that carries one of the extension's bits. A message has one part at least, any of which
         * may be empty, and the next message begins after the last one.
         *
         * @param reservedBits those of the extension's that the message carries
         * @param part where the part is; unmasked, and the decoder's during the call only
         * @param last whether the message ends with this part
         * @param out takes the decoded bytes
         * @throws ViolationException if the peer broke a rule; the decoder is closed then
         */
        void decode(int reservedBits, byte[] part, int from, int to, boolean last, Output out)
                throws ViolationException;

        /** No part follows, in the middle of a message maybe. Called exactly once, however the connection ends. */
        default void close() {}
    }

    /** Where decoded bytes go. */
    @FunctionalInterface
    interface Output {

        /**
         * Takes bytes of the message, in pieces of any size; they are copied.
         *
         * @throws ViolationException as soon as they exceed a limit or are no text, which {@link Decoder#decode} lets pass
         */
        void append(byte[] bytes, int from, int to) throws ViolationException;
    }
}
