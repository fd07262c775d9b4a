package io.websock.deflate;

import io.websock.api.Message;
import io.websock.protocol.Extension;
import org.jspecify.annotations.Nullable;

/**
 * The encoder of one connection, whose messages refer back to those before them (RFC 7692 §7.1.1). It has a deflater from the first
 * message on, until there was none for a while: the next one then begins without references.
 */
final class TakeoverEncoder implements Extension.Encoder {
    private final ZlibPool pool;
    private final int windowBits;
    private final int minSize;

    private @Nullable WindowedDeflater deflater;
    /** Whether there was a message since the last {@link #releaseUnused}. */
    private boolean used;

    /** @param minSize shorter messages go out plain, and are not referred back to */
    TakeoverEncoder(ZlibPool pool, int windowBits, int minSize) {
        this.pool = pool;
        this.windowBits = windowBits;
        this.minSize = minSize;
    }

    @Override
    public boolean keepsContext() {
        return true;
    }

    @Override
    public Extension.@Nullable Encoded encode(Message message) {
        if (!message.isCompressible() || message.size() < minSize) {
            return null;
        }
        if (deflater == null) {
            deflater = new WindowedDeflater(pool.deflaters().rent(), windowBits);
        }
        used = true;
        // Whether it is shorter or not: the deflater may refer to it from now on, so the peer has to inflate it.
        return new Extension.Encoded(Extension.RSV1, deflater.deflate(message.payload()));
    }

    @Override
    public void releaseUnused() {
        if (!used) {
            close();
        }
        used = false;
    }

    @Override
    public void close() {
        if (deflater != null) {
            pool.deflaters().giveBack(deflater.deflater);
            deflater = null;
        }
    }
}
