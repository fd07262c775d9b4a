package io.websock.protocol;

import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.testkit.Exchange;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import java.util.Collections;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §10.4: control frames in a time. */
class RateLimitTest {
    private static final long SECOND = 1_000_000_000L;
    private static final String REASON = "too many control frames: websocket.limits.control-frames-per-second=50";

    /** A limit with its state. */
    private static final class Bucket {
        private final RateLimit limit;
        private long fullAt;

        Bucket(int perSecond, int burst, long now) {
            limit = new RateLimit(perSecond, burst);
            fullAt = now;
        }

        boolean tryAcquire(long now) {
            fullAt = limit.take(fullAt, now);
            return !limit.isExceeded(fullAt, now);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -5 * SECOND, Long.MAX_VALUE, Long.MAX_VALUE - SECOND, Long.MIN_VALUE})
    void grantsTheBurstAndThenOneTokenEach20Milliseconds(long start) {
        Bucket limit = new Bucket(50, 100, start);
        assertThat(granted(limit, start, 100)).isEqualTo(100);
        long now = start;
        for (int i = 0; i < 10; i++) {
            now += SECOND / 50;
            assertThat(limit.tryAcquire(now)).isTrue();
        }
        assertThat(limit.tryAcquire(now)).isFalse();
    }

    @Test
    void aTokenIsBackAfterItsTimeAndNotBefore() {
        Bucket early = new Bucket(50, 100, 7);
        granted(early, 7, 100);
        assertThat(early.tryAcquire(7 + 20_000_000 - 1)).isFalse();
        Bucket inTime = new Bucket(50, 100, 7);
        granted(inTime, 7, 100);
        assertThat(inTime.tryAcquire(7 + 20_000_000)).isTrue();
    }

    @Test
    void aLongPauseFillsTheBucketAndNotMore() {
        Bucket limit = new Bucket(50, 100, 0);
        granted(limit, 0, 50);
        assertThat(granted(limit, 3600 * SECOND, 150)).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 2", "7, 100", "50, 100", "999, 1", "1000000000, 5", "50, 2147483647", "2147483647, 10"})
    void theBurstIsExact(int perSecond, int burst) {
        int asked = burst > 1000 ? 1000 : burst + 1;
        int expected = perSecond > SECOND ? asked : Math.min(asked, burst);
        assertThat(granted(new Bucket(perSecond, burst, 0), 0, asked)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void aSteadyRateAtTheLimitGoesOnForever(Role role) {
        Side side = new Side(role);
        for (int i = 0; i < 10_000; i++) {
            side.receiveFrames(ping());
            side.now += SECOND / 50;
        }
        assertThat(side.protocol.hasEnded()).isFalse();
        assertThat(side.sendFrames()).hasSize(10_000);
    }

    @ParameterizedTest
    @EnumSource
    void aFasterRateIsRefusedOnceTheBurstIsUsedUp(Role role) {
        Side side = new Side(role);
        int count = 0;
        while (!side.protocol.hasEnded()) {
            side.receiveFrames(pong());
            side.now += SECOND / 100;
            count++;
        }
        // Each frame takes one token, and half a one comes back.
        assertThat(count).isEqualTo(200);
        assertThat(side.protocol.closeInfo().code()).isEqualTo(1008);
    }

    @Test
    void oneHundredAtOnceAreAnsweredAndOneMoreIsRefused() {
        byte[] pings = times(100, ping());
        byte[] pongs = times(100, pong());
        Exchange.of(pings).answers(pongs);
        Exchange.of(pings, ping()).breaks(1008, REASON, pongs);
        Exchange.of(pings, Frames.header(0x8A, 125)).breaks(1008, REASON, pongs);
        Exchange.of(pings, close()).breaks(1008, REASON, pongs);
        Exchange.of(pongs, ping())
                .breaks(
                        1008,
                        REASON,
                        IntStream.range(0, 100).mapToObj(i -> "pong ").toArray(String[]::new));
    }

    @Test
    void dataFramesDoNotCount() {
        Exchange.of(times(120, Frames.text("a")), ping())
                .answers(pong(), IntStream.range(0, 120).mapToObj(i -> "text a").toArray(String[]::new));
    }

    @Test
    void theLimitsAreThoseOfTheConnection() {
        Exchange.of(ping(), ping(), ping())
                .with(new ProtocolLimits(5, 3, 2))
                .breaks(
                        1008,
                        "too many control frames: websocket.limits.control-frames-per-second=3",
                        times(2, pong()));
    }

    private static int granted(Bucket limit, long now, int asked) {
        int granted = 0;
        for (int i = 0; i < asked; i++) {
            granted += limit.tryAcquire(now) ? 1 : 0;
        }
        return granted;
    }

    private static byte[] times(int count, byte[] frame) {
        return concat(Collections.nCopies(count, frame).toArray(byte[][]::new));
    }
}
