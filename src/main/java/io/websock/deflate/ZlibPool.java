package io.websock.deflate;

import java.util.function.Supplier;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The deflaters and inflaters of all connections. Each owns native memory, a deflater about 260 KiB and an inflater about 40 KiB, which
 * nothing but {@code end()} frees for certain. Of each kind at most so many exist as are in use at once, and a few more that wait.
 *
 * <p>May be used by any thread.
 */
public final class ZlibPool {
    private final Pool<Deflater> deflaters;
    private final Pool<WindowedInflater> inflaters;

    /**
     * @param level of compression, 1 (fastest) to 9 (smallest)
     * @param maxIdle how many of each kind are kept while nobody uses them, 0 and up; the number of processors is enough
     */
    public ZlibPool(int level, int maxIdle) {
        this(maxIdle, () -> new Deflater(level, true));
        if (level < Deflater.BEST_SPEED || level > Deflater.BEST_COMPRESSION || maxIdle < 0) {
            throw new IllegalArgumentException("level or number of idle ones out of range");
        }
    }

    ZlibPool(int maxIdle, Supplier<Deflater> create) {
        deflaters = new Pool<>(maxIdle, create, Deflater::reset, Deflater::end);
        inflaters = new Pool<>(maxIdle, WindowedInflater::new, WindowedInflater::reset, WindowedInflater::end);
    }

    /** Frees what waits; what is in use is freed when its user is done. To be called when no new connection will come. */
    public void close() {
        deflaters.close();
        inflaters.close();
    }

    /** How many deflaters there have been. */
    public Counts deflaterCounts() {
        return deflaters.counts();
    }

    /** How many inflaters there have been. */
    public Counts inflaterCounts() {
        return inflaters.counts();
    }

    Pool<Deflater> deflaters() {
        return deflaters;
    }

    Pool<WindowedInflater> inflaters() {
        return inflaters;
    }

    /**
     * Since the beginning.
     *
     * @param created how many began to own native memory
     * @param ended how many own none any more
     */
    public record Counts(long created, long ended) {}

    /** An inflater with a window for a message that does not come with one. */
    record WindowedInflater(Inflater inflater, Window window) {
        WindowedInflater() {
            this(new Inflater(true), new Window(Window.MAX_BITS));
        }

        private void reset() {
            inflater.reset();
            window.clear();
        }

        private void end() {
            inflater.end();
        }
    }
}
