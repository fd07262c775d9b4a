package io.websock.protocol;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The automaton that reads frame headers (RFC 6455 §5.2), and with them the rules that a header alone can break: each is found at
 * the first byte that proves it, before any payload is awaited.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-------+-+-------------+-------------------------------+
 * |F|R|R|R| opcode|M| payload len |  extended length: 16 or 64 bit|
 * |I|S|S|S|  (4)  |A|     (7)     |  (if payload len is 126 / 127)|
 * |N|V|V|V|       |S|             |                               |
 * | |1|2|3|       |K|             |  then the masking key, 32 bit |
 * +-+-+-+-+-------+-+-------------+-------------------------------+
 * </pre>
 *
 * {@link Protocol} extends it instead of having one, which saves each connection an object.
 */
class FrameDecoder {
    private static final int MASKED = 0x80;
    private static final int MARKS_16_BIT_LENGTH = 126;
    private static final int MIN_16_BIT_LENGTH = 126;
    private static final int KEY_LENGTH = 4;

    /** Whether the peer is a client, and has to mask (§5.1). */
    private final boolean masked;

    final @Nullable Extension extension;

    /** How many bytes of the header are read, and how many it has, as far as that is known yet. */
    private byte headerRead;

    private byte headerLength = 2;
    private byte flags;
    private int maskingKey;
    private long missing;

    FrameDecoder(Role role, @Nullable Extension extension) {
        this.masked = role == Role.SERVER;
        this.extension = extension;
    }

    /**
     * Reads on in the header; true once it is complete, which it stays until {@link #endFrame}.
     *
     * @param fragmented whether a message has begun and its final frame has not (§5.4)
     */
    boolean readHeader(ByteBuffer in, boolean fragmented) throws ViolationException {
        while (!isInPayload()) {
            if (!in.hasRemaining()) {
                return false;
            }
            int octet = in.get() & 0xFF;
            int index = headerRead++;
            if (index == 0) {
                flags(octet, fragmented);
            } else if (index == 1) {
                length(octet);
            } else if (headerRead <= endOfLength()) {
                extendedLength(octet);
            } else {
                maskingKey = maskingKey << 8 | octet;
            }
        }
        return true;
    }

    /** Whether a header is complete, and its frame has not ended. */
    boolean isInPayload() {
        return headerRead == headerLength;
    }

    private int endOfLength() {
        return headerLength - (masked ? KEY_LENGTH : 0);
    }

    private void flags(int octet, boolean fragmented) throws ViolationException {
        flags = (byte) octet;
        if (reservedBits() != 0 && (reservedBits() & ~lawfulReservedBits()) != 0) {
            throw new ViolationException(Violation.RESERVED_BIT);
        }
        if (Opcode.isReserved(opcode())) {
            throw new ViolationException(Violation.RESERVED_OPCODE);
        }
        if (isControl()) {
            if (!isFinal()) {
                throw new ViolationException(Violation.CONTROL_FRAGMENTED);
            }
        } else if (fragmented != (opcode() == Opcode.CONTINUATION)) {
            throw new ViolationException(
                    fragmented ? Violation.CONTINUATION_EXPECTED : Violation.CONTINUATION_UNEXPECTED);
        }
    }

    /** An extension marks the first frame of a message (RFC 6455 §5.2). */
    private int lawfulReservedBits() {
        return extension == null || isControl() || opcode() == Opcode.CONTINUATION ? 0 : extension.reservedBits();
    }

    private void length(int octet) throws ViolationException {
        if (masked != (octet & MASKED) > 0) {
            throw new ViolationException(masked ? Violation.UNMASKED_FRAME : Violation.MASKED_FRAME);
        }
        int length = octet & ~MASKED;
        int extended = length < MARKS_16_BIT_LENGTH ? 0 : length == MARKS_16_BIT_LENGTH ? 2 : 8;
        if (extended > 0 && isControl()) {
            throw new ViolationException(Violation.CONTROL_TOO_LONG);
        }
        missing = extended == 0 ? length : 0;
        headerLength += (byte) (extended + (masked ? KEY_LENGTH : 0));
    }

    private void extendedLength(int octet) throws ViolationException {
        missing = missing << 8 | octet;
        int more = endOfLength() - headerRead;
        if (more == 7 && octet > 0x7F) {
            throw new ViolationException(Violation.LENGTH_TOO_LARGE);
        }
        // A 64-bit length that begins with six zeros would have fitted into 16 bits.
        if (more == 2 && missing == 0 || more == 0 && missing < MIN_16_BIT_LENGTH) {
            throw new ViolationException(Violation.LENGTH_NOT_MINIMAL);
        }
    }

    /**
     * The next {@code count} bytes of the payload are read.
     *
     * @return their masking key, its first octet in the highest bits; 0, which changes nothing, for an unmasked frame
     */
    int advance(int count) {
        int key = maskingKey;
        maskingKey = Masking.advance(key, count);
        missing -= count;
        return key;
    }

    void endFrame() {
        headerRead = 0;
        headerLength = 2;
    }

    int opcode() {
        return flags & Opcode.MASK;
    }

    boolean isControl() {
        return Opcode.isControl(flags);
    }

    boolean isFinal() {
        return (flags & Opcode.FIN) != 0;
    }

    int reservedBits() {
        return flags & Opcode.RSV;
    }

    /** How many bytes of the payload are still to come; behind the header, all of it. */
    long missing() {
        return missing;
    }
}
