package io.websock.protocol;

import java.nio.ByteBuffer;

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
 */
final class FrameDecoder {
    private static final int MASKED = 0x80;
    private static final int MARKS_16_BIT_LENGTH = 126;
    private static final int MIN_16_BIT_LENGTH = 126;

    private enum Next {
        FLAGS,
        LENGTH,
        EXTENDED_LENGTH,
        MASKING_KEY,
        PAYLOAD
    }

    private final Role role;
    private final int reservedBits;

    private Next next = Next.FLAGS;
    /** How many bytes of the field that is being read are still to come. */
    private int missing;

    private int flags;
    private long length;
    private int maskingKey;
    /** Whether a message has begun and its final frame has not (§5.4). */
    private boolean fragmented;

    /** @param reservedBits those of the RSV bits (0x40, 0x20, 0x10) that an extension owns */
    FrameDecoder(Role role, int reservedBits) {
        this.role = role;
        this.reservedBits = reservedBits;
    }

    /** Reads on in the header; true once it is complete, which it stays until {@link #endFrame}. */
    boolean readHeader(ByteBuffer in) throws ViolationException {
        while (next != Next.PAYLOAD) {
            if (!in.hasRemaining()) {
                return false;
            }
            int octet = in.get() & 0xFF;
            switch (next) {
                case FLAGS -> flags(octet);
                case LENGTH -> length(octet);
                case EXTENDED_LENGTH -> extendedLength(octet);
                default -> maskingKey(octet);
            }
        }
        return true;
    }

    private void flags(int octet) throws ViolationException {
        flags = octet;
        int opcode = opcode();
        boolean mayCarryReserved = !Opcode.isControl(opcode) && opcode != Opcode.CONTINUATION;
        if ((octet & Opcode.RSV & ~(mayCarryReserved ? reservedBits : 0)) != 0) {
            throw new ViolationException(Violation.RESERVED_BIT);
        }
        if (Opcode.isReserved(opcode)) {
            throw new ViolationException(Violation.RESERVED_OPCODE);
        }
        if (Opcode.isControl(opcode)) {
            if (!isFinal()) {
                throw new ViolationException(Violation.CONTROL_FRAGMENTED);
            }
        } else if (fragmented != (opcode == Opcode.CONTINUATION)) {
            throw new ViolationException(
                    fragmented ? Violation.CONTINUATION_EXPECTED : Violation.CONTINUATION_UNEXPECTED);
        } else {
            fragmented = !isFinal();
        }
        next = Next.LENGTH;
    }

    private void length(int octet) throws ViolationException {
        boolean masked = (octet & MASKED) != 0;
        if (masked != (role == Role.SERVER)) {
            throw new ViolationException(masked ? Violation.MASKED_FRAME : Violation.UNMASKED_FRAME);
        }
        length = octet & ~MASKED;
        if (length < MARKS_16_BIT_LENGTH) {
            expectMaskingKey();
            return;
        }
        if (Opcode.isControl(opcode())) {
            throw new ViolationException(Violation.CONTROL_TOO_LONG);
        }
        next = Next.EXTENDED_LENGTH;
        missing = length == MARKS_16_BIT_LENGTH ? 2 : 8;
        length = 0;
    }

    private void extendedLength(int octet) throws ViolationException {
        length = length << 8 | octet;
        missing--;
        if (missing == 7 && octet > 0x7F) {
            throw new ViolationException(Violation.LENGTH_TOO_LARGE);
        }
        // A 64-bit length that begins with six zeros would have fitted into 16 bits.
        if (missing == 2 && length == 0 || missing == 0 && length < MIN_16_BIT_LENGTH) {
            throw new ViolationException(Violation.LENGTH_NOT_MINIMAL);
        }
        if (missing == 0) {
            expectMaskingKey();
        }
    }

    private void maskingKey(int octet) {
        maskingKey = maskingKey << 8 | octet;
        if (--missing == 0) {
            next = Next.PAYLOAD;
        }
    }

    private void expectMaskingKey() {
        missing = 4;
        next = role == Role.SERVER ? Next.MASKING_KEY : Next.PAYLOAD;
    }

    void endFrame() {
        next = Next.FLAGS;
    }

    int opcode() {
        return flags & Opcode.MASK;
    }

    boolean isFinal() {
        return (flags & Opcode.FIN) != 0;
    }

    int reservedBits() {
        return flags & Opcode.RSV;
    }

    /** The length of the frame's payload in bytes. */
    long payloadLength() {
        return length;
    }

    /** The masking key, its first octet in the highest bits; 0, which changes nothing, for an unmasked frame. */
    int maskingKey() {
        return maskingKey;
    }
}
