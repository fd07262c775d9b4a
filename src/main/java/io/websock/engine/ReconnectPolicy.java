package io.websock.engine;

import java.time.Duration;

/**
 * When a {@link KeptConnection} connects again: after a random time from nothing to a limit that doubles with each attempt, so that
 * clients which have lost their server together do not come back together.
 *
 * @param baseDelay the limit after the first failure
 * @param maxDelay the most that the limit grows to
 * @param stableAfter a connection that lives so long has been a success, and counting begins anew; before that, its end is one more
 *     failure
 * @param maxAttempts how many failures in a row end it, 1 and up
 */
public record ReconnectPolicy(Duration baseDelay, Duration maxDelay, Duration stableAfter, int maxAttempts) {
    private static final Duration LONGEST = Duration.ofDays(365);

    /** From one second to a minute, stable after half a minute, for ever. */
    public static final ReconnectPolicy DEFAULT = new ReconnectPolicy(
            Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofSeconds(30), Integer.MAX_VALUE);

    public ReconnectPolicy {
        if (baseDelay.isNegative()
                || baseDelay.isZero()
                || baseDelay.compareTo(maxDelay) > 0
                || maxDelay.compareTo(LONGEST) > 0
                || stableAfter.isNegative()
                || stableAfter.compareTo(LONGEST) > 0
                || maxAttempts < 1) {
            throw new IllegalArgumentException(
                    "delays are positive and at most a year, base-delay <= max-delay, and there is an attempt");
        }
    }

    /** This policy with other limits of the delay. */
    public ReconnectPolicy withDelay(Duration base, Duration max) {
        return new ReconnectPolicy(base, max, stableAfter, maxAttempts);
    }

    /** This policy with another time after which a connection has been a success. */
    public ReconnectPolicy withStableAfter(Duration stableAfter) {
        return new ReconnectPolicy(baseDelay, maxDelay, stableAfter, maxAttempts);
    }

    /** This policy with an end. */
    public ReconnectPolicy withMaxAttempts(int maxAttempts) {
        return new ReconnectPolicy(baseDelay, maxDelay, stableAfter, maxAttempts);
    }

    /**
     * How long to wait.
     *
     * @param failures in a row, 1 and up
     * @param random from 0 to 1
     */
    Duration delay(int failures, double random) {
        double limit = Math.min(maxDelay.toNanos(), baseDelay.toNanos() * Math.pow(2, failures - 1));
        return Duration.ofNanos((long) (limit * random));
    }
}
