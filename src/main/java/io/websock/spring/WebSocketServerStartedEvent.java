package io.websock.spring;

import io.websock.engine.WebSocketServer;

/**
 * Published once the server listens, on the thread that starts the context.
 *
 * @param server that has started
 * @param port that it listens on, also where {@code websocket.server.port} is 0; -1 if for TLS only
 * @param sslPort that it listens on for TLS; -1 if it does not
 */
public record WebSocketServerStartedEvent(WebSocketServer server, int port, int sslPort) {}
