package io.websock.engine;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.function.IntSupplier;

/** Masking keys that no page or program can predict (RFC 6455 §10.3): from a strong source, which is asked for many at once. */
final class MaskingKeys implements IntSupplier {
    private static final int BATCH = 1024;

    private final SecureRandom random = new SecureRandom();
    private final byte[] bytes = new byte[Integer.BYTES * BATCH];
    private final ByteBuffer keys = ByteBuffer.wrap(bytes).limit(0);

    @Override
    public synchronized int getAsInt() {
        if (!keys.hasRemaining()) {
            random.nextBytes(bytes);
            keys.clear();
        }
        return keys.getInt();
    }
}
