/**
 * The opening handshake in the server's role without I/O: the head of an HTTP/1.1 request, the checks of RFC 6455, and what
 * is answered.
 *
 * <pre>
 * in    RequestParser.parse (octet automaton) → Request → route → ServerHandshake.check → Upgrade
 * out   Upgrade.response (101)    or, of the RefusedException that any of them threw, RefusedException.response
 * </pre>
 *
 * <p>Bytes go in as they come, and the same bytes have the same outcome however they are split; what follows the head stays in
 * the buffer, for it is frames. {@link io.websock.handshake.Refusal} names every rule that a client can break;
 * {@link io.websock.handshake.RefusedException} is how one of them ends the handshake, and is caught in one place, the
 * engine's. Nobody but the request itself is believed: forwarded headers have no meaning here.
 *
 * <p>Arrows: depends on {@code java.base} only; {@code protocol} and {@code api} are allowed. No socket, thread, clock, logger
 * or source of randomness in here; the date of an answer is an argument.
 *
 * <p>Threads: a {@code RequestParser} belongs to one thread at a time; everything else is immutable.
 *
 * <p>Source: RFC 6455 §4 (opening handshake), §9.1 (extensions), §10.2 (origin); RFC 9112 §2–6 (HTTP/1.1 messages); RFC 9110
 * §5.6 (tokens, lists), §7.2 (Host), §7.8 (Upgrade), §15 (statuses); RFC 3986 §2–3 (URI); RFC 6454 §7 (Origin).
 */
@NullMarked
package io.websock.handshake;

import org.jspecify.annotations.NullMarked;
