package io.websock.engine;

/** The next deadline of a channel; see {@link Timers}. */
final class Timer {
    final Selectable owner;
    /** When it is due, in the loop's time. */
    long at;
    /** Its place in the heap; −1 while it is not scheduled. */
    int index = -1;

    Timer(Selectable owner) {
        this.owner = owner;
    }
}
