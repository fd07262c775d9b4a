package io.websock.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of a message (RFC 9112 §2.1), octet by octet: the outcome is the same for any split of the input.
 *
 * <pre>
 * start-line CR LF *( name ":" value CR LF ) CR LF
 * </pre>
 *
 * An octet that breaks this grammar or a limit fails at once. Until then it holds room for at most twice the
 * octets that came, and none afterwards.
 *
 * @param <H> a whole head
 * @param <X> how a broken one ends the handshake
 */
abstract sealed class HeadParser<H, X extends Exception> permits RequestParser, ResponseParser {

    /** What can be wrong with any head. */
    enum Fault {
        BARE_LF,
        BARE_CR,
        CONTROL_CHARACTER,
        HEADER_NAME_MALFORMED,
        SPACE_BEFORE_COLON,
        FOLDED_LINE,
        HEAD_TOO_LARGE,
        TOO_MANY_HEADERS
    }

    private enum State {
        START_LINE,
        FIELD_START,
        FIELD_NAME,
        FIELD_VALUE,
        FIELD_LF,
        HEAD_LF
    }

    static final int CR = '\r';
    private static final int LF = '\n';
    private static final byte[] NONE = {};

    private final HeadLimits limits;
    private State state = State.START_LINE;
    private boolean done;

    /** The octets so far, {@code length} of them, of which those before {@code at} are parsed. */
    private byte[] octets = NONE;

    private int length;
    private int at;
    private int fieldsAt;
    private int fieldCount;

    HeadParser(HeadLimits limits) {
        this.limits = limits;
    }

    /**
     * Takes the next octet of the start line, its line end included.
     *
     * @return whether it was the last one
     */
    abstract boolean startLine(int octet) throws X;

    /** The start line is the one that was taken. */
    abstract H head(List<Header> headers) throws X;

    /** What is thrown for a fault. */
    abstract X exception(Fault fault);

    /**
     * Takes the next bytes, up to the end of the head and not beyond it.
     *
     * @return the head, or null as long as it is not complete
     * @throws X if the head breaks a rule
     * @throws IllegalStateException after the head or an exception
     */
    public final @Nullable H parse(ByteBuffer in) throws X {
        if (done) {
            throw new IllegalStateException("a parser parses one head");
        }
        int start = in.position() - at;
        done = true;
        try {
            fill(in);
            while (at < length) {
                int octet = octets[at++] & 0xFF;
                boolean last = state == State.HEAD_LF;
                state = next(octet);
                if (last) {
                    return head(headers());
                }
            }
            if (start + at < in.limit()) {
                throw exception(Fault.HEAD_TOO_LARGE);
            }
            done = false;
            return null;
        } finally {
            in.position(start + at);
            if (done) {
                octets = NONE;
            }
        }
    }

    /** Takes what may be of the head: it is copied at once, since only the read that ends it can have more than that. */
    private void fill(ByteBuffer in) {
        int count = Math.min(in.remaining(), limits.maxBytes() - length);
        if (length + count > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(length + count, Math.min(limits.maxBytes(), 2 * length)));
        }
        in.get(in.position(), octets, length, count);
        length += count;
    }

    private State next(int octet) throws X {
        return switch (state) {
            case START_LINE -> {
                fieldsAt = at;
                yield startLine(octet) ? State.FIELD_START : State.START_LINE;
            }
            case FIELD_START -> fieldStart(octet);
            case FIELD_NAME -> fieldName(octet);
            case FIELD_VALUE -> fieldValue(octet);
            case FIELD_LF -> lineFeed(octet, State.FIELD_START);
            case HEAD_LF -> lineFeed(octet, State.HEAD_LF);
        };
    }

    private State fieldStart(int octet) throws X {
        if (octet == CR) {
            return State.HEAD_LF;
        }
        if (isBlank(octet)) {
            throw exception(Fault.FOLDED_LINE);
        }
        if (!Octet.is(Octet.TCHAR, octet)) {
            throw broken(octet, exception(Fault.HEADER_NAME_MALFORMED));
        }
        if (fieldCount++ == limits.maxHeaders()) {
            throw exception(Fault.TOO_MANY_HEADERS);
        }
        return State.FIELD_NAME;
    }

    private State fieldName(int octet) throws X {
        if (Octet.is(Octet.TCHAR, octet)) {
            return State.FIELD_NAME;
        }
        if (isBlank(octet)) {
            throw exception(Fault.SPACE_BEFORE_COLON);
        }
        if (octet != ':') {
            throw broken(octet, exception(Fault.HEADER_NAME_MALFORMED));
        }
        return State.FIELD_VALUE;
    }

    private State fieldValue(int octet) throws X {
        if (Octet.is(Octet.FIELD, octet)) {
            return State.FIELD_VALUE;
        }
        if (octet != CR) {
            throw broken(octet, exception(Fault.CONTROL_CHARACTER));
        }
        return State.FIELD_LF;
    }

    final <S> S lineFeed(int octet, S then) throws X {
        if (octet != LF) {
            throw exception(Fault.BARE_CR);
        }
        return then;
    }

    /** Says of an octet that never belongs into a head what it is, and of another one which rule it breaks here. */
    final X broken(int octet, X rule) {
        if (octet == LF) {
            return exception(Fault.BARE_LF);
        }
        boolean control = octet < ' ' && octet != CR || octet == 0x7F;
        return control ? exception(Fault.CONTROL_CHARACTER) : rule;
    }

    private List<Header> headers() {
        List<Header> headers = new ArrayList<>(fieldCount);
        int line = fieldsAt;
        while (octets[line] != CR) {
            int colon = indexOf(':', line);
            int end = indexOf(CR, colon);
            headers.add(new Header(text(line, colon), value(colon + 1, end)));
            line = end + 2;
        }
        return headers;
    }

    /** RFC 9112 §5.1: blanks around a value are not part of it. */
    private String value(int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isBlank(octets[start])) {
            start++;
        }
        while (end > start && isBlank(octets[end - 1])) {
            end--;
        }
        return text(start, end);
    }

    private static boolean isBlank(int octet) {
        return octet == ' ' || octet == '\t';
    }

    private int indexOf(int octet, int from) {
        int index = from;
        while (octets[index] != octet) {
            index++;
        }
        return index;
    }

    /** The number of octets so far, the present one included. */
    final int at() {
        return at;
    }

    final String text(int from, int to) {
        return new String(octets, from, to - from, ISO_8859_1);
    }
}
