package io.websock.engine;

/**
 * What lives on an event loop, and what the loop tells it; all of it on the loop's thread. Each has one timer, for the next of its
 * deadlines, and is that itself, which saves each connection an object; see {@link Timers}.
 */
abstract class Selectable {
    /** When the timer is due, in the loop's time. */
    long timerAt;
    /** The timer's place in the heap; −1 while it is not scheduled. */
    int timerIndex = -1;

    /** Its channel is ready for something that it has asked for. */
    abstract void onReady();

    /** Its timer is due, and is not scheduled any more. */
    abstract void onTimer();

    /** One of the other methods has thrown: this channel has to end, the loop goes on. */
    abstract void onFailure(Throwable failure);

    /** The host takes no new connections any more; the open ones are closed one by one, see {@link LoopDrain}. */
    void onStopping() {}

    /** The loop ends, and with it this channel. */
    void onLoopEnd() {}
}
