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
 * <p>The frames are kept in the order in which they go out, a payload that is masked with its key in front.
 *
 * <p>Writing is in two steps, because a socket takes as much as it likes: {@link #fill} encodes what comes next without
 * forgetting it, {@link #written} says how much of that has gone out. One thread does both; everything else may be called from any
 * thread.
 */
public final class OutboundQueue extends FrameRing {
    private static final byte[] EMPTY = {};
    /** Stands in the place of the first byte for bytes that are no frame: a handshake's response. The opcode is a reserved one. */
    private static final byte NO_FRAME = 0x3;

    private static final int KEY_LENGTH = 4;

    private final Sending sending;
    /** Open until {@link #closing}. */
    private final Extension.@Nullable Encoder encoder;

    /** How many of the frames are those up to the last control frame. */
    private int controls;

    private long bytes;
    /** How much of the first frame has been written. */
    private int headWritten;
    /** How many frames the last {@link #fill} has encoded, at least partly. */
    private int filled;

    /** How many bytes of that the socket has not taken; negative as long as it was not asked. */
    private int untaken;

    /** Null while messages are accepted. */
    private @Nullable Closing closing;

    /** The Close frame that was queued last. */
    private record Closing(int code, String reason) {
        /** There is none, nor will there be one. */
        static final Closing ABORTED = new Closing(0, "");
    }

    public OutboundQueue(Sending sending, @Nullable Extension extension) {
        this.sending = sending;
        this.encoder = extension == null ? null : extension.encoder();
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
        if (closing != null) {
            return SendResult.CLOSED;
        }
        if (bytes >= sending.maxBytes()) {
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
            addFrame(opcode | encoded.reservedBits(), encoded.payload());
        } else {
            addFrame(opcode, message.payload());
        }
    }

    /** Queues bytes as they are, ahead of the first frame: the response of the opening handshake. */
    public synchronized void offerHandshake(byte[] response) {
        add(NO_FRAME, response);
        bytes += response.length;
    }

    /** Queues an empty Ping; false if the connection is closing. */
    public synchronized boolean ping() {
        if (closing != null) {
            return false;
        }
        addControl(Opcode.PING, EMPTY);
        return true;
    }

    /**
     * Answers a Ping. While the socket takes nothing, the newest answer replaces an unsent one (RFC 6455 §5.5.3), so that a peer
     * which does not read cannot make the queue grow.
     */
    synchronized void pong(byte[] payload) {
        if (closing != null) {
            return;
        }
        int last = controls - 1;
        if (isBlocked() && last >= begun() && (flags(last) & Opcode.MASK) == Opcode.PONG) {
            bytes -= encodedLength(last);
            set(last, flags(last), masked(payload));
            bytes += encodedLength(last);
        } else {
            addControl(Opcode.PONG, payload);
        }
    }

    /**
     * Queues the Close frame behind everything else; false if there is one already.
     *
     * @param code a code that may be sent, or {@link CloseCode#NO_STATUS} for a frame without one
     */
    public synchronized boolean close(int code, String reason) {
        if (closing != null) {
            return false;
        }
        endMessages(new Closing(code, reason));
        byte[] text = reason.getBytes(UTF_8);
        addFrame(
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
        if (closing == null) {
            endMessages(Closing.ABORTED);
        }
        truncate(0);
        controls = 0;
        headWritten = 0;
        filled = 0;
        bytes = 0;
    }

    /** No message is accepted any more. */
    private void endMessages(Closing closing) {
        this.closing = closing;
        if (encoder != null) {
            encoder.close();
        }
    }

    /**
     * Has the extension let go of what it keeps between messages and no message has used since the last call. To be called now and
     * then, some seconds apart.
     */
    public synchronized void releaseUnused() {
        if (closing == null && encoder != null) {
            encoder.releaseUnused();
        }
    }

    /** Whether a Close frame is queued or sent, or nothing can be sent any more. */
    public synchronized boolean isClosing() {
        return closing != null;
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
        return closing == null ? 0 : closing.code;
    }

    synchronized String closeReason() {
        return closing == null ? "" : closing.reason;
    }

    /** Encodes what comes next into {@code out}, as much as there is or fits. */
    public synchronized void fill(ByteBuffer out) {
        int start = out.position();
        boolean fits = true;
        for (filled = 0; fits && filled < size(); filled++) {
            fits = encode(filled, filled == 0 ? headWritten : 0, out);
        }
        untaken = start - out.position();
    }

    /**
     * What {@link #fill} has encoded is on its way, but the socket takes no more for now: {@link #written} comes later, and before the
     * next {@code fill}. For transports that encrypt, and can take nothing back.
     */
    public synchronized void stalled() {
        untaken = Math.abs(untaken);
    }

    /** The first {@code count} bytes of what {@link #fill} has encoded are written. */
    public synchronized void written(int count) {
        int left = count;
        for (; filled > 0; filled--) {
            int rest = encodedLength(0) - headWritten;
            if (left < rest) {
                headWritten += left;
                left = 0;
                break;
            }
            left -= rest;
            headWritten = 0;
            removeFirst();
            controls = Math.max(0, controls - 1);
        }
        filled = 0;
        bytes -= count - left;
        untaken = Math.abs(untaken) - count;
    }

    private void addFrame(int flags, byte[] payload) {
        add((byte) (Opcode.FIN | flags), masked(payload));
        bytes += encodedLength(size() - 1);
    }

    /** Adds a control frame, which overtakes what it may. */
    private void addControl(int opcode, byte[] payload) {
        int place = Math.max(controls, begun());
        insert(place, (byte) (Opcode.FIN | opcode), masked(payload));
        bytes += encodedLength(place);
        controls = place + 1;
    }

    private byte[] masked(byte[] payload) {
        IntSupplier maskingKeys = sending.maskingKeys();
        if (maskingKeys == null) {
            return payload;
        }
        int key = maskingKeys.getAsInt();
        byte[] masked = ByteBuffer.allocate(KEY_LENGTH + payload.length)
                .putInt(key)
                .put(payload)
                .array();
        Masking.apply(key, masked, KEY_LENGTH, masked.length);
        return masked;
    }

    /** Whether the socket has not taken all that was encoded. */
    private boolean isBlocked() {
        return untaken > 0;
    }

    /** How many frames at the front keep their place: those partly written or being written, and the handshake's response. */
    private int begun() {
        int count = Math.max(filled, headWritten > 0 ? 1 : 0);
        while (count < size() && flags(count) == NO_FRAME) {
            count++;
        }
        return count;
    }

    /** Drops the messages of which nothing has been written, nor is being written. */
    private void dropUnstarted() {
        int kept = Math.max(controls, begun());
        for (int i = kept; i < size(); i++) {
            bytes -= encodedLength(i);
        }
        truncate(kept);
    }

    private int payloadLength(int index) {
        return payload(index).length - (sending.maskingKeys() == null ? 0 : KEY_LENGTH);
    }

    /** The length of what comes before the masking key and the payload. */
    private int headerLength(int index) {
        return flags(index) == NO_FRAME ? 0 : 2 + extendedLength(payloadLength(index));
    }

    private int encodedLength(int index) {
        return headerLength(index) + payload(index).length;
    }

    /** How many bytes the length takes beyond the seven bits of the second byte (RFC 6455 §5.2). */
    private static int extendedLength(int length) {
        return length < 126 ? 0 : length < 1 << 16 ? 2 : 8;
    }

    /** Encodes a frame from its byte {@code skip} on; false if it does not fit. */
    private boolean encode(int index, int skip, ByteBuffer out) {
        byte[] payload = payload(index);
        int header = headerLength(index);
        int at = skip;
        for (; at < header && out.hasRemaining(); at++) {
            out.put(headerOctet(at, flags(index), payloadLength(index)));
        }
        int count = Math.min(out.remaining(), header + payload.length - at);
        if (at >= header) {
            out.put(payload, at - header, count);
        }
        return at + count == header + payload.length;
    }

    private byte headerOctet(int at, byte flags, int length) {
        if (at == 0) {
            return flags;
        }
        int extended = extendedLength(length);
        if (at == 1) {
            int short7 = extended == 0 ? length : extended == 2 ? 126 : 127;
            return (byte) (sending.maskingKeys() == null ? short7 : 0x80 | short7);
        }
        return (byte) ((long) length >>> 8 * (1 + extended - at));
    }
}
