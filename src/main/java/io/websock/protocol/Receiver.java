package io.websock.protocol;

import io.websock.api.Message;

/** Takes what arrives on one connection; called by {@link Protocol#receive}, on its thread. */
public interface Receiver {

    /**
     * A whole message has arrived.
     *
     * @return false to stop for now: what is left in the buffer stays there, for the next call of {@code receive}
     */
    boolean onMessage(Message message);

    /** A Pong has arrived (RFC 6455 §5.5.3). */
    void onPong(byte[] payload);

    /**
     * Nothing more will arrive: the peer has sent its Close or has broken a rule. Once all earlier messages are dealt with, and
     * not much later, {@link Protocol#finish()} has to be called.
     */
    void onEnd();
}
