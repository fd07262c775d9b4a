package io.websock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** What a peer with permessage-deflate does to messages (RFC 7692 §7.2), by the JDK's zlib and with the largest window. */
public final class DeflatePeer implements AutoCloseable {
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private final boolean takesOver;
    private final Deflater deflater = new Deflater(9, true);
    private final Inflater inflater = new Inflater(true);

    /** @param takesOver whether messages may refer back to those before them, in both directions */
    public DeflatePeer(boolean takesOver) {
        this.takesOver = takesOver;
    }

    /** A compressed text message in one frame, unmasked. */
    public byte[] text(String text) {
        return Frames.frame(Frames.FIN | 0x40 | Frames.TEXT, compressed(text.getBytes(UTF_8)));
    }

    public byte[] compressed(byte[] payload) {
        if (!takesOver) {
            deflater.reset();
        }
        deflater.setInput(payload);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 13];
        int count;
        do {
            count = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
            out.write(buffer, 0, count);
        } while (count == buffer.length);
        return Arrays.copyOf(out.toByteArray(), out.size() - TAIL.length);
    }

    /** The message in this frame, which may be compressed or not. */
    public byte[] payload(Frames.Frame frame) {
        if ((frame.flags() & 0x40) == 0) {
            return frame.payload();
        }
        if (!takesOver) {
            inflater.reset();
        }
        inflater.setInput(Frames.concat(frame.payload(), TAIL));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 13];
        try {
            for (int count; (count = inflater.inflate(buffer)) > 0; ) {
                out.write(buffer, 0, count);
            }
        } catch (DataFormatException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        deflater.end();
        inflater.end();
    }
}
