package io.websock.protocol;

/** The opcodes (RFC 6455 §5.2) and the bits beside them in a frame's first byte. */
final class Opcode {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;

    static final int FIN = 0x80;
    static final int RSV = 0x70;
    static final int MASK = 0x0F;

    private Opcode() {}

    static boolean isControl(int opcode) {
        return (opcode & 0x8) != 0;
    }

    static boolean isReserved(int opcode) {
        return (opcode & 0x7) > 2;
    }
}
