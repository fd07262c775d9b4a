package io.websock.deflate;

import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * Deflates one message after the other, referring back no further than the window that the peer has (RFC 7692 §7.1.2). A {@link
 * Deflater} always has the largest one; but nothing is referred to across a full flush, so there is one whenever a smaller window is
 * full.
 */
final class WindowedDeflater {
    /** How much is deflated in one step, during which the garbage collector may have to wait for the arrays. */
    private static final int MAX_STEP = 16 * 1024;
    /** What a sender cuts off behind a message: an empty stored block without its first byte (§7.2.1). */
    private static final int TAIL = 4;

    private static final int MIN_CAPACITY = 64;
    /** With less room, zlib would flush twice. */
    private static final int MIN_ROOM = 8;

    private static final byte[] NOTHING = {};

    final Deflater deflater;
    private final int window;
    /** How much of the window can be referred to, at most; stays 0 if the window is as large as the deflater's own. */
    private int filled;

    /** @param deflater as new */
    WindowedDeflater(Deflater deflater, int windowBits) {
        this.deflater = deflater;
        this.window = windowBits < Window.MAX_BITS ? 1 << windowBits : 0;
    }

    /** @param payload not empty */
    byte[] deflate(byte[] payload) {
        byte[] out = new byte[Math.max(MIN_CAPACITY, payload.length / 2)];
        int size = 0;
        for (int from = 0; from < payload.length; ) {
            int count = Math.min(MAX_STEP, payload.length - from);
            if (window > 0) {
                count = Math.min(count, window - filled);
                filled = (filled + count) % window;
            }
            deflater.setInput(payload, from, count);
            from += count;
            int flush = window > 0 && filled == 0
                    ? Deflater.FULL_FLUSH
                    : from == payload.length ? Deflater.SYNC_FLUSH : Deflater.NO_FLUSH;
            boolean more = true;
            while (more) {
                if (out.length - size < MIN_ROOM) {
                    out = Arrays.copyOf(out, 2 * out.length);
                }
                int room = out.length - size;
                int produced = deflater.deflate(out, size, room, flush);
                size += produced;
                more = produced == room;
            }
        }
        deflater.setInput(NOTHING);
        return Arrays.copyOf(out, size - TAIL);
    }
}
