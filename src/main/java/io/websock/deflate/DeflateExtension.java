package io.websock.deflate;

import io.websock.protocol.Extension;

/**
 * permessage-deflate with the parameters of one connection, seen from one side (RFC 7692 §7.2).
 *
 * @param shared the encoder, if this side takes no context over; pool and minimum size otherwise, too
 * @param out how this side compresses
 * @param in how the peer compresses
 */
record DeflateExtension(SharedEncoder shared, Direction out, Direction in) implements Extension {
    DeflateExtension(ZlibPool pool, int minSize, Direction out, Direction in) {
        this(new SharedEncoder(pool, out.windowBits, minSize), out, in);
    }

    /**
     * @param takesOver whether a message may refer back to those before it
     * @param windowBits 8 to 15: how far back, as a power of 2
     */
    record Direction(boolean takesOver, int windowBits) {}

    @Override
    public int reservedBits() {
        return RSV1;
    }

    @Override
    public Encoder encoder() {
        return out.takesOver ? new TakeoverEncoder(shared.pool(), out.windowBits, shared.minSize()) : shared;
    }

    @Override
    public Decoder decoder() {
        return new MessageInflater(shared.pool(), in.takesOver, in.windowBits);
    }
}
