package io.websock.protocol;

/**
 * A token bucket: so many events a second on average, and so many at once. Its state is one number, which the owner keeps: when the
 * bucket is full again. Times are arguments, in nanoseconds from any origin.
 */
record RateLimit(int perSecond, int burst) {
    private static final long SECOND = 1_000_000_000L;

    /** The state after one more event: it moves on by the time that one token takes to come back. */
    long take(long fullAt, long now) {
        return (fullAt - now < 0 ? now : fullAt) + SECOND / perSecond;
    }

    /** Whether the last event at {@code now} was one too many. */
    boolean isExceeded(long fullAt, long now) {
        return fullAt - now > burst * SECOND / perSecond;
    }
}
