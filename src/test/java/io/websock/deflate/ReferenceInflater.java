package io.websock.deflate;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * RFC 1951 as it is written, slow, and with a window of its own: another one than zlib, to check what ours sends. A reference back by
 * more than the window holds is an error.
 */
public final class ReferenceInflater {
    private static final int[] LENGTH_BASE = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258
    };
    private static final int[] DISTANCE_BASE = {
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12289, 16385, 24577
    };
    private static final int[] CODE_LENGTH_ORDER = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

    /** How many codes have each length, and the symbols in the order of their codes. */
    private record Huffman(int[] counts, int[] symbols) {
        static Huffman of(int[] lengths) {
            int[] counts = new int[16];
            int[] symbols = new int[lengths.length];
            int at = 0;
            for (int length = 1; length < 16; length++) {
                for (int symbol = 0; symbol < lengths.length; symbol++) {
                    if (lengths[symbol] == length) {
                        counts[length]++;
                        symbols[at++] = symbol;
                    }
                }
            }
            return new Huffman(counts, symbols);
        }
    }

    private final int windowSize;
    /** All output since the last {@link #forget}. */
    private byte[] history = new byte[1 << 16];

    private int size;

    private byte[] in;
    private int bit;
    /** The farthest that was referred back. */
    int farthest;

    public ReferenceInflater(int windowBits) {
        windowSize = 1 << windowBits;
    }

    /** Inflates a message's payload (RFC 7692 §7.2.2), which may refer back to those before. */
    public byte[] message(byte[] payload) {
        in = Arrays.copyOf(payload, payload.length + 4);
        in[in.length - 1] = (byte) 0xFF;
        in[in.length - 2] = (byte) 0xFF;
        bit = 0;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (bit < 8 * in.length) {
            block(out);
        }
        return out.toByteArray();
    }

    /** The next message does not refer back to those before. */
    void forget() {
        size = 0;
    }

    private void block(ByteArrayOutputStream out) {
        boolean last = bits(1) == 1;
        switch (bits(2)) {
            case 0 -> stored(out);
            case 1 -> {
                int[] lengths = new int[288];
                Arrays.fill(lengths, 0, 144, 8);
                Arrays.fill(lengths, 144, 256, 9);
                Arrays.fill(lengths, 256, 280, 7);
                Arrays.fill(lengths, 280, 288, 8);
                int[] distances = new int[30];
                Arrays.fill(distances, 5);
                compressed(Huffman.of(lengths), Huffman.of(distances), out);
            }
            case 2 -> dynamic(out);
            default -> throw new IllegalStateException("reserved block type");
        }
        if (last) {
            align(); // what follows begins with a byte, and may refer back to what was before
        }
    }

    private void stored(ByteArrayOutputStream out) {
        align();
        int length = bits(16);
        if (length != (~bits(16) & 0xFFFF)) {
            throw new IllegalStateException("length of a stored block");
        }
        for (int i = 0; i < length; i++) {
            put(bits(8), out);
        }
    }

    private void dynamic(ByteArrayOutputStream out) {
        int literals = bits(5) + 257;
        int distances = bits(5) + 1;
        int codes = bits(4) + 4;
        int[] codeLengths = new int[19];
        for (int i = 0; i < codes; i++) {
            codeLengths[CODE_LENGTH_ORDER[i]] = bits(3);
        }
        Huffman code = Huffman.of(codeLengths);
        int[] lengths = new int[literals + distances];
        for (int i = 0; i < lengths.length; ) {
            int symbol = symbol(code);
            int previous = symbol == 16 ? lengths[i - 1] : 0;
            int times = switch (symbol) {
                case 16 -> 3 + bits(2);
                case 17 -> 3 + bits(3);
                case 18 -> 11 + bits(7);
                default -> 1;
            };
            Arrays.fill(lengths, i, i + times, symbol < 16 ? symbol : previous);
            i += times;
        }
        compressed(
                Huffman.of(Arrays.copyOf(lengths, literals)),
                Huffman.of(Arrays.copyOfRange(lengths, literals, lengths.length)),
                out);
    }

    private void compressed(Huffman literals, Huffman distances, ByteArrayOutputStream out) {
        for (int symbol = symbol(literals); symbol != 256; symbol = symbol(literals)) {
            if (symbol < 256) {
                put(symbol, out);
                continue;
            }
            int index = symbol - 257;
            int lengthExtra = index < 8 || index == 28 ? 0 : index / 4 - 1;
            int length = LENGTH_BASE[index] + bits(lengthExtra);
            int far = symbol(distances);
            int distance = DISTANCE_BASE[far] + bits(far < 4 ? 0 : far / 2 - 1);
            if (distance > windowSize || distance > size) {
                throw new IllegalStateException("reference back by " + distance + " of " + size);
            }
            farthest = Math.max(farthest, distance);
            for (int i = 0; i < length; i++) {
                put(history[size - distance], out);
            }
        }
    }

    private void put(int octet, ByteArrayOutputStream out) {
        out.write(octet);
        if (size == history.length) {
            history = Arrays.copyOf(history, 2 * size);
        }
        history[size++] = (byte) octet;
    }

    private int symbol(Huffman huffman) {
        int code = 0;
        int first = 0;
        int index = 0;
        for (int length = 1; length < 16; length++) {
            code |= bits(1);
            int count = huffman.counts[length];
            if (code - count < first) {
                return huffman.symbols[index + code - first];
            }
            index += count;
            first = first + count << 1;
            code <<= 1;
        }
        throw new IllegalStateException("no such code");
    }

    private int bits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++, bit++) {
            value |= (in[bit / 8] >> bit % 8 & 1) << i;
        }
        return value;
    }

    private void align() {
        bit = bit + 7 & ~7;
    }
}
