package io.websock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogLimitTest {
    private static final int PER_MINUTE = 20;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final LogLimit limit = new LogLimit(PER_MINUTE, now::get);

    private long permitted(int calls) {
        return IntStream.range(0, calls).filter(i -> limit.permits()).count();
    }

    @Test
    void soManyLinesPassInAMinuteAndAsManyInTheNext() {
        assertThat(permitted(1000)).isEqualTo(PER_MINUTE);
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(permitted(1000)).isZero();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(permitted(5)).isEqualTo(5);
        assertThat(permitted(1000)).isEqualTo(PER_MINUTE - 5);
    }
}
