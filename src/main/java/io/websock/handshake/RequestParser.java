package io.websock.handshake;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request, with the start line of RFC 9112 §3:
 *
 * <pre>
 * [CR LF] method SP target SP HTTP/1.x CR LF
 * </pre>
 *
 * The target is checked at the end of its line; Host, which may come last, at the end of the head. What follows the head are
 * frames.
 */
public final class RequestParser extends HeadParser<Request, RefusedException> {

    private enum State {
        START,
        START_LF,
        METHOD,
        PATH,
        QUERY,
        VERSION,
        LINE_LF
    }

    /** RFC 8446 §5.1: the content type of the record that a ClientHello comes in. */
    private static final int TLS_HANDSHAKE = 22;

    private static final String HTTP_NAME = "HTTP/";

    private final HeadLimits limits;
    private State state = State.START;

    private int methodAt;
    private int targetAt;
    private int versionAt;

    private String method = "";
    private String rawTarget = "";
    private @Nullable Target target;
    private int minorVersion;

    public RequestParser(HeadLimits limits) {
        super(limits);
        this.limits = limits;
    }

    /** The method, as soon as it is known; empty before. */
    public String method() {
        return method;
    }

    @Override
    boolean startLine(int octet) throws RefusedException {
        boolean last = state == State.LINE_LF;
        state = next(octet);
        return last;
    }

    private State next(int octet) throws RefusedException {
        return switch (state) {
            case START -> start(octet);
            case START_LF -> {
                // RFC 9112 §2.2: one empty line ahead of the request is ignored.
                methodAt = at();
                yield lineFeed(octet, State.METHOD);
            }
            case METHOD -> method(octet);
            case PATH -> octet == '?' ? target(octet, Octet.QUERY, State.QUERY) : target(octet, Octet.PATH, State.PATH);
            case QUERY -> target(octet, Octet.QUERY, State.QUERY);
            case VERSION -> version(octet, at() - 1 - versionAt);
            case LINE_LF -> {
                State then = lineFeed(octet, State.LINE_LF);
                target = Target.parse(method, rawTarget);
                yield then;
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
        if (octet != ' ' || at() - 1 == methodAt) {
            throw broken(octet, Refusal.REQUEST_LINE_MALFORMED.exception());
        }
        method = text(methodAt, at() - 1);
        targetAt = at();
        return State.PATH;
    }

    private State target(int octet, int kind, State then) throws RefusedException {
        if (Octet.is(kind, octet)) {
            if (at() - targetAt > limits.maxTarget()) {
                throw limits.targetTooLong();
            }
            return then;
        }
        if (octet == CR) {
            throw Refusal.HTTP_VERSION_MISSING.exception();
        }
        if (octet != ' ' || at() - 1 == targetAt) {
            throw broken(octet, Refusal.TARGET_MALFORMED.exception());
        }
        rawTarget = text(targetAt, at() - 1);
        versionAt = at();
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
            Refusal rule = index == 0 && octet == CR ? Refusal.HTTP_VERSION_MISSING : Refusal.REQUEST_LINE_MALFORMED;
            throw broken(octet, rule.exception());
        }
        if (octet == CR) {
            return State.LINE_LF;
        }
        // The last one counts.
        minorVersion = octet == '0' ? 0 : 1;
        return State.VERSION;
    }

    @Override
    Request head(List<Header> headers) throws RefusedException {
        List<String> hosts = headers.stream()
                .filter(header -> header.name().equalsIgnoreCase("Host"))
                .map(Header::value)
                .toList();
        Authority host = Authority.ofHost(hosts, minorVersion);
        Target parsed = requireNonNull(target);
        Authority authority = parsed.authority() == null ? host : parsed.authority();
        return new Request(method, rawTarget, parsed.path(), parsed.query(), minorVersion, authority, headers);
    }

    @Override
    RefusedException exception(Fault fault) {
        return switch (fault) {
            case BARE_LF -> Refusal.BARE_LF.exception();
            case BARE_CR -> Refusal.BARE_CR.exception();
            case CONTROL_CHARACTER -> Refusal.CONTROL_CHARACTER.exception();
            case HEADER_NAME_MALFORMED -> Refusal.HEADER_NAME_MALFORMED.exception();
            case SPACE_BEFORE_COLON -> Refusal.SPACE_BEFORE_COLON.exception();
            case FOLDED_LINE -> Refusal.FOLDED_LINE.exception();
            case HEAD_TOO_LARGE -> limits.headTooLarge();
            case TOO_MANY_HEADERS -> limits.tooManyHeaders();
        };
    }
}
