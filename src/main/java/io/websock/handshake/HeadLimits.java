package io.websock.handshake;

/**
 * What the head of a request, or of a response, may measure.
 *
 * @param maxBytes of the whole head, its empty lines included
 * @param maxHeaders number of header field lines
 * @param maxTarget bytes of the request target; a response has none
 */
public record HeadLimits(int maxBytes, int maxHeaders, int maxTarget) {

    /** 8 KiB, 64 headers, a target of 2 KiB. */
    public static final HeadLimits DEFAULT = new HeadLimits(8 << 10, 64, 2 << 10);

    public HeadLimits {
        if (maxBytes < 1 || maxHeaders < 1 || maxTarget < 1) {
            throw new IllegalArgumentException("limits of a head are at least 1");
        }
    }

    RefusedException headTooLarge() {
        return Refusal.HEAD_TOO_LARGE.exception(
                "request head exceeds websocket.limits.max-request-head-size=" + size(maxBytes));
    }

    RefusedException tooManyHeaders() {
        return Refusal.TOO_MANY_HEADERS.exception(
                "request has more headers than websocket.limits.max-request-headers=" + maxHeaders);
    }

    RefusedException targetTooLong() {
        return Refusal.TARGET_TOO_LONG.exception(
                "request target exceeds websocket.limits.max-request-target-size=" + size(maxTarget));
    }

    static String size(int bytes) {
        return bytes % 1024 == 0 ? bytes / 1024 + "KB" : bytes + "B";
    }
}
