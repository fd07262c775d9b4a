package io.websock.protocol;

import static java.util.Objects.requireNonNull;

import io.websock.api.Message;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts a message together that does not come in one piece (RFC 6455 §5.4): each byte is copied once, unmasked on the way, into
 * storage that becomes the message's own, and again where that has to grow. Size and UTF-8 are checked as the bytes come. Storage
 * grows with what has arrived, at most to twice of it, never with what was declared.
 *
 * <p>There is one for each such message, unless a decoder has to {@linkplain Extension.Decoder#keepsContext keep its context}: then
 * it stays, without storage, for the next.
 */
final class MessageAssembler {
    private static final byte[] NONE = {};
    private static final int TINY_FRAGMENT = 16;
    private static final int MAX_TINY_FRAGMENTS = 1024;

    private final ProtocolLimits limits;
    private final @Nullable Extension extension;
    private final Utf8Validator utf8 = new Utf8Validator();

    private byte[] storage = NONE;
    private int size;
    /** The payload lengths of this message's frames so far, the current one's included. */
    private long declared;

    private int fragments;
    private boolean begun;
    private boolean text;
    /** The reserved bits of this message's first frame: what it is encoded with. */
    private int reservedBits;
    /** Null while no encoded message has begun, or nothing of one is kept. */
    private Extension.@Nullable Decoder decoder;

    MessageAssembler(ProtocolLimits limits, @Nullable Extension extension) {
        this.limits = limits;
        this.extension = extension;
    }

    /** A message that lies in {@code in} as a whole, not encoded, and with the key {@code key}. */
    static Message whole(boolean text, ByteBuffer in, int size, int key) throws ViolationException {
        byte[] payload = size == 0 ? NONE : new byte[size];
        in.get(payload);
        Masking.apply(key, payload, 0, size);
        if (text && !Utf8Validator.isUtf8(payload)) {
            throw new ViolationException(Violation.UTF8_INVALID);
        }
        return Message.wrap(text, payload);
    }

    /** Whether a message has begun and is not at its end. */
    boolean hasBegun() {
        return begun;
    }

    /** A data frame begins. */
    void beginFrame(FrameDecoder frame) throws ViolationException {
        if (!begun) {
            begun = true;
            text = frame.opcode() == Opcode.TEXT;
            reservedBits = frame.reservedBits();
        }
        if (frame.missing() > maxDeclared() - declared) {
            throw limits.messageTooBig();
        }
        declared += frame.missing();
        if (++fragments > MAX_TINY_FRAGMENTS && declared < (long) fragments * TINY_FRAGMENT) {
            throw new ViolationException(Violation.FRAGMENTS_TOO_SMALL);
        }
    }

    /** An encoding may lawfully make a message a little longer (deflate: stored blocks); its decoded size is tested exactly. */
    private long maxDeclared() {
        long max = limits.maxMessageSize();
        return reservedBits != 0 ? max + max / 8 + 64 : max;
    }

    /**
     * Takes the next {@code count} bytes of the frame's payload.
     *
     * @param missing how many bytes of this frame are still to come behind them
     * @param key the masking key, turned to the first of these bytes
     */
    void append(ByteBuffer in, int count, int key, long missing, boolean lastFrame) throws ViolationException {
        if (reservedBits != 0) {
            byte[] part = new byte[count];
            in.get(part);
            Masking.apply(key, part, 0, count);
            decoder().decode(reservedBits, part, 0, count, lastFrame && missing == 0, this::append);
            return;
        }
        reserve(count, lastFrame ? size + count + missing : limits.maxMessageSize());
        in.get(storage, size, count);
        Masking.apply(key, storage, size, size + count);
        added(count);
    }

    private Extension.Decoder decoder() {
        if (decoder == null) {
            decoder = requireNonNull(extension).decoder();
        }
        return decoder;
    }

    private void append(byte[] bytes, int from, int to) throws ViolationException {
        // What fits is looked at first: the same bytes break the same rule in whatever pieces they come.
        int count = Math.min(to - from, limits.maxMessageSize() - size);
        reserve(count, limits.maxMessageSize());
        System.arraycopy(bytes, from, storage, size, count);
        added(count);
        if (count < to - from) {
            throw limits.messageTooBig();
        }
    }

    private void added(int count) throws ViolationException {
        if (text && !utf8.accept(storage, size, size + count)) {
            throw new ViolationException(Violation.UTF8_INVALID);
        }
        size += count;
    }

    /** Makes room for {@code count} bytes; {@code most} is all that this message can still come to. */
    private void reserve(int count, long most) {
        int needed = size + count;
        if (needed > storage.length) {
            storage = Arrays.copyOf(storage, (int) Math.max(needed, Math.min(most, 2L * needed)));
        }
    }

    /** The final frame has ended. */
    Message endMessage() throws ViolationException {
        if (text && !utf8.isComplete()) {
            throw new ViolationException(Violation.UTF8_INVALID);
        }
        Message message = Message.wrap(text, storage.length == size ? storage : Arrays.copyOf(storage, size));
        clear();
        if (decoder != null && !decoder.keepsContext()) {
            endDecoder(decoder);
        }
        return message;
    }

    /** Nothing more will arrive: lets go of what has, and of the decoder. */
    void close() {
        clear();
        if (decoder != null) {
            endDecoder(decoder);
        }
    }

    private void endDecoder(Extension.Decoder decoder) {
        this.decoder = null;
        decoder.close();
    }

    /** Whether this is needed for the next message. */
    boolean keepsContext() {
        return decoder != null;
    }

    private void clear() {
        begun = false;
        storage = NONE;
        size = 0;
        declared = 0;
        fragments = 0;
    }
}
