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
    public static final String CORRUPT = "data of an extension is invalid";

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
    public Extension.Encoder encoder() {
        return new Encoder();
    }

    @Override
    public Extension.Decoder decoder() {
        return new Decoder();
    }

    private final class Encoder implements Extension.Encoder {
        @Override
        public boolean keepsContext() {
            return false;
        }

        @Override
        public Encoded encode(Message message) {
            return message.size() == 1 ? null : new Encoded(reservedBits, flipped(message.payload()));
        }
    }

    private final class Decoder implements Extension.Decoder {
        @Override
        public boolean keepsContext() {
            return false;
        }

        @Override
        public void decode(int reservedBits, byte[] part, int from, int to, boolean last, Output out)
                throws ViolationException {
            for (int i = from; i < to; i++) {
                if (part[i] == 0) {
                    throw new ViolationException(Violation.EXTENSION_DATA_INVALID);
                }
                byte[] decoded = new byte[times + 2];
                Arrays.fill(decoded, (byte) ~part[i]);
                out.append(decoded, 1, times + 1);
            }
            if (last) {
                out.append(new byte[0], 0, 0);
            }
            Arrays.fill(part, from, to, (byte) 0xEE);
        }
    }

    public static byte[] flipped(byte[] bytes) {
        byte[] flipped = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            flipped[i] = (byte) ~bytes[i];
        }
        return flipped;
    }
}
