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

    private final ArrayList<Selectable> heap = new ArrayList<>();

    /** Lets the timer of {@code owner} fire at {@code at}, unless it is going to fire earlier anyway. */
    void schedule(Selectable owner, long at) {
        if (owner.timerIndex < 0) {
            owner.timerAt = at;
            heap.add(owner);
            up(owner, heap.size() - 1);
        } else if (at < owner.timerAt) {
            owner.timerAt = at;
            up(owner, owner.timerIndex);
        }
    }

    void cancel(Selectable owner) {
        if (owner.timerIndex >= 0) {
            int hole = owner.timerIndex;
            owner.timerIndex = -1;
            Selectable last = heap.remove(heap.size() - 1);
            if (hole < heap.size()) {
                up(last, hole);
                down(last, last.timerIndex);
            }
        }
    }

    /** When the first of them is due; {@link #NEVER} if there is none. */
    long next() {
        return heap.isEmpty() ? NEVER : heap.get(0).timerAt;
    }

    /** The first whose timer is due, which is no longer scheduled; null if there is none. */
    @Nullable
    Selectable poll(long now) {
        if (heap.isEmpty() || heap.get(0).timerAt > now) {
            return null;
        }
        Selectable due = heap.get(0);
        cancel(due);
        return due;
    }

    private void up(Selectable owner, int from) {
        int i = from;
        while (i > 0 && owner.timerAt < heap.get((i - 1) / 2).timerAt) {
            place(heap.get((i - 1) / 2), i);
            i = (i - 1) / 2;
        }
        place(owner, i);
    }

    private void down(Selectable owner, int from) {
        int i = from;
        while (2 * i + 1 < heap.size()) {
            int child = 2 * i + 1;
            if (child + 1 < heap.size() && heap.get(child + 1).timerAt < heap.get(child).timerAt) {
                child++;
            }
            if (heap.get(child).timerAt >= owner.timerAt) {
                break;
            }
            place(heap.get(child), i);
            i = child;
        }
        place(owner, i);
    }

    private void place(Selectable owner, int index) {
        heap.set(index, owner);
        owner.timerIndex = index;
    }
}
