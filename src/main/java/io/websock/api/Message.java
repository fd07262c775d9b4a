package io.websock.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One whole WebSocket message, text or binary (RFC 6455 §5.6). It owns its payload and never changes, so it may be kept,
 * shared between threads and sent on any number of connections without being copied or encoded again.
 */
public final class Message {
    private final boolean text;
    private final boolean compressible;
    private final byte[] payload;
    private volatile @Nullable Encoding encodings;

    private Message(boolean text, boolean compressible, byte[] payload) {
        this.text = text;
        this.compressible = compressible;
        this.payload = payload;
    }

    /**
     * A text message.
     *
     * @throws IllegalArgumentException if {@code text} holds an unpaired surrogate, which UTF-8 cannot express (RFC 3629 §3)
     */
    public static Message text(String text) {
        requirePairedSurrogates(text);
        return new Message(true, true, text.getBytes(UTF_8));
    }

    /** A binary message with a copy of {@code payload}. */
    public static Message binary(byte[] payload) {
        return new Message(false, true, payload.clone());
    }

    /** A binary message with a copy of the bytes that remain in {@code payload}, whose position stays where it is. */
    public static Message binary(ByteBuffer payload) {
        byte[] copy = new byte[payload.remaining()];
        payload.get(payload.position(), copy);
        return new Message(false, true, copy);
    }

    /**
     * A message around {@code payload} itself, without a copy: the caller gives the array away and does not touch it again.
     *
     * @param text whether it is a text message; its payload then has to be UTF-8 already, which is not checked here
     */
    public static Message wrap(boolean text, byte[] payload) {
        return new Message(text, true, payload);
    }

    /**
     * This message, but never compressed, wherever it is sent: for one that holds a secret beside something that an attacker can
     * choose. The length of what the two are compressed to would give the secret away, bit by bit (RFC 7692 §8).
     */
    public Message uncompressed() {
        return new Message(text, false, payload);
    }

    /** Whether it may be compressed, which is so unless it is an {@linkplain #uncompressed() uncompressed} one. */
    public boolean isCompressible() {
        return compressible;
    }

    /** Whether this is a text message; otherwise it is a binary one. */
    public boolean isText() {
        return text;
    }

    /** The length of the payload in bytes. */
    public int size() {
        return payload.length;
    }

    /**
     * The payload of a text message as a string. It is decoded at each call.
     *
     * @throws IllegalStateException if this is a binary message
     */
    public String text() {
        if (!text) {
            throw new IllegalStateException("a binary message has no text");
        }
        return new String(payload, UTF_8);
    }

    /** A read-only view of the payload, of a text message its UTF-8. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(payload).asReadOnlyBuffer();
    }

    /** The payload itself, not a copy: for reading only. */
    public byte[] payload() {
        return payload;
    }

    /**
     * What an encoding that needs nothing but the payload makes of it: computed, or known from an earlier call as long as somebody
     * still holds it. So the engine encodes a broadcast once for all receivers that share the encoding.
     *
     * @param encoding tells it from others, by {@code equals}
     * @param encoder computes it, possibly on several threads at once; may return the payload itself
     */
    public byte[] encoded(Object encoding, UnaryOperator<byte[]> encoder) {
        Encoding others = null;
        for (Encoding known = encodings; known != null; known = known.next) {
            byte[] bytes = known.get();
            if (bytes != null && known.encoding.equals(encoding)) {
                return bytes;
            }
            if (bytes != null) {
                others = new Encoding(known.encoding, bytes, others);
            }
        }
        byte[] bytes = encoder.apply(payload);
        encodings = new Encoding(encoding, bytes, others);
        return bytes;
    }

    /** Weak: whoever keeps a message for long does not keep what was once sent of it. */
    private static final class Encoding extends WeakReference<byte[]> {
        final Object encoding;
        final @Nullable Encoding next;

        Encoding(Object encoding, byte[] bytes, @Nullable Encoding next) {
            super(bytes);
            this.encoding = encoding;
            this.next = next;
        }
    }

    /** Kind and size, never the content: messages end up in logs. */
    @Override
    public String toString() {
        return (text ? "text" : "binary") + " message of " + payload.length + " B";
    }

    private static void requirePairedSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
                    throw new IllegalArgumentException("unpaired surrogate at index " + i);
                }
                i++;
            }
        }
    }
}
