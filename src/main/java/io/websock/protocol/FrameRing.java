package io.websock.protocol;

/** A first-in-first-out queue of outgoing frames that costs no object per frame, and next to nothing while it is empty. */
final class FrameRing {
    private static final int INITIAL = 4;
    private static final byte[][] NO_PAYLOADS = {};
    private static final byte[] EMPTY = {};
    private static final int[] NO_KEYS = {};

    private final boolean masked;
    private byte[][] payloads = NO_PAYLOADS;
    private byte[] flags = EMPTY;
    private int[] keys = NO_KEYS;
    private int head;
    private int size;

    FrameRing(boolean masked) {
        this.masked = masked;
    }

    int size() {
        return size;
    }

    void add(byte flags, int key, byte[] payload) {
        if (size == payloads.length) {
            resize(Math.max(INITIAL, 2 * size));
        }
        int slot = slot(size++);
        this.flags[slot] = flags;
        payloads[slot] = payload;
        if (masked) {
            keys[slot] = key;
        }
    }

    void removeFirst() {
        payloads[head] = EMPTY;
        head = slot(1);
        if (--size == 0) {
            release();
        }
    }

    /** Forgets all frames but the first {@code count}. */
    void truncate(int count) {
        while (size > count) {
            payloads[slot(--size)] = EMPTY;
        }
        if (size == 0) {
            release();
        }
    }

    /** The first byte of the frame at {@code index}. */
    byte flags(int index) {
        return flags[slot(index)];
    }

    int key(int index) {
        return masked ? keys[slot(index)] : 0;
    }

    byte[] payload(int index) {
        return payloads[slot(index)];
    }

    private int slot(int index) {
        return head + index & payloads.length - 1;
    }

    private void release() {
        payloads = NO_PAYLOADS;
        flags = EMPTY;
        keys = NO_KEYS;
        head = 0;
    }

    private void resize(int capacity) {
        byte[][] payloads = new byte[capacity][];
        byte[] flags = new byte[capacity];
        int[] keys = masked ? new int[capacity] : NO_KEYS;
        for (int i = 0; i < size; i++) {
            payloads[i] = payload(i);
            flags[i] = flags(i);
            if (masked) {
                keys[i] = key(i);
            }
        }
        this.payloads = payloads;
        this.flags = flags;
        this.keys = keys;
        head = 0;
    }
}
