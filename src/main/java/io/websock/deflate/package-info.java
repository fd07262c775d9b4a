/**
 * permessage-deflate (RFC 7692) without I/O, for the server and the client role, on the JDK's zlib.
 *
 * <pre>
 * handshake   PermessageDeflate → Parameters → DeflateExtension, one for all connections with the same parameters
 * in          MessageAssembler → MessageInflater (inflater of the ZlibPool, Window) → the message's storage, in steps of 8 KiB
 * out         OutboundQueue → SharedEncoder, or TakeoverEncoder → WindowedDeflater (deflater of the ZlibPool)
 * </pre>
 *
 * <p>Modes. {@code SHARED} keeps nothing from one message to the next (no context takeover, in either direction), so that an idle
 * connection owns nothing, and deflates a broadcast once for all receivers with the same window. {@code TAKEOVER} lets messages refer
 * back to those before. Of what that needs, a connection owns the deflater, which is dropped when it was not used for two keep-alive
 * intervals or, where much else goes on, up to four; and the last 32 KiB of what it has received, on the heap, which the peer may always
 * refer to. An inflater is never owned: it is rented for each message, and told of these 32 KiB, which takes a microsecond or two. A
 * broadcast is deflated once for each such connection.
 *
 * <p>Measured on JDK 17, level 6, with {@code CompressionCost} among the tests; size in percent of the plain message:
 *
 * <pre>
 *                          chat of 150 B   JSON of 256 B   JSON of 1 KiB   JSON of 64 KiB   while idle
 * SHARED                        80              63              36              23         nothing
 * TAKEOVER                      29              26              25              22         32 KiB of heap, 210 KiB of native
 *                                                                                          memory until released
 * SHARED,   window of 2^9       80              63              45              44
 * TAKEOVER, window of 2^9       59              49              45              44
 * </pre>
 *
 * Deflating takes about 15 µs for a short message and 1.5 ms for 64 KiB (level 1: a third, and 27 % instead of 23 %; level 9: three
 * times as much, for one percent); inflating takes 3 µs and 0.2 ms. So the mode to begin with is {@code SHARED}, with level 6 and
 * messages from 256 B on: it costs an idle connection nothing, gets most of what there is to get from messages that are worth it, and
 * gives nothing away from one message to another. {@code TAKEOVER} pays where there are few connections with many short messages that
 * are alike; then with a minimum size of some 32 B.
 *
 * <p>Windows. A peer's smaller window is kept to by a full flush each time that it is full, as a {@code Deflater} cannot be given one;
 * what the peer sends needs no more than to keep enough. So nothing has to be declined.
 *
 * <p>Bombs. Inflated bytes are counted as they come, 8 KiB at a time; a connection has an inflater (40 KiB) and a window (32 KiB at
 * most, as it fills) only while a message is coming in. To begin anew after a final block costs as much as to inflate some hundred bytes,
 * so many of them must not be tiny.
 *
 * <p>Secrets. What is compressed together with text of an attacker's choice can be guessed by its length (RFC 7692 §8). A message
 * that is {@link io.websock.api.Message#uncompressed() uncompressed} goes out plain, and nothing ever refers to it.
 *
 * <p>Arrows: depends on {@code handshake}, {@code protocol} and {@code api}. No socket, thread, clock, logger or source of randomness in
 * here; what is unused is found by being asked twice.
 *
 * <p>Threads: {@code PermessageDeflate}, {@code ZlibPool} and {@code SharedEncoder} may be used by any; a {@code TakeoverEncoder}
 * inside of its queue's monitor, a {@code MessageInflater} by its protocol's thread.
 *
 * <p>Source: RFC 7692 §5 (negotiation), §6 (frames), §7 (permessage-deflate), §8 (security); RFC 1951 (DEFLATE).
 */
@NullMarked
package io.websock.deflate;

import org.jspecify.annotations.NullMarked;
