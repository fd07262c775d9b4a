package io.websock.testkit;

import io.websock.api.Message;
import io.websock.protocol.Extension;
import io.websock.protocol.Violation;
import io.websock.protocol.ViolationException;
import java.util.Arrays;

/**
 * The least that can be an extension (RFC 6455 §9): it flips all bits of a payload. What it decodes it may repeat, to blow a message
 * up; an encoded 0x00 is corrupt. Messages of one byte are sent as they are.
 */
public final class XorExtension implements Extension {
    public static final String CORRUPT = "corrupt data";

    private final int reservedBits;
    private final int times;

    public XorExtension(int reservedBits) {
        this(reservedBits, 1);
    }

    /** @param times how often each decoded byte is repeated */
    public XorExtension(int reservedBits, int times) {
        this.reservedBits = reservedBits;
        this.times = times;
    }

    @Override
    public int reservedBits() {
        return reservedBits;
    }

    @Override
    public void decode(byte[] part, boolean last, Output out) throws ViolationException {
        for (byte octet : part) {
            if (octet == 0) {
                throw new ViolationException(Violation.UTF8_INVALID, CORRUPT);
            }
            byte[] decoded = new byte[times + 2];
            Arrays.fill(decoded, (byte) ~octet);
            out.append(decoded, 1, times + 1);
        }
        if (last) {
            out.append(new byte[0], 0, 0);
        }
        Arrays.fill(part, (byte) 0xEE);
    }

    @Override
    public byte[] encode(Message message) {
        return message.size() == 1 ? null : flipped(message.payload());
    }

    public static byte[] flipped(byte[] bytes) {
        byte[] flipped = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            flipped[i] = (byte) ~bytes[i];
        }
        return flipped;
    }
}
