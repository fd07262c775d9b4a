package io.websock.engine;

import io.websock.handshake.HandshakeFailedException;
import io.websock.handshake.ResponseHead;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** When a server wants to be asked again (RFC 9110 §10.2.3). */
final class RetryAfter {
    /** Whoever wants more is asked sooner: it may be a mistake that somebody has corrected. */
    static final Duration LONGEST = Duration.ofHours(1);

    private RetryAfter() {}

    /** What a 503 (RFC 9110 §15.6.4) or a 429 (RFC 6585 §4) says, at most an hour; nothing if it says nothing that can be understood. */
    static Duration of(Throwable failure, Instant now) {
        ResponseHead response = failure instanceof HandshakeFailedException failed ? failed.response() : null;
        if (response == null || (response.status() != 503 && response.status() != 429)) {
            return Duration.ZERO;
        }
        String value = response.header("Retry-After");
        Duration wanted = value == null ? Duration.ZERO : parse(value, now);
        return wanted.isNegative() ? Duration.ZERO : wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted;
    }

    private static Duration parse(String value, Instant now) {
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Instant at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Duration.between(now, at);
        } catch (DateTimeException e) {
            return value.matches("\\d+") ? LONGEST : Duration.ZERO;
        }
    }
}
