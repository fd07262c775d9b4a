package io.websock.engine;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop, a binary heap with the earliest on top. A deadline that moves back, as an idle time-out does
 * with every byte, costs nothing: its timer fires at the old time, and its action looks what is due and schedules anew.
 */
final class Timers {
    /** Later than any deadline. */
    static final long NEVER = Long.MAX_VALUE;

    private final ArrayList<Timer> heap = new ArrayList<>();

    /** Lets {@code timer} fire at {@code at}, unless it is going to fire earlier anyway. */
    void schedule(Timer timer, long at) {
        if (timer.index < 0) {
            timer.at = at;
            heap.add(timer);
            up(timer, heap.size() - 1);
        } else if (at < timer.at) {
            timer.at = at;
            up(timer, timer.index);
        }
    }

    void cancel(Timer timer) {
        if (timer.index >= 0) {
            int hole = timer.index;
            timer.index = -1;
            Timer last = heap.remove(heap.size() - 1);
            if (last != timer) {
                up(last, hole);
                down(last, last.index);
            }
        }
    }

    /** When the first of them is due; {@link #NEVER} if there is none. */
    long next() {
        return heap.isEmpty() ? NEVER : heap.get(0).at;
    }

    /** The first timer that is due, no longer scheduled; null if there is none. */
    @Nullable
    Timer poll(long now) {
        if (heap.isEmpty() || heap.get(0).at > now) {
            return null;
        }
        Timer due = heap.get(0);
        cancel(due);
        return due;
    }

    private void up(Timer timer, int from) {
        int i = from;
        while (i > 0 && timer.at < heap.get((i - 1) / 2).at) {
            place(heap.get((i - 1) / 2), i);
            i = (i - 1) / 2;
        }
        place(timer, i);
    }

    private void down(Timer timer, int from) {
        int i = from;
        while (2 * i + 1 < heap.size()) {
            int child = 2 * i + 1;
            if (child + 1 < heap.size() && heap.get(child + 1).at < heap.get(child).at) {
                child++;
            }
            if (heap.get(child).at >= timer.at) {
                break;
            }
            place(heap.get(child), i);
            i = child;
        }
        place(timer, i);
    }

    private void place(Timer timer, int index) {
        heap.set(index, timer);
        timer.index = index;
    }
}
