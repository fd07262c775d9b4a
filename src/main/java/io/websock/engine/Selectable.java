package io.websock.engine;

/** What lives on an event loop, and what the loop tells it; all of it on the loop's thread. */
interface Selectable {

    /** Its channel is ready for something that it has asked for. */
    void onReady();

    /** Its timer is due, and is not scheduled any more. */
    void onTimer();

    /** One of the other methods has thrown: this channel has to end, the loop goes on. */
    void onFailure(Throwable failure);

    /** The host takes no new connections any more; the open ones are closed one by one, see {@link LoopDrain}. */
    void onStopping();

    /** The loop ends, and with it this channel. */
    void onLoopEnd();
}
