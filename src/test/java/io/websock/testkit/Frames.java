package io.websock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.websock.protocol.Role;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Frames as bytes, legal or not (RFC 6455 §5.2), written without the engine's own code. A frame is built unmasked, from hex or
 * from its parts; {@link #masked} makes of it what a client sends.
 */
public final class Frames {
    public static final int CONTINUATION = 0x00;
    public static final int TEXT = 0x01;
    public static final int BINARY = 0x02;
    public static final int CLOSE = 0x08;
    public static final int PING = 0x09;
    public static final int PONG = 0x0A;
    public static final int FIN = 0x80;

    /** The masking key of RFC 6455 §5.7. */
    public static final int KEY = 0x37FA213D;

    private Frames() {}

    /** What a frame says, whatever its form on the wire was. */
    public record Frame(int flags, boolean masked, byte[] payload) {
        @Override
        public String toString() {
            return "%02x %s %s".formatted(flags, masked ? "masked" : "unmasked", hex(payload));
        }
    }

    /** The bytes of a hex dump, in which white space means nothing. */
    public static byte[] hex(String dump) {
        return HexFormat.of().parseHex(dump.replaceAll("\\s", ""));
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A whole frame, its length in the shortest form. */
    public static byte[] frame(int flags, byte[] payload) {
        return concat(header(flags, payload.length), payload);
    }

    public static byte[] frame(int flags, String payload) {
        return frame(flags, payload.getBytes(UTF_8));
    }

    /** The header of a frame that declares {@code length} in the shortest form. */
    public static byte[] header(int flags, long length) {
        return header(flags, length, length < 126 ? 7 : length < 65536 ? 16 : 64);
    }

    /** The header of a frame that declares {@code length} in a form of 7, 16 or 64 bits, the shortest or not. */
    public static byte[] header(int flags, long length, int bits) {
        return switch (bits) {
            case 7 -> new byte[] {(byte) flags, (byte) length};
            case 16 -> new byte[] {(byte) flags, 126, (byte) (length >> 8), (byte) length};
            default ->
                ByteBuffer.allocate(10)
                        .put((byte) flags)
                        .put((byte) 127)
                        .putLong(length)
                        .array();
        };
    }

    public static byte[] text(String payload) {
        return frame(FIN | TEXT, payload);
    }

    public static byte[] binary(byte... payload) {
        return frame(FIN | BINARY, payload);
    }

    public static byte[] ping(byte... payload) {
        return frame(FIN | PING, payload);
    }

    public static byte[] pong(byte... payload) {
        return frame(FIN | PONG, payload);
    }

    public static byte[] close() {
        return frame(FIN | CLOSE, "");
    }

    public static byte[] close(int code, String reason) {
        return frame(FIN | CLOSE, concat(new byte[] {(byte) (code >> 8), (byte) code}, reason.getBytes(UTF_8)));
    }

    /** These frames as they go to a side of this role: masked for a server. */
    public static byte[] to(Role role, byte[] frames) {
        return role == Role.SERVER ? masked(frames) : frames;
    }

    /** These frames as they come from a side of this role: masked from a client. */
    public static byte[] from(Role role, byte[] frames) {
        return role == Role.CLIENT ? masked(frames) : frames;
    }

    /** These frames masked with {@link #KEY}; the last one may be cut short or illegal. */
    public static byte[] masked(byte[] frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < frames.length) {
            int header = headerLength(frames, at);
            if (frames.length - at >= 2) {
                out.write(frames[at]);
                out.write(frames[at + 1] | 0x80);
                out.write(frames, at + 2, Math.min(header, frames.length - at) - 2);
            } else {
                out.write(frames[at]);
            }
            if (frames.length - at < header) {
                break;
            }
            long length = payloadLength(frames, at);
            at += header;
            byte[] payload = Arrays.copyOfRange(frames, at, at + (int) Math.min(frames.length - at, length));
            at += payload.length;
            out.writeBytes(ByteBuffer.allocate(4).putInt(KEY).array());
            out.writeBytes(xor(KEY, payload));
        }
        return out.toByteArray();
    }

    /** Reads whole frames back; masked ones are unmasked. An incomplete last frame is an error. */
    public static List<Frame> decode(byte[] bytes) {
        List<Frame> frames = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            boolean masked = (bytes[at + 1] & 0x80) != 0;
            int length = Math.toIntExact(payloadLength(bytes, at));
            int payload = at + headerLength(bytes, at) + (masked ? 4 : 0);
            if (payload + length > bytes.length) {
                throw new IllegalArgumentException("the last frame is cut short: " + hex(bytes));
            }
            byte[] data = Arrays.copyOfRange(bytes, payload, payload + length);
            frames.add(new Frame(
                    bytes[at] & 0xFF,
                    masked,
                    masked ? xor(ByteBuffer.wrap(bytes).getInt(payload - 4), data) : data));
            at = payload + length;
        }
        return frames;
    }

    /** Without the masking key; 2 if there is but one byte. */
    private static int headerLength(byte[] bytes, int at) {
        int length = at + 1 < bytes.length ? bytes[at + 1] & 0x7F : 0;
        return length < 126 ? 2 : length == 126 ? 4 : 10;
    }

    /** Of an illegal length with the top bit set: 0, as nothing can follow it. */
    private static long payloadLength(byte[] bytes, int at) {
        return switch (headerLength(bytes, at)) {
            case 2 -> bytes[at + 1] & 0x7F;
            case 4 -> ByteBuffer.wrap(bytes).getShort(at + 2) & 0xFFFF;
            default -> Math.max(0, ByteBuffer.wrap(bytes).getLong(at + 2));
        };
    }

    private static byte[] xor(int key, byte[] bytes) {
        byte[] result = bytes.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= (byte) (key >> 24 - 8 * (i % 4));
        }
        return result;
    }
}
