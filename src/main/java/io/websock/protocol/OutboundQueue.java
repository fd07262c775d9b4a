package io.websock.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.websock.api.CloseCode;
import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.protocol.Extension.Encoded;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one connection that are not yet written, bounded in bytes. Control frames overtake messages and wait only for a
 * frame that is partly written (RFC 6455 §5.4); the Close frame comes last, and nothing is accepted behind it (§5.5.1).
 *
 * <p>Writing is in two steps, because a socket takes as much as it likes: {@link #fill} encodes what comes next without
 * forgetting it, {@link #written} says how much of that has gone out. One thread does both; everything else may be called from any
 * thread.
 */
public final class OutboundQueue {
    private static final byte[] EMPTY = {};
    /** Stands in the place of the first byte for bytes that are no frame: a handshake's response. The opcode is a reserved one. */
    private static final byte NO_FRAME = 0x3;

    private final Role role;
    private final IntSupplier maskingKeys;
    private final long maxBytes;
    /** Open until {@link #closing}. */
    private final Extension.@Nullable Encoder encoder;

    private final FrameRing messages;
    private final FrameRing controls;

    private long bytes;
    /** How much of the frame at the head of its ring has been written. */
    private int headWritten;

    private boolean headIsControl;
    /** How many frames of each ring the last {@link #fill} has encoded, at least partly. */
    private int filledMessages;

    private int filledControls;
    private int filledBytes;
    /** Whether the last write took less than it was given. */
    private boolean blocked;

    private int closeCode;
    private String closeReason = "";
    private boolean closing;

    /**
     * @param maxBytes a message is accepted while fewer bytes than this are queued
     * @param maskingKeys where a client's masking keys come from: strong randomness (RFC 6455 §10.3); not used by a server
     */
    public OutboundQueue(Role role, long maxBytes, @Nullable Extension extension, IntSupplier maskingKeys) {
        this.role = role;
        this.maxBytes = maxBytes;
        this.encoder = extension == null ? null : extension.encoder();
        this.maskingKeys = maskingKeys;
        this.messages = new FrameRing(role == Role.CLIENT);
        this.controls = new FrameRing(role == Role.CLIENT);
    }

    /**
     * Queues a message; at or over the limit, gives the peer up instead: see {@link SendResult#OVERFLOW}. Throws what the extension's
     * encoder throws, see {@link Extension.Encoder#encode}.
     */
    public SendResult offer(Message message) {
        // What depends on no order is encoded outside of the monitor, which the event loop must not wait for.
        Encoded encoded = encoder == null || encoder.keepsContext() ? null : encoder.encode(message);
        return offer(message, encoded);
    }

    private synchronized SendResult offer(Message message, @Nullable Encoded early) {
        if (closing) {
            return SendResult.CLOSED;
        }
        if (bytes >= maxBytes) {
            dropUnstarted();
            close(CloseCode.TRY_AGAIN_LATER, "outbound queue is full: websocket.outbound.max-queue");
            return SendResult.OVERFLOW;
        }
        if (encoder == null || !encoder.keepsContext()) {
            add(message, early);
            return SendResult.ACCEPTED;
        }
        boolean added = false;
        try {
            add(message, encoder.encode(message));
            added = true;
        } finally {
            if (!added) {
                // Out of memory, or a fault of the extension: later messages may refer to this one, which the peer does
                // not get.
                close(CloseCode.INTERNAL_ERROR, "");
            }
        }
        return SendResult.ACCEPTED;
    }

    private void add(Message message, @Nullable Encoded encoded) {
        int opcode = message.isText() ? Opcode.TEXT : Opcode.BINARY;
        if (encoded != null) {
            add(messages, opcode | encoded.reservedBits(), encoded.payload());
        } else {
            add(messages, opcode, message.payload());
        }
    }

    /** Queues bytes as they are, ahead of the first frame: the response of the opening handshake. */
    public synchronized void offerHandshake(byte[] response) {
        messages.add(NO_FRAME, 0, response);
        bytes += response.length;
    }

    /** Queues an empty Ping; false if the connection is closing. */
    public synchronized boolean ping() {
        if (!closing) {
            add(controls, Opcode.PING, EMPTY);
        }
        return !closing;
    }

    /**
     * Answers a Ping. While the socket takes nothing, the newest answer replaces an unsent one (RFC 6455 §5.5.3), so that a peer
     * which does not read cannot make the queue grow.
     */
    synchronized void pong(byte[] payload) {
        if (closing) {
            return;
        }
        int last = controls.size() - 1;
        boolean unsent = last >= Math.max(filledControls, headIsControl && headWritten > 0 ? 1 : 0);
        if (blocked && unsent && (controls.flags(last) & Opcode.MASK) == Opcode.PONG) {
            bytes -= encodedLength(controls, last);
            controls.truncate(last);
        }
        add(controls, Opcode.PONG, payload);
    }

    /**
     * Queues the Close frame behind everything else; false if there is one already.
     *
     * @param code a code that may be sent, or {@link CloseCode#NO_STATUS} for a frame without one
     */
    public synchronized boolean close(int code, String reason) {
        if (closing) {
            return false;
        }
        endMessages();
        closeCode = code;
        closeReason = reason;
        byte[] text = reason.getBytes(UTF_8);
        add(
                messages,
                Opcode.CLOSE,
                code == CloseCode.NO_STATUS
                        ? EMPTY
                        : ByteBuffer.allocate(2 + text.length)
                                .putShort((short) code)
                                .put(text)
                                .array());
        return true;
    }

    /** Drops everything; nothing is accepted any more. */
    synchronized void abort() {
        endMessages();
        messages.truncate(0);
        controls.truncate(0);
        headWritten = 0;
        filledMessages = 0;
        filledControls = 0;
        bytes = 0;
    }

    /** No message is accepted any more. */
    private void endMessages() {
        boolean first = !closing;
        closing = true;
        if (first && encoder != null) {
            encoder.close();
        }
    }

    /**
     * Has the extension let go of what it keeps between messages and no message has used since the last call. To be called now and
     * then, some seconds apart.
     */
    public synchronized void releaseUnused() {
        if (!closing && encoder != null) {
            encoder.releaseUnused();
        }
    }

    /** Whether a Close frame is queued or sent, or nothing can be sent any more. */
    public synchronized boolean isClosing() {
        return closing;
    }

    public synchronized boolean isEmpty() {
        return bytes == 0;
    }

    /** Bytes that are not yet written, headers included. */
    public synchronized long bytes() {
        return bytes;
    }

    /** The code of the Close frame that {@link #close} has queued; 0 if there is none. */
    synchronized int closeCode() {
        return closeCode;
    }

    synchronized String closeReason() {
        return closeReason;
    }

    /** Encodes what comes next into {@code out}, as much as there is or fits. */
    public synchronized void fill(ByteBuffer out) {
        filledControls = 0;
        filledMessages = 0;
        int start = out.position();
        int skip = headWritten;
        boolean fits = true;
        if (messageIsNext()) {
            filledMessages = 1;
            fits = encode(messages, 0, skip, out);
            skip = 0;
        }
        while (fits && filledControls < controls.size()) {
            fits = encode(controls, filledControls++, skip, out);
            skip = 0;
        }
        while (fits && filledMessages < messages.size()) {
            fits = encode(messages, filledMessages++, skip, out);
        }
        filledBytes = out.position() - start;
    }

    /** The first {@code count} bytes of what {@link #fill} has encoded are written. */
    public synchronized void written(int count) {
        int left = count;
        while (filledControls + filledMessages > 0) {
            boolean control = !messageIsNext() && filledControls > 0;
            FrameRing ring = control ? controls : messages;
            int rest = encodedLength(ring, 0) - headWritten;
            if (left < rest) {
                headIsControl = control;
                headWritten += left;
                left = 0;
                break;
            }
            left -= rest;
            headWritten = 0;
            ring.removeFirst();
            if (control) {
                filledControls--;
            } else {
                filledMessages--;
            }
        }
        bytes -= count - left;
        blocked = count < filledBytes;
        filledControls = 0;
        filledMessages = 0;
    }

    /** Whether control frames have to wait: for a frame that is partly written, or for the handshake's response. */
    private boolean messageIsNext() {
        return headWritten > 0 ? !headIsControl : messages.size() > 0 && messages.flags(0) == NO_FRAME;
    }

    private void add(FrameRing ring, int flags, byte[] payload) {
        int key = 0;
        byte[] masked = payload;
        if (role == Role.CLIENT) {
            key = maskingKeys.getAsInt();
            masked = payload.clone();
            Masking.apply(key, masked, 0, masked.length);
        }
        ring.add((byte) (Opcode.FIN | flags), key, masked);
        bytes += encodedLength(ring, ring.size() - 1);
    }

    /** Drops the messages of which nothing has been written, nor is being written. */
    private void dropUnstarted() {
        int kept = Math.max(filledMessages, headWritten > 0 && !headIsControl ? 1 : 0);
        while (kept < messages.size() && messages.flags(kept) == NO_FRAME) {
            kept++;
        }
        for (int i = kept; i < messages.size(); i++) {
            bytes -= encodedLength(messages, i);
        }
        messages.truncate(kept);
    }

    private int headerLength(FrameRing ring, int index) {
        if (ring.flags(index) == NO_FRAME) {
            return 0;
        }
        return 2 + extendedLength(ring.payload(index).length) + (role == Role.CLIENT ? 4 : 0);
    }

    private int encodedLength(FrameRing ring, int index) {
        return headerLength(ring, index) + ring.payload(index).length;
    }

    /** How many bytes the length takes beyond the seven bits of the second byte (RFC 6455 §5.2). */
    private static int extendedLength(int length) {
        return length < 126 ? 0 : length < 1 << 16 ? 2 : 8;
    }

    /** Encodes a frame from its byte {@code skip} on; false if it does not fit. */
    private boolean encode(FrameRing ring, int index, int skip, ByteBuffer out) {
        byte[] payload = ring.payload(index);
        int header = headerLength(ring, index);
        int at = skip;
        for (; at < header && out.hasRemaining(); at++) {
            out.put(headerOctet(at, ring.flags(index), payload.length, ring.key(index)));
        }
        int count = Math.min(out.remaining(), header + payload.length - at);
        if (at >= header) {
            out.put(payload, at - header, count);
        }
        return at + count == header + payload.length;
    }

    private byte headerOctet(int at, byte flags, int length, int key) {
        if (at == 0) {
            return flags;
        }
        int extended = extendedLength(length);
        if (at == 1) {
            int short7 = extended == 0 ? length : extended == 2 ? 126 : 127;
            return (byte) (role == Role.CLIENT ? 0x80 | short7 : short7);
        }
        if (at < 2 + extended) {
            return (byte) ((long) length >>> 8 * (1 + extended - at));
        }
        return (byte) (key >>> 8 * (5 + extended - at));
    }
}
