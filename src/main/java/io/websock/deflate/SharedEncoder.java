package io.websock.deflate;

import io.websock.api.Message;
import io.websock.protocol.Extension;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * The encoder of all connections that take no context over and have the same window: what it makes of a message is the same for all
 * of them, so a broadcast is deflated once.
 *
 * @param minSize shorter messages go out plain, as do those that would not become shorter
 */
record SharedEncoder(ZlibPool pool, int windowBits, int minSize) implements Extension.Encoder {

    @Override
    public boolean keepsContext() {
        return false;
    }

    @Override
    public Extension.@Nullable Encoded encode(Message message) {
        if (!message.isCompressible() || message.size() < minSize) {
            return null;
        }
        byte[] encoded = message.encoded(this, this::deflate);
        return encoded.length < message.size() ? new Extension.Encoded(Extension.RSV1, encoded) : null;
    }

    private byte[] deflate(byte[] payload) {
        Deflater deflater = pool.deflaters().rent();
        try {
            byte[] deflated = new WindowedDeflater(deflater, windowBits).deflate(payload);
            return deflated.length < payload.length ? deflated : payload;
        } finally {
            pool.deflaters().giveBack(deflater);
        }
    }
}
