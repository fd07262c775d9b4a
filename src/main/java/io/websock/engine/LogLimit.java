package io.websock.engine;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Lets so many log lines of one kind pass in a minute, so that nobody who can provoke them can fill a disk; from any thread. */
final class LogLimit {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final int perMinute;
    private final LongSupplier nanoTime;
    private long begin;
    private int count;

    LogLimit(int perMinute, LongSupplier nanoTime) {
        this.perMinute = perMinute;
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong() - MINUTE;
    }

    /** Whether one more line may be written now. */
    synchronized boolean permits() {
        long now = nanoTime.getAsLong();
        if (now - begin >= MINUTE) {
            begin = now;
            count = 0;
        }
        return count++ < perMinute;
    }
}
