package io.websock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exponential back-off with full jitter. */
class ReconnectPolicyTest {

    @ParameterizedTest
    @CsvSource({
        "1,          1,   PT1S",
        "1,          0.5, PT0.5S",
        "1,          0,   PT0S",
        "2,          1,   PT2S",
        "3,          1,   PT4S",
        "6,          1,   PT32S",
        "7,          1,   PT1M",
        "7,          0.1, PT6S",
        "100,        1,   PT1M",
        "2147483647, 1,   PT1M",
    })
    void theLimitDoublesWithEachFailure(int failures, double random, Duration delay) {
        assertThat(ReconnectPolicy.DEFAULT.delay(failures, random)).isEqualTo(delay);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        Duration second = Duration.ofSeconds(1);
        for (Runnable wrong : new Runnable[] {
            () -> ReconnectPolicy.DEFAULT.withDelay(Duration.ZERO, second),
            () -> ReconnectPolicy.DEFAULT.withDelay(second.negated(), second),
            () -> ReconnectPolicy.DEFAULT.withDelay(second, Duration.ofMillis(999)),
            () -> ReconnectPolicy.DEFAULT.withDelay(second, Duration.ofDays(366)),
            () -> ReconnectPolicy.DEFAULT.withStableAfter(second.negated()),
            () -> ReconnectPolicy.DEFAULT.withStableAfter(Duration.ofDays(366)),
            () -> ReconnectPolicy.DEFAULT.withMaxAttempts(0)
        }) {
            assertThatThrownBy(wrong::run).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
