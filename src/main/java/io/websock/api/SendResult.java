package io.websock.api;

/** What became of a message that was sent. */
public enum SendResult {
    /** It is in the queue and goes out in its order, unless the connection is lost or closed for overflow before. */
    ACCEPTED,
    /** The outbound queue was at its limit, so the message was dropped and the connection is being closed with 1013. */
    OVERFLOW,
    /** The connection is closing or closed; the message was dropped. */
    CLOSED
}
