package io.websock.actuate;

import java.util.Map;

/** Ends a request with a status and one line of text; thrown wherever it is found out, and caught in one place, the handler's. */
final class RequestRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Answer answer;

    RequestRefusedException(int status, String text) {
        this(status, text, Map.of());
    }

    /** @param headers of the answer */
    RequestRefusedException(int status, String text, Map<String, String> headers) {
        super(text, null, false, false);
        this.answer = Answer.text(status, text, headers);
    }

    Answer answer() {
        return answer;
    }
}
