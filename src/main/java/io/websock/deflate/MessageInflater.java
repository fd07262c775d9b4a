package io.websock.deflate;

import io.websock.deflate.ZlibPool.WindowedInflater;
import io.websock.protocol.Extension.Decoder;
import io.websock.protocol.Extension.Output;
import io.websock.protocol.Violation;
import io.websock.protocol.ViolationException;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The decoder of one connection (RFC 7692 §7.2.2). It has an inflater only while a message is coming in; what remains of one message
 * for the next, if the peer takes its context over, is the {@link Window}.
 */
final class MessageInflater implements Decoder {
    /**
     * What the peer has cut off, an empty stored block without its first byte (§7.2.2), and an empty final block: an inflater that has
     * not finished with the last of these bytes, and without output, had no whole message before them.
     */
    private static final byte[] END = {0, 0, (byte) 0xFF, (byte) 0xFF, 3, 0};

    private static final byte[] NOTHING = {};
    private static final int TINY_BLOCK = 64;
    private static final int MAX_TINY_BLOCKS = 1024;

    private final ZlibPool pool;
    private final boolean takesOver;
    private final int windowBits;

    private @Nullable WindowedInflater rented;
    private @Nullable Window context;

    /** How much of the message has been read in earlier parts. */
    private long read;

    private int finalBlocks;

    /** @param takesOver whether a message may refer back to those before it */
    MessageInflater(ZlibPool pool, boolean takesOver, int windowBits) {
        this.pool = pool;
        this.takesOver = takesOver;
        this.windowBits = windowBits;
    }

    @Override
    public boolean keepsContext() {
        return takesOver;
    }

    @Override
    public void decode(int reservedBits, byte[] part, int from, int to, boolean last, Output out)
            throws ViolationException {
        WindowedInflater rented = this.rented == null ? begin() : this.rented;
        Window window = context == null ? rented.window() : context;
        inflate(rented.inflater(), window, part, from, to, out);
        if (last) {
            checkEnd(rented.inflater(), window);
            end(rented);
        }
    }

    private WindowedInflater begin() {
        WindowedInflater rented = pool.inflaters().rent();
        this.rented = rented;
        if (takesOver) {
            if (context == null) {
                context = new Window(windowBits);
            }
            context.prime(rented.inflater());
        }
        return rented;
    }

    private void inflate(Inflater inflater, Window window, byte[] part, int from, int to, Output out)
            throws ViolationException {
        inflater.setInput(part, from, to - from);
        boolean more = true;
        while (more) {
            int room = window.room();
            long before = inflater.getBytesWritten();
            boolean corrupt = !step(inflater, window, room);
            int count = (int) (inflater.getBytesWritten() - before);
            window.advance(count);
            // What came out before the fault is looked at first: it may break another rule.
            out.append(window.ring(), window.position() - count, window.position());
            if (corrupt) {
                throw new ViolationException(Violation.DEFLATE_DATA_CORRUPT);
            }
            more = count == room;
            if (inflater.finished()) {
                int rest = inflater.getRemaining();
                countFinalBlock(read + to - from - rest);
                inflater.reset();
                window.prime(inflater);
                inflater.setInput(part, to - rest, rest);
                more = rest > 0;
            }
        }
        inflater.setInput(NOTHING); // lets go of the part
        read += to - from;
    }

    /** False if the data is corrupt. */
    private static boolean step(Inflater inflater, Window window, int room) {
        try {
            inflater.inflate(window.ring(), window.position(), room);
            return true;
        } catch (DataFormatException e) {
            return false;
        }
    }

    /**
     * To begin anew after each final block (§7.2.3.4) costs more than to inflate some bytes, so there must not be many that are tiny.
     *
     * @param read how much of the message has been read up to the block's end
     */
    private void countFinalBlock(long read) throws ViolationException {
        if (++finalBlocks > MAX_TINY_BLOCKS && read < (long) finalBlocks * TINY_BLOCK) {
            throw new ViolationException(Violation.DEFLATE_BLOCKS_TOO_SMALL);
        }
    }

    private static void checkEnd(Inflater inflater, Window window) throws ViolationException {
        int room = window.room();
        long before = inflater.getBytesWritten();
        inflater.setInput(END);
        boolean corrupt = !step(inflater, window, room);
        if (corrupt || !inflater.finished() || inflater.getRemaining() > 0 || inflater.getBytesWritten() != before) {
            throw new ViolationException(Violation.DEFLATE_DATA_CORRUPT);
        }
    }

    private void end(WindowedInflater rented) {
        this.rented = null;
        read = 0;
        finalBlocks = 0;
        pool.inflaters().giveBack(rented);
    }

    @Override
    public void close() {
        context = null;
        if (rented != null) {
            end(rented);
        }
    }
}
