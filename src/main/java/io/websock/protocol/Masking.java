package io.websock.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Masking and unmasking, which are the same exclusive-or (RFC 6455 §5.3). */
final class Masking {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Masking() {}

    /**
     * Applies {@code key} to {@code bytes} from {@code from} to {@code to}, its first octet to the first byte.
     *
     * @param key the masking key, its first octet in the highest bits
     */
    static void apply(int key, byte[] bytes, int from, int to) {
        long wide = (long) key << 32 | (key & 0xFFFF_FFFFL);
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            LONG.set(bytes, i, (long) LONG.get(bytes, i) ^ wide);
        }
        for (int shift = 24; i < to; i++, shift -= 8) {
            bytes[i] ^= (byte) (key >> (shift & 31));
        }
    }

    /** The key for the bytes that follow {@code count} bytes already masked with {@code key}. */
    static int advance(int key, long count) {
        return Integer.rotateLeft(key, (int) (count & 3) << 3);
    }
}
