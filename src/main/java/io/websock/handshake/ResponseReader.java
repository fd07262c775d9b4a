package io.websock.handshake;

import java.nio.ByteBuffer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Reads up to the response that is wanted, or to the end of one that is not. */
final class ResponseReader {

    /** RFC 9110 §15.2 has clients expect any number, which is no reason to wait for ever. */
    static final int MAX_INFORMATIONAL = 8;

    private final HeadLimits limits;
    private final IntPredicate wanted;
    private final HandshakeFailure otherwise;
    private ResponseParser parser;
    private int informational;
    private @Nullable ResponseContent unwanted;

    /**
     * @param wanted the statuses of the response that it is all about
     * @param otherwise what has failed if the final response has another one
     */
    ResponseReader(HeadLimits limits, IntPredicate wanted, HandshakeFailure otherwise) {
        this.limits = limits;
        this.wanted = wanted;
        this.otherwise = otherwise;
        parser = new ResponseParser(limits);
    }

    /**
     * Takes the next bytes, up to the end of the wanted head and not beyond it.
     *
     * @return that head, or null as long as it is not complete
     */
    @Nullable
    ResponseHead read(ByteBuffer in) throws HandshakeFailedException {
        if (unwanted == null) {
            ResponseHead head = finalHead(in);
            if (head == null || wanted.test(head.status())) {
                return head;
            }
            unwanted = new ResponseContent(head);
        }
        if (unwanted.take(in)) {
            throw failed(unwanted);
        }
        return null;
    }

    /** A 101 is final, too: what follows it is not HTTP any more (RFC 9110 §7.8). */
    private @Nullable ResponseHead finalHead(ByteBuffer in) throws HandshakeFailedException {
        ResponseHead head = parser.parse(in);
        while (head != null && head.isInformational()) {
            if (head.minorVersion() == 0) {
                // RFC 9110 §15.2: HTTP/1.0 has no such statuses, nor Upgrade (§7.8).
                throw HandshakeFailure.HTTP_VERSION_UNSUPPORTED.exception();
            }
            if (head.mayHaveBody()) {
                throw HandshakeFailure.INFORMATIONAL_WITH_BODY.exception();
            }
            if (head.status() == 101) {
                return head;
            }
            if (informational++ == MAX_INFORMATIONAL) {
                throw HandshakeFailure.TOO_MANY_INFORMATIONAL.exception();
            }
            parser = new ResponseParser(limits);
            head = parser.parse(in);
        }
        return head;
    }

    /** Nothing more comes: that is the failure, unless there is an unwanted response that says more. */
    HandshakeFailedException ended(HandshakeFailure why) {
        return unwanted == null ? why.exception() : failed(unwanted);
    }

    private HandshakeFailedException failed(ResponseContent response) {
        ResponseHead head = response.head();
        return new HandshakeFailedException(otherwise, otherwise.text() + ": " + head, head, response.text(), null);
    }
}
