package io.websock.deflate;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.websock.deflate.DeflateExtension.Direction;
import io.websock.testkit.Frames;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.zip.Deflater;

/** Connections with permessage-deflate, and what a peer may send on them. */
public final class Deflate {
    static final ZlibPool POOL = new ZlibPool(6, 4);
    static final int FIRST = 0x42;
    static final int TEXT = 0xC1;
    static final int BINARY = 0xC2;

    private Deflate() {}

    /** The same in both directions, and without a minimum size. */
    static DeflateExtension extension(boolean takesOver, int windowBits) {
        return extension(POOL, takesOver, windowBits);
    }

    static DeflateExtension extension(ZlibPool pool, boolean takesOver, int windowBits) {
        Direction both = new Direction(takesOver, windowBits);
        return new DeflateExtension(pool, 1, both, both);
    }

    /** A message's payload as a peer compresses it with this JDK's zlib, by one sync flush (RFC 7692 §7.2.1). */
    public static byte[] deflated(byte[] payload) {
        byte[] out = deflate(new Deflater(9, true), payload, Deflater.SYNC_FLUSH);
        return Arrays.copyOf(out, out.length - 4);
    }

    public static byte[] deflated(String payload) {
        return deflated(payload.getBytes(UTF_8));
    }

    /** One final block, or several (RFC 1951 §3.2.3). */
    static byte[] finished(byte[] payload) {
        Deflater deflater = new Deflater(9, true);
        deflater.finish();
        return deflate(deflater, payload, Deflater.NO_FLUSH);
    }

    private static byte[] deflate(Deflater deflater, byte[] payload, int flush) {
        deflater.setInput(payload);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        int count;
        do {
            count = deflater.deflate(buffer, 0, buffer.length, flush);
            out.write(buffer, 0, count);
        } while (count == buffer.length);
        deflater.end();
        return out.toByteArray();
    }

    /** Zeros, compressed as far as it goes: about 1,000 to 1. */
    public static byte[] bomb(int size) {
        return deflated(new byte[size]);
    }

    /** 64 times as many zeros, with no reference from one part of them to another. */
    public static byte[] bombTimes64(int size) {
        byte[] part = deflate(new Deflater(9, true), new byte[size], Deflater.FULL_FLUSH);
        byte[] all = Frames.concat(Collections.nCopies(64, part).toArray(byte[][]::new));
        return Arrays.copyOf(all, all.length - 4);
    }

    /** A block that stores its bytes as they are. */
    static byte[] stored(boolean last, byte[] bytes) {
        int length = bytes.length;
        return Frames.concat(
                new byte[] {
                    (byte) (last ? 1 : 0), (byte) length, (byte) (length >> 8), (byte) ~length, (byte) (~length >> 8)
                },
                bytes);
    }
}
