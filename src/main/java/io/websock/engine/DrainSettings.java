package io.websock.engine;

import io.websock.api.CloseCode;
import java.time.Duration;

/**
 * How a server parts from its peers, in this order.
 *
 * @param acceptDelay whoever comes so long after the stop has begun is answered with 503; then nothing listens any more. It is waited for
 *     even if no connection is open, for it is those that are not yet there who need it
 * @param window over which the Close frames to the open connections are spread, evenly, in random order, idle ones first; over as soon as
 *     no connection is open
 * @param closeTimeout from the end of the window, for the peers' Close frames; then the rest is reset. A peer that does not answer within
 *     {@link EngineSettings.Limits#closeTimeout} of its own Close frame is reset then, as ever
 * @param code of these Close frames, one that {@linkplain CloseCode#isSendable may be sent}
 */
public record DrainSettings(Duration acceptDelay, Duration window, Duration closeTimeout, int code) {
    /** For the FINs of the last peers, and the end of the loops. */
    public static final Duration GRACE = Duration.ofMillis(1500);

    public DrainSettings {
        if (acceptDelay.isNegative() || window.isNegative() || closeTimeout.isNegative()) {
            throw new IllegalArgumentException("times of a drain are not negative");
        }
        if (!CloseCode.isSendable(code)) {
            throw new IllegalArgumentException("a Close frame must not have the code " + code);
        }
    }

    /** All connections are closed at once, with 1001. */
    public static DrainSettings atOnce(Duration closeTimeout) {
        return new DrainSettings(Duration.ZERO, Duration.ZERO, closeTimeout, CloseCode.GOING_AWAY);
    }

    /** How long all of it takes at most. */
    public Duration longest() {
        return acceptDelay.plus(window).plus(closeTimeout).plus(GRACE);
    }
}
