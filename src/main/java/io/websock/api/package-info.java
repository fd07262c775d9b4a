/**
 * What a user of the engine writes and holds: the listener, the connection, the message, and how a connection ended.
 *
 * <p>Arrows: this package depends on nothing but the JDK, and everything else depends on it.
 *
 * <p>Threads: a {@link io.websock.api.WebSocketConnection} may be used from any thread. The calls of a {@link
 * io.websock.api.WebSocketListener} for one connection come one at a time and in the order of the wire.
 *
 * <p>Source: RFC 6455 §5.6 (data frames), §5.5 (control frames), §7 (closing).
 */
@NullMarked
package io.websock.api;

import org.jspecify.annotations.NullMarked;
