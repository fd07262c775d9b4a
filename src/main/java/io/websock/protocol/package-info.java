/**
 * RFC 6455 §5–8 without I/O: frames, messages, closing, and the rules that a peer can break, for the server and the client role.
 *
 * <p>The contract of {@link io.websock.protocol.Protocol}: bytes go in through {@code receive}, messages come out through a
 * {@link io.websock.protocol.Receiver}, and what has to be written collects in the {@link io.websock.protocol.OutboundQueue}.
 * Receiving never throws for what a peer did; after it, write what is queued; end of stream is data, too. The time is an
 * argument and mask keys come from a supplier, so that the same bytes at the same times have the same outcome.
 *
 * <pre>
 * in    Protocol.receive → FrameDecoder (header automaton) → MessageAssembler (unmasking, extension, size, UTF-8) → Receiver
 * out   OutboundQueue.offer (extension, a client's mask) → fill (header, payload) → written
 * </pre>
 *
 * <p>Arrows: depends on {@code api} only. No socket, thread, clock, logger or source of randomness in here.
 *
 * <p>Threads: a {@code Protocol} belongs to one thread at a time; its {@code OutboundQueue} may be used from any.
 */
@NullMarked
package io.websock.protocol;

import org.jspecify.annotations.NullMarked;
