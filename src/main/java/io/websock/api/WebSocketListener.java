package io.websock.api;

/**
 * What an application does with the connections of an endpoint. An echo is {@code (connection, message) ->
 * connection.send(message)}.
 *
 * <p>One listener serves all connections of its endpoint. The calls for one connection come one at a time and in order:
 * {@code onOpen}, any number of {@code onMessage} and {@code onPong}, and exactly one {@code onClose}. They may block, which
 * makes only this connection wait, unless the endpoint was declared non-blocking: then they run on the event loop itself, where
 * blocking holds up every connection of that loop.
 *
 * <p>A throwable that leaves a listener is logged (at most twenty in a minute are) and closes its connection with 1011 (RFC 6455 §7.4.1) without telling the peer
 * more; no further message is delivered to it, only {@code onClose}.
 */
@FunctionalInterface
public interface WebSocketListener {

    /** A whole message has arrived; of a text message the UTF-8 is known to be valid. */
    void onMessage(WebSocketConnection connection, Message message) throws Exception;

    /** The opening handshake has succeeded. */
    default void onOpen(WebSocketConnection connection) throws Exception {}

    /**
     * A Pong has arrived, asked for or not (RFC 6455 §5.5.3).
     *
     * @param payload its application data, at most 125 bytes; the listener's own
     */
    default void onPong(WebSocketConnection connection, byte[] payload) throws Exception {}

    /** The connection is closed, for whatever reason. Nothing can be sent on it any more. */
    default void onClose(WebSocketConnection connection, CloseInfo info) throws Exception {}
}
