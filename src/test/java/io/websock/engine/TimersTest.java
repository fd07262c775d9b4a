package io.websock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimersTest {
    private final Timers timers = new Timers();

    private static final class Timer extends Selectable {
        @Override
        void onReady() {}

        @Override
        void onTimer() {}

        @Override
        void onFailure(Throwable failure) {}

        @Override
        void onStopping() {}

        @Override
        void onLoopEnd() {}
    }

    private Timer scheduled(long at) {
        Timer timer = new Timer();
        timers.schedule(timer, at);
        return timer;
    }

    @Test
    void withoutATimerThereIsNothingToWaitFor() {
        assertThat(timers.next()).isEqualTo(Long.MAX_VALUE);
        assertThat(timers.poll(Long.MAX_VALUE)).isNull();
    }

    @Test
    void theEarliestIsFirst() {
        Timer late = scheduled(30);
        Timer early = scheduled(10);
        Timer middle = scheduled(20);
        assertThat(timers.next()).isEqualTo(10);
        assertThat(List.of(timers.poll(40), timers.poll(40), timers.poll(40))).containsExactly(early, middle, late);
        assertThat(timers.poll(40)).isNull();
    }

    @Test
    void aTimerIsDueAtItsTimeAndNotBefore() {
        Timer timer = scheduled(10);
        assertThat(timers.poll(9)).isNull();
        assertThat(timers.poll(10)).isSameAs(timer);
        assertThat(timer.timerIndex).isNegative();
    }

    @Test
    void aTimerMovesToAnEarlierTimeButNotToALaterOne() {
        Timer timer = scheduled(10);
        timers.schedule(timer, 20);
        assertThat(timers.next()).isEqualTo(10);
        timers.schedule(timer, 5);
        assertThat(timers.next()).isEqualTo(5);
        assertThat(timers.poll(5)).isSameAs(timer);
        assertThat(timers.poll(100)).as("it is there once").isNull();
    }

    @Test
    void aTimerThatHasFiredCanBeScheduledAgain() {
        Timer timer = scheduled(10);
        timers.poll(10);
        timers.schedule(timer, 30);
        assertThat(timers.poll(30)).isSameAs(timer);
    }

    @Test
    void aCancelledTimerDoesNotFire() {
        Timer cancelled = scheduled(10);
        Timer other = scheduled(20);
        timers.cancel(cancelled);
        timers.cancel(cancelled);
        assertThat(timers.next()).isEqualTo(20);
        assertThat(timers.poll(30)).isSameAs(other);
        timers.cancel(new Timer());
        timers.cancel(other);
        assertThat(timers.next()).isEqualTo(Long.MAX_VALUE);
    }

    /** Against a list that is sorted at each look. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anyOrderOfCallsFiresTheTimersInTheirOrder(long seed) {
        Random random = new Random(seed);
        List<Timer> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add(new Timer());
        }
        List<Timer> expected = new ArrayList<>();
        long now = 0;
        for (int step = 0; step < 5000; step++) {
            Timer timer = all.get(random.nextInt(all.size()));
            switch (random.nextInt(8)) {
                case 0 -> {
                    timers.cancel(timer);
                    expected.remove(timer);
                }
                case 1 -> {
                    now += random.nextInt(20);
                    for (Selectable due; (due = timers.poll(now)) != null; ) {
                        assertThat(due.timerAt).isEqualTo(next(expected)).isLessThanOrEqualTo(now);
                        assertThat(expected.remove(due)).isTrue();
                    }
                }
                default -> {
                    timers.schedule(timer, now + random.nextInt(1000));
                    if (!expected.contains(timer)) {
                        expected.add(timer);
                    }
                }
            }
            if (timers.next() != next(expected)) {
                assertThat(timers.next()).as("step %d", step).isEqualTo(next(expected));
            }
        }
        expected.sort(Comparator.comparingLong(timer -> timer.timerAt));
        for (Timer timer : expected) {
            assertThat(timers.poll(Long.MAX_VALUE).timerAt).isEqualTo(timer.timerAt);
        }
        assertThat(timers.poll(Long.MAX_VALUE)).isNull();
    }

    private static long next(List<Timer> timers) {
        return timers.stream().mapToLong(timer -> timer.timerAt).min().orElse(Long.MAX_VALUE);
    }
}
