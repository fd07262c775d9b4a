/**
 * The transport: sockets, TLS, event loops and deadlines around the sans-I/O {@code protocol} and {@code handshake}.
 *
 * <pre>
 * in    EventLoop.run → TcpConnection.onReady → Transport.read (into the loop's one shared direct buffer)
 *       → Connection.process → Session.receive
 *       ───────── sans-I/O line ─────────
 *       → Protocol.receive → FrameDecoder → MessageAssembler → Session.onMessage → Mailbox → listener
 * out   Session.send → OutboundQueue.offer
 *       ───────── line ─────────
 *       → EventLoop, once per turn → TcpConnection.flush → Transport.write
 * </pre>
 *
 * A server's connections come from an {@code Acceptor}, a client's from {@code WebSocketClient.connect}:
 *
 * <pre>
 * Acceptor ──────────────────────────────────────────→ Connection, ServerOpening ───────────────────────────→ Session
 * Connector (name, addresses in turn, OP_CONNECT) ───→ Connection, ClientOpening (tunnel, TLS, request, 101) → Session
 *    ↑ KeptConnection, whenever one has failed or ended, by a timer of its loop
 * </pre>
 *
 * <p>What a {@code Connection} does before it is a WebSocket is its {@code Opening}; what it carries bytes with is its {@code Transport}, TLS
 * being one that encrypts on the way; whose it is, the server's or the client's, is its {@code Host}. After the opening handshake, two things ask
 * which of the two it is: the one to end TCP first is the server (RFC 6455 §7.1.1), and the one to read less while its peer reads nothing
 * is the server, too.
 *
 * <p>Arrows: depends on {@code api}, {@code protocol}, {@code handshake} and {@code deflate}; knows neither Spring nor Micrometer.
 *
 * <p>Threads: a connection stays on one event loop, and all its state is confined to that loop's thread, but for the {@code
 * OutboundQueue} and the {@code QueueingMailbox}, which have monitors of their own. Nothing on a loop blocks; what takes long in a handshake of TLS
 * runs on a few threads of its own, and so does the look-up of names. Listeners run on the executor
 * that the server or client is given, or, if they are non-blocking, on the loop. A client's threads keep no process alive.
 *
 * <p>A stop is a {@code Drain} on the thread that calls for it, and a {@code LoopDrain} on each loop, which closes that loop's connections
 * one by one over a window; no thread waits for a connection.
 *
 * <p>Buffers: a loop has one direct buffer to read into and one to write from. A connection has none, unless bytes that it has
 * received must wait for a slow listener, or bytes to send for a slow peer. Where TLS is spoken, the loop has two more, and a connection
 * keeps encrypted bytes only of a record that has come in partly, or that the socket has taken partly, 64 KiB of them at most. What an
 * idle connection then costs is the JDK's: 5 to 7 KiB of heap.
 *
 * <p>Objects: without TLS, an idle connection has 1 KiB of heap, and two thirds of that are the JDK's. The rest are six objects: {@code
 * Connection}, {@code Transport}, {@code Session}, {@code Mailbox}, {@code Protocol} and {@code OutboundQueue}. What one of them can reach
 * through another, it does not keep.
 */
@NullMarked
package io.websock.engine;

import org.jspecify.annotations.NullMarked;
