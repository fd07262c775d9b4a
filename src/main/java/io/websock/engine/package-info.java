/**
 * The transport: sockets, event loops and deadlines around the sans-I/O {@code protocol} and {@code handshake}.
 *
 * <pre>
 * in    EventLoop.run → Connection.onReady (read into the loop's one shared direct buffer) → Session.receive
 *       ───────── sans-I/O line ─────────
 *       → Protocol.receive → FrameDecoder → MessageAssembler → Session.onMessage → Mailbox → listener
 * out   Session.send → OutboundQueue.offer
 *       ───────── line ─────────
 *       → EventLoop, once per turn → Connection.flush → Transport.write
 * </pre>
 *
 * <p>Arrows: depends on {@code api}, {@code protocol}, {@code handshake} and {@code deflate}; knows neither Spring nor Micrometer.
 *
 * <p>Threads: a connection stays on one event loop, and all its state is confined to that loop's thread, but for the {@code
 * OutboundQueue} and the {@code Mailbox}, which have monitors of their own. Nothing on a loop blocks. Listeners run on the executor
 * that the server is given, or, if their endpoint is non-blocking, on the loop.
 *
 * <p>Buffers: a loop has one direct buffer to read into and one to write from. A connection has none, unless bytes that it has
 * received must wait for a slow listener, or bytes to send for a slow peer.
 */
@NullMarked
package io.websock.engine;

import org.jspecify.annotations.NullMarked;
