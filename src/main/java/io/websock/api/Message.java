package io.websock.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * One whole WebSocket message, text or binary (RFC 6455 §5.6). It owns its payload and never changes, so it may be kept,
 * shared between threads and sent on any number of connections without being copied or encoded again.
 */
public final class Message {
    private final boolean text;
    private final byte[] payload;

    private Message(boolean text, byte[] payload) {
        this.text = text;
        this.payload = payload;
    }

    /**
     * A text message.
     *
     * @throws IllegalArgumentException if {@code text} holds an unpaired surrogate, which UTF-8 cannot express (RFC 3629 §3)
     */
    public static Message text(String text) {
        requirePairedSurrogates(text);
        return new Message(true, text.getBytes(UTF_8));
    }

    /** A binary message with a copy of {@code payload}. */
    public static Message binary(byte[] payload) {
        return new Message(false, payload.clone());
    }

    /** A binary message with a copy of the bytes that remain in {@code payload}, whose position stays where it is. */
    public static Message binary(ByteBuffer payload) {
        byte[] copy = new byte[payload.remaining()];
        payload.get(payload.position(), copy);
        return new Message(false, copy);
    }

    /**
     * A message around {@code payload} itself, without a copy: the caller gives the array away and does not touch it again.
     *
     * @param text whether it is a text message; its payload then has to be UTF-8 already, which is not checked here
     */
    public static Message wrap(boolean text, byte[] payload) {
        return new Message(text, payload);
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
