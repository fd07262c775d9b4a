package io.websock.app;

import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.spring.WebSocketEndpoint;

/** Sends every message back as it came. */
@WebSocketEndpoint(path = "/ws", nonBlocking = true)
final class EchoEndpoint implements WebSocketListener {

    @Override
    public void onMessage(WebSocketConnection connection, Message message) {
        connection.send(message);
    }
}
