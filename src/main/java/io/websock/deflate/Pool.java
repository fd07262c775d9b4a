package io.websock.deflate;

import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Things that own native memory, lent to whoever needs one: created when none is left, kept up to a bound, ended beyond it. */
final class Pool<T> {
    private final int maxIdle;
    private final Supplier<T> create;
    private final Consumer<T> reset;
    private final Consumer<T> end;
    private final ArrayDeque<T> idle = new ArrayDeque<>();

    private long created;
    private long ended;
    private boolean closed;

    Pool(int maxIdle, Supplier<T> create, Consumer<T> reset, Consumer<T> end) {
        this.maxIdle = maxIdle;
        this.create = create;
        this.reset = reset;
        this.end = end;
    }

    /** One that is as new; the one that came back last, which the processor's caches may still have. */
    T rent() {
        synchronized (this) {
            T returned = idle.pollLast();
            if (returned != null) {
                return returned;
            }
        }
        T fresh = create.get();
        synchronized (this) {
            created++;
        }
        return fresh;
    }

    /** The one who has rented it does not use it any more. */
    void giveBack(T rented) {
        reset.accept(rented);
        synchronized (this) {
            if (!closed && idle.size() < maxIdle) {
                idle.add(rented);
                return;
            }
            ended++;
        }
        end.accept(rented);
    }

    /** Ends the idle ones now and the others once they come back. */
    synchronized void close() {
        closed = true;
        ended += idle.size();
        idle.forEach(end);
        idle.clear();
    }

    synchronized ZlibPool.Counts counts() {
        return new ZlibPool.Counts(created, ended);
    }
}
