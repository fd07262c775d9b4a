package io.websock.protocol;

/** A token bucket: so many events a second on average, and so many at once. The time is an argument, in nanoseconds. */
final class RateLimit {
    private static final long SECOND = 1_000_000_000L;

    private final int perSecond;
    private final int burst;
    /** When the bucket is full again: each event moves it on by the time that one token takes to come back. */
    private long fullAt;

    RateLimit(int perSecond, int burst, long now) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.fullAt = now;
    }

    /** Whether one more event at {@code now} is within the limit. */
    boolean tryAcquire(long now) {
        if (fullAt - now < 0) {
            fullAt = now;
        }
        fullAt += SECOND / perSecond;
        return fullAt - now <= burst * SECOND / perSecond;
    }
}
