package io.websock.handshake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The start of a response's content (RFC 9112 §6, §7.1), for people to read: what is broken about it ends it, and fails nothing.
 */
final class ResponseContent {

    static final int MAX_BYTES = 1 << 10;

    /** So that no chunking, however fine, goes on for ever. */
    private static final int MAX_BYTES_ON_THE_WIRE = 8 << 10;

    private enum State {
        CHUNK_SIZE,
        CHUNK_EXTENSION,
        DATA,
        CHUNK_END
    }

    private final ResponseHead head;
    private final byte[] content = new byte[MAX_BYTES];
    private final boolean chunked;
    private int length;
    private int taken;
    private State state;
    private boolean complete;

    /** Of the content, or the chunk, that is still to come. */
    private long remaining;

    ResponseContent(ResponseHead head) {
        this.head = head;
        List<String> codings = head.elements("Transfer-Encoding");
        List<String> lengths = head.elements("Content-Length");
        chunked = codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
        state = chunked ? State.CHUNK_SIZE : State.DATA;
        if (!chunked) {
            boolean known =
                    codings.isEmpty() && lengths.size() == 1 && lengths.get(0).matches("\\d{1,18}");
            // Without either it lasts until the connection ends, as does what we cannot decode.
            remaining = known ? Long.parseLong(lengths.get(0)) : Long.MAX_VALUE;
        }
        boolean none = head.isInformational() || head.status() == 204 || head.status() == 304;
        complete = none || !chunked && remaining == 0;
    }

    ResponseHead head() {
        return head;
    }

    /** Takes the next bytes, and returns whether it has all that it wants. */
    boolean take(ByteBuffer in) {
        while (!complete && in.hasRemaining()) {
            state = next(in.get() & 0xFF);
            complete |= ++taken == MAX_BYTES_ON_THE_WIRE;
        }
        return complete;
    }

    private State next(int octet) {
        return switch (state) {
            case CHUNK_SIZE -> size(octet);
            case CHUNK_EXTENSION -> octet == '\n' ? chunk() : State.CHUNK_EXTENSION;
            case DATA -> data(octet);
            case CHUNK_END -> octet == '\n' ? State.CHUNK_SIZE : State.CHUNK_END;
        };
    }

    private State size(int octet) {
        int digit = Character.digit(octet, 16);
        if (digit < 0) {
            return octet == '\n' ? chunk() : State.CHUNK_EXTENSION;
        }
        // More than we want is as good as any such size.
        remaining = Math.min(MAX_BYTES, remaining * 16 + digit);
        return State.CHUNK_SIZE;
    }

    private State chunk() {
        complete = remaining == 0;
        return State.DATA;
    }

    private State data(int octet) {
        content[length++] = (byte) octet;
        remaining--;
        complete = length == MAX_BYTES || !chunked && remaining == 0;
        return remaining > 0 ? State.DATA : State.CHUNK_END;
    }

    /** What there is until now. */
    String text() {
        return new String(content, 0, length, StandardCharsets.UTF_8);
    }
}
