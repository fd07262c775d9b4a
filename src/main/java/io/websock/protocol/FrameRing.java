package io.websock.protocol;

/**
 * A queue of outgoing frames that costs no object per frame, and next to nothing while it is empty. {@link
 * OutboundQueue} extends it instead of having one, which saves each connection an object.
 */
class FrameRing {
    private static final int INITIAL = 4;
    private static final byte[][] NO_PAYLOADS = {};
    private static final byte[] EMPTY = {};

    private byte[][] payloads = NO_PAYLOADS;
    private byte[] flags = EMPTY;
    private int head;
    private int size;

    int size() {
        return size;
    }

    void add(byte flags, byte[] payload) {
        reserve();
        size++;
        set(size - 1, flags, payload);
    }

    /** Puts a frame before the one at {@code index}. */
    void insert(int index, byte flags, byte[] payload) {
        reserve();
        size++;
        // Those in front of it move, for they are few.
        head = slot(-1);
        for (int i = 0; i < index; i++) {
            set(i, flags(i + 1), payload(i + 1));
        }
        set(index, flags, payload);
    }

    void set(int index, byte flags, byte[] payload) {
        this.flags[slot(index)] = flags;
        payloads[slot(index)] = payload;
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

    byte[] payload(int index) {
        return payloads[slot(index)];
    }

    private int slot(int index) {
        return head + index & payloads.length - 1;
    }

    private void release() {
        payloads = NO_PAYLOADS;
        flags = EMPTY;
        head = 0;
    }

    private void reserve() {
        if (size < payloads.length) {
            return;
        }
        byte[][] payloads = new byte[Math.max(INITIAL, 2 * size)][];
        byte[] flags = new byte[payloads.length];
        for (int i = 0; i < size; i++) {
            payloads[i] = payload(i);
            flags[i] = flags(i);
        }
        this.payloads = payloads;
        this.flags = flags;
        head = 0;
    }
}
