package io.websock.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request (RFC 9112 §2.1), octet by octet: the outcome is the same for any split of the input.
 *
 * <pre>
 * [CR LF] method SP target SP HTTP/1.x CR LF *( name ":" value CR LF ) CR LF
 * </pre>
 *
 * An octet that breaks this grammar or a limit is refused at once, and the target at the end of its line; Host, which may
 * come last, at the end of the head. Until then it holds room for at most twice the octets that came, and none afterwards.
 */
public final class RequestParser {

    private enum State {
        START(0),
        START_LF(0),
        METHOD(Octet.TCHAR),
        PATH(0),
        QUERY(0),
        VERSION(0),
        REQUEST_LINE_LF(0),
        FIELD_START(0),
        FIELD_NAME(Octet.TCHAR),
        FIELD_VALUE(Octet.FIELD),
        FIELD_LF(0),
        HEAD_LF(0);

        /** The octets that leave the state as it is: most of them, and passed over for the sake of speed. */
        final int same;

        State(int same) {
            this.same = same;
        }
    }

    private static final byte[] NONE = {};
    private static final int CR = '\r';
    private static final int LF = '\n';

    /** RFC 8446 §5.1: the content type of the record that a ClientHello comes in. */
    private static final int TLS_HANDSHAKE = 22;

    private static final String HTTP_NAME = "HTTP/";

    private final HeadLimits limits;
    private State state = State.START;
    private boolean done;

    /** The octets so far, {@code length} of them, of which those before {@code at} are parsed; the others say where parts start. */
    private byte[] head = NONE;

    private int length;
    private int at;
    private int methodAt;
    private int targetAt;
    private int versionAt;
    private int fieldsAt;
    private int fieldCount;

    private String method = "";
    private String rawTarget = "";
    private @Nullable Target target;
    private int minorVersion;

    public RequestParser(HeadLimits limits) {
        this.limits = limits;
    }

    /** The method, as soon as it is known; empty before. */
    public String method() {
        return method;
    }

    /**
     * Takes the next bytes, up to the end of the head and not beyond it: what follows are frames.
     *
     * @return the request, or null as long as its head is not complete
     * @throws RefusedException if the head breaks a rule
     * @throws IllegalStateException after the request or an exception
     */
    public @Nullable Request parse(ByteBuffer in) throws RefusedException {
        if (done) {
            throw new IllegalStateException("a RequestParser parses one head");
        }
        int start = in.position() - at;
        try {
            fill(in);
            while (!done && passOver(state.same) < length) {
                int octet = head[at++] & 0xFF;
                state = next(octet);
            }
            if (done) {
                return request();
            }
            if (start + at < in.limit()) {
                throw limits.headTooLarge();
            }
            return null;
        } catch (RefusedException e) {
            done = true;
            throw e;
        } finally {
            in.position(start + at);
            if (done) {
                head = NONE;
            }
        }
    }

    /** Takes what may be of the head: it is copied at once, since only the read that ends it can have more than that. */
    private void fill(ByteBuffer in) {
        int octets = Math.min(in.remaining(), limits.maxBytes() - length);
        if (length + octets > head.length) {
            head = Arrays.copyOf(head, Math.max(length + octets, Math.min(limits.maxBytes(), 2 * length)));
        }
        in.get(in.position(), head, length, octets);
        length += octets;
    }

    private int passOver(int kind) {
        int index = at;
        while (index < length && Octet.is(kind, head[index] & 0xFF)) {
            index++;
        }
        at = index;
        return index;
    }

    private State next(int octet) throws RefusedException {
        return switch (state) {
            case START -> start(octet);
            case START_LF -> {
                // RFC 9112 §2.2: one empty line ahead of the request is ignored.
                methodAt = at;
                yield lineFeed(octet, State.METHOD);
            }
            case METHOD -> method(octet);
            case PATH -> octet == '?' ? target(octet, Octet.QUERY, State.QUERY) : target(octet, Octet.PATH, State.PATH);
            case QUERY -> target(octet, Octet.QUERY, State.QUERY);
            case VERSION -> version(octet, at - 1 - versionAt);
            case REQUEST_LINE_LF -> {
                State then = lineFeed(octet, State.FIELD_START);
                target = Target.parse(method, rawTarget);
                fieldsAt = at;
                yield then;
            }
            case FIELD_START -> fieldStart(octet);
            case FIELD_NAME -> fieldName(octet);
            case FIELD_VALUE -> fieldValue(octet);
            case FIELD_LF -> lineFeed(octet, State.FIELD_START);
            case HEAD_LF -> {
                done = true;
                yield lineFeed(octet, State.HEAD_LF);
            }
        };
    }

    private State start(int octet) throws RefusedException {
        if (octet == TLS_HANDSHAKE) {
            throw Refusal.TLS_ON_PLAIN_PORT.exception();
        }
        return octet == CR ? State.START_LF : method(octet);
    }

