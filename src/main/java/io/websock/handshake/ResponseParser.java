package io.websock.handshake;

import java.util.List;

/**
 * The head of a response, with the start line of RFC 9112 §4, whose second space is not optional:
 *
 * <pre>
 * HTTP/1.x SP status SP [reason] CR LF
 * </pre>
 */
final class ResponseParser extends HeadParser<ResponseHead, HandshakeFailedException> {

    /** What comes before the reason; a zero stands for any digit. */
    private static final String START = "HTTP/0.0 000 ";

    private static final int MAJOR_AT = START.indexOf('0');
    private static final int MINOR_AT = MAJOR_AT + 2;

    /** RFC 8446 §5.1: the content type of the record that says what a TLS server thinks of our request. */
    private static final int TLS_ALERT = 21;

    private final HeadLimits limits;
    private boolean lineEnds;
    private int minorVersion;
    private int status;
    private String reason = "";

    ResponseParser(HeadLimits limits) {
        super(limits);
        this.limits = limits;
    }

    @Override
    boolean startLine(int octet) throws HandshakeFailedException {
        if (lineEnds) {
            return lineFeed(octet, true);
        }
        int index = at() - 1;
        if (index < START.length()) {
            start(octet, index);
        } else if (!Octet.is(Octet.FIELD, octet)) {
            if (octet != CR) {
                throw broken(octet, HandshakeFailure.CONTROL_CHARACTER.exception());
            }
            reason = text(START.length(), index);
            lineEnds = true;
        }
        return false;
    }

    private void start(int octet, int index) throws HandshakeFailedException {
        if (index == 0 && octet == TLS_ALERT) {
            throw HandshakeFailure.PLAINTEXT_ON_TLS_PORT.exception();
        }
        boolean digit = octet >= '0' && octet <= '9';
        // RFC 9112 §2.3: one digit each, so a higher major version is one that we do not speak, even before its minor
        // one.
        if (index == MAJOR_AT && digit && octet != '1') {
            throw HandshakeFailure.HTTP_VERSION_UNSUPPORTED.exception();
        }
        char expected = START.charAt(index);
        if (expected == '0' ? !digit : octet != expected) {
            throw broken(octet, HandshakeFailure.STATUS_LINE_MALFORMED.exception());
        }
        if (index == MINOR_AT) {
            minorVersion = octet == '0' ? 0 : 1;
        } else if (index > MINOR_AT && digit) {
            status = status * 10 + octet - '0';
        }
    }

    @Override
    ResponseHead head(List<Header> headers) {
        return new ResponseHead(minorVersion, status, reason, headers);
    }

    @Override
    HandshakeFailedException exception(Fault fault) {
        return switch (fault) {
            case BARE_LF -> HandshakeFailure.BARE_LF.exception();
            case BARE_CR -> HandshakeFailure.BARE_CR.exception();
            case CONTROL_CHARACTER -> HandshakeFailure.CONTROL_CHARACTER.exception();
            case HEADER_NAME_MALFORMED -> HandshakeFailure.HEADER_NAME_MALFORMED.exception();
            case SPACE_BEFORE_COLON -> HandshakeFailure.SPACE_BEFORE_COLON.exception();
            case FOLDED_LINE -> HandshakeFailure.FOLDED_LINE.exception();
            case HEAD_TOO_LARGE ->
                HandshakeFailure.HEAD_TOO_LARGE.exception(
                        "response head exceeds " + HeadLimits.size(limits.maxBytes()));
            case TOO_MANY_HEADERS ->
                HandshakeFailure.TOO_MANY_HEADERS.exception(
                        "response has more than " + limits.maxHeaders() + " headers");
        };
    }
}
