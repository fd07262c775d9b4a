package io.websock.spring;

import io.websock.api.CloseCode;
import io.websock.engine.DrainSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/**
 * The {@code websocket.drain.*} properties: how the server parts from its peers when it stops.
 *
 * @param acceptDelay Time for which a stopping server still listens and answers new connections with 503, so that load balancers can
 *     turn to others.
 * @param window Time over which the Close frames to the open connections are spread.
 * @param closeTimeout Time from the end of the window for the peers' Close frames, after which the rest is reset.
 * @param code Code of these Close frames.
 */
public record WebSocketDrainProperties(
        @DefaultValue("0s") Duration acceptDelay,
        @DefaultValue("10s") Duration window,
        @DefaultValue("5s") Duration closeTimeout,
        @DefaultValue("1001") int code) {

    public WebSocketDrainProperties {
        Check.durationOrZero("websocket.drain.accept-delay", acceptDelay);
        Check.durationOrZero("websocket.drain.window", window);
        Check.duration("websocket.drain.close-timeout", closeTimeout);
        Check.that(
                CloseCode.isSendable(code), "websocket.drain.code", code, "1000 to 1003, 1007 to 1014 or 3000 to 4999");
    }

    /** Spring would not wait for a longer one, and the context would be gone while its listeners still run. */
    void requireWithin(Duration phase) {
        Duration longest = settings().longest();
        if (longest.compareTo(phase) > 0) {
            throw new FailureAnalyzedException(
                    "The drain of a stopping server may take %s: websocket.drain.accept-delay=%s + websocket.drain.window=%s + websocket.drain.close-timeout=%s + %s for the last FINs. But spring.lifecycle.timeout-per-shutdown-phase=%s would cut it."
                            .formatted(
                                    text(longest),
                                    text(acceptDelay),
                                    text(window),
                                    text(closeTimeout),
                                    text(DrainSettings.GRACE),
                                    text(phase)),
                    "Set spring.lifecycle.timeout-per-shutdown-phase to %s or more, or shorten websocket.drain.window."
                            .formatted(text(longest)));
        }
    }

    private static String text(Duration duration) {
        return DurationFormatterUtils.print(
                duration,
                DurationFormat.Style.SIMPLE,
                duration.toMillisPart() == 0 ? DurationFormat.Unit.SECONDS : DurationFormat.Unit.MILLIS);
    }

    /** The same in the engine's terms. */
    DrainSettings settings() {
        return new DrainSettings(acceptDelay, window, closeTimeout, code);
    }
}
