/**
 * The opening handshake without I/O: the heads of HTTP/1.1 messages, the checks of RFC 6455 in both roles, and what is answered.
 *
 * <pre>
 * server  in    RequestParser.parse (octet automaton) → Request → route → ServerHandshake.check → Upgrade
 *         out   Upgrade.response (101)    or, of the RefusedException that any of them threw, RefusedException.response
 * client  out   WebSocketUri, ClientRequest → ClientHandshake.request    before it, if there is a proxy, ProxyConnect.request
 *         in    ClientHandshake.parse → ResponseParser (octet automaton) → ResponseHead → Established
 * </pre>
 *
 * <p>Bytes go in as they come, and the same bytes have the same outcome however they are split; what follows the head stays in
 * the buffer, for it is frames. {@link io.websock.handshake.Refusal} names every rule that a client can break,
 * {@link io.websock.handshake.HandshakeFailure} every one that a server can;
 * {@link io.websock.handshake.RefusedException} and {@link io.websock.handshake.HandshakeFailedException} are how one of them
 * ends the handshake, and are caught in one place, the engine's. Nobody but the request itself is believed: forwarded headers
 * have no meaning here.
 *
 * <p>Which extensions a connection has, each {@link io.websock.handshake.ExtensionNegotiator} of the route says, and for the
 * client's role, too; what they then do to messages is {@link io.websock.protocol.Extension}.
 *
 * <p>Arrows: depends on {@code protocol}, for the extensions; {@code api} is allowed. No socket, thread, clock, logger or
 * source of randomness in here; the date of an answer and the nonce of a key are arguments.
 *
 * <p>Threads: a {@code RequestParser}, {@code ClientHandshake} or {@code ProxyConnect} belongs to one thread at a time;
 * everything else is immutable.
 *
 * <p>Source: RFC 6455 §3 (URI), §4 (opening handshake), §9.1 (extensions), §10.2 (origin); RFC 9112 §2–6 (HTTP/1.1
 * messages), §7.1 (chunks); RFC 9110 §5.6 (tokens, lists), §7.2 (Host), §7.8 (Upgrade), §9.3.6 (CONNECT), §15 (statuses);
 * RFC 7617 §2 (Basic); RFC 3986 §2–3 (URI); RFC 6454 §7 (Origin).
 */
@NullMarked
package io.websock.handshake;

import org.jspecify.annotations.NullMarked;