    private State method(int octet) throws RefusedException {
        if (Octet.is(Octet.TCHAR, octet)) {
            return State.METHOD;
        }
        if (octet != ' ' || at - 1 == methodAt) {
            throw broken(octet, Refusal.REQUEST_LINE_MALFORMED);
        }
        method = text(methodAt, at - 1);
        targetAt = at;
        return State.PATH;
    }

    private State target(int octet, int kind, State then) throws RefusedException {
        if (Octet.is(kind, octet)) {
            if (at - targetAt > limits.maxTarget()) {
                throw limits.targetTooLong();
            }
            return then;
        }
        if (octet == CR) {
            throw Refusal.HTTP_VERSION_MISSING.exception();
        }
        if (octet != ' ' || at - 1 == targetAt) {
            throw broken(octet, Refusal.TARGET_MALFORMED);
        }
        rawTarget = text(targetAt, at - 1);
        versionAt = at;
        return State.VERSION;
    }

    /** RFC 9112 §2.3: one digit each, so a higher major version is one that we do not speak, even before its minor one. */
    private State version(int octet, int index) throws RefusedException {
        boolean digit = octet >= '0' && octet <= '9';
        if (index == HTTP_NAME.length() && digit && octet != '1') {
            throw Refusal.HTTP_VERSION_UNSUPPORTED.exception();
        }
        boolean good = index < HTTP_NAME.length()
                ? octet == HTTP_NAME.charAt(index)
                : switch (index - HTTP_NAME.length()) {
                    case 0, 2 -> digit;
                    case 1 -> octet == '.';
                    default -> octet == CR;
                };
        if (!good) {
            throw broken(
                    octet, index == 0 && octet == CR ? Refusal.HTTP_VERSION_MISSING : Refusal.REQUEST_LINE_MALFORMED);
        }
        if (octet == CR) {
            return State.REQUEST_LINE_LF;
        }
        // The last one counts.
        minorVersion = octet == '0' ? 0 : 1;
        return State.VERSION;
    }

    private State fieldStart(int octet) throws RefusedException {
        if (octet == CR) {
            return State.HEAD_LF;
        }
        if (isBlank(octet)) {
            throw Refusal.FOLDED_LINE.exception();
        }
        if (!Octet.is(Octet.TCHAR, octet)) {
            throw broken(octet, Refusal.HEADER_NAME_MALFORMED);
        }
        if (fieldCount++ == limits.maxHeaders()) {
            throw limits.tooManyHeaders();
        }
        return State.FIELD_NAME;
    }

    private static State fieldName(int octet) throws RefusedException {
        if (isBlank(octet)) {
            throw Refusal.SPACE_BEFORE_COLON.exception();
        }
        if (octet != ':') {
            throw broken(octet, Refusal.HEADER_NAME_MALFORMED);
        }
        return State.FIELD_VALUE;
    }

    private static State fieldValue(int octet) throws RefusedException {
        if (octet != CR) {
            throw broken(octet, Refusal.CONTROL_CHARACTER);
        }
        return State.FIELD_LF;
    }

    private static State lineFeed(int octet, State then) throws RefusedException {
        if (octet != LF) {
            throw Refusal.BARE_CR.exception();
        }
        return then;
    }

    /** Says of an octet that never belongs into a head what it is, and of another one which rule it breaks here. */
    private static RefusedException broken(int octet, Refusal rule) {
        if (octet == LF) {
            return Refusal.BARE_LF.exception();
        }
        boolean control = octet < ' ' && octet != CR || octet == 0x7F;
        return (control ? Refusal.CONTROL_CHARACTER : rule).exception();
    }

    private Request request() throws RefusedException {
        List<Header> headers = new ArrayList<>(fieldCount);
        List<String> hosts = new ArrayList<>(1);
        int line = fieldsAt;
        while (head[line] != CR) {
            int colon = indexOf(':', line);
            int end = indexOf(CR, colon);
            Header header = new Header(text(line, colon), value(colon + 1, end));
            headers.add(header);
            if (header.name().equalsIgnoreCase("Host")) {
                hosts.add(header.value());
            }
            line = end + 2;
        }
        Authority host = Authority.ofHost(hosts, minorVersion);
        Target parsed = requireNonNull(target);
        Authority authority = parsed.authority() == null ? host : parsed.authority();
        return new Request(method, rawTarget, parsed.path(), parsed.query(), minorVersion, authority, headers);
    }

    /** RFC 9112 §5.1: blanks around a value are not part of it. */
    private String value(int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isBlank(head[start])) {
            start++;
        }
        while (end > start && isBlank(head[end - 1])) {
            end--;
        }
        return text(start, end);
    }

    private static boolean isBlank(int octet) {
        return octet == ' ' || octet == '\t';
    }

    private int indexOf(int octet, int from) {
        int index = from;
        while (head[index] != octet) {
            index++;
        }
        return index;
    }

    private String text(int from, int to) {
        return new String(head, from, to - from, ISO_8859_1);
    }
}
