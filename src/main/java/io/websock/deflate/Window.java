package io.websock.deflate;

import java.util.Arrays;
import java.util.zip.Inflater;

/**
 * The last bytes of output, to which an inflater may be referred back (RFC 1951 §2). It writes them in here, and when it has to begin
 * anew, it gets them as its dictionary. A ring that grows with the output, up to the negotiated size.
 */
final class Window {
    static final int MIN_BITS = 8;
    static final int MAX_BITS = 15;

    /** The most that is inflated in one step, and so the most by which a bomb exceeds a limit before it is noticed. */
    static final int MAX_STEP = 8192;
    /** A step should not be too small either. */
    private static final int MIN_SIZE = 4096;

    private static final int INITIAL_SIZE = 1024;
    private static final byte[] NONE = {};

    private final int maxSize;
    private byte[] ring = NONE;
    private int at;
    /** Whether what is behind {@link #at} is output as well, and older. */
    private boolean full;

    /** @param bits the window is 2 to the power of them bytes long, at least */
    Window(int bits) {
        maxSize = Math.max(MIN_SIZE, 1 << bits);
    }

    /** Where the next output has to go, from {@link #position} on. */
    byte[] ring() {
        return ring;
    }

    int position() {
        return at;
    }

    /** How much output can go there, at least 1. */
    int room() {
        if (at == ring.length && ring.length < maxSize) {
            ring = Arrays.copyOf(ring, Math.max(INITIAL_SIZE, 2 * at));
        } else if (at == ring.length) {
            at = 0;
            full = true;
        }
        return Math.min(MAX_STEP, ring.length - at);
    }

    /** So much output has gone there. */
    void advance(int count) {
        at += count;
    }

    /** Tells an inflater that has just begun of these bytes, the oldest first. */
    void prime(Inflater inflater) {
        if (full) {
            inflater.setDictionary(ring, at, ring.length - at);
        }
        if (at > 0) {
            inflater.setDictionary(ring, 0, at);
        }
    }

    void clear() {
        at = 0;
        full = false;
    }
}
