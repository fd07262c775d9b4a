package io.websock.protocol;

/**
 * What one peer may ask of a connection.
 *
 * @param maxMessageSize the largest payload of a message in bytes, 0 and up
 * @param controlFramesPerSecond how many control frames a peer may send in a second on average, 1 and up
 * @param controlFrameBurst how many of them it may send at once, 1 and up
 */
public record ProtocolLimits(int maxMessageSize, int controlFramesPerSecond, int controlFrameBurst) {

    /** 64 KiB, 50 control frames a second and 100 at once. */
    public static final ProtocolLimits DEFAULT = new ProtocolLimits(64 * 1024, 50, 100);

    public ProtocolLimits {
        if (maxMessageSize < 0 || controlFramesPerSecond < 1 || controlFrameBurst < 1) {
            throw new IllegalArgumentException("limits out of range");
        }
    }

    /** These limits with another one for messages. */
    public ProtocolLimits withMaxMessageSize(int bytes) {
        return new ProtocolLimits(bytes, controlFramesPerSecond, controlFrameBurst);
    }

    ViolationException messageTooBig() {
        return new ViolationException(
                Violation.MESSAGE_TOO_BIG, Violation.MESSAGE_TOO_BIG.text() + "=" + inLargestUnit(maxMessageSize));
    }

    RateLimit controlFrames() {
        return new RateLimit(controlFramesPerSecond, controlFrameBurst);
    }

    ViolationException controlFlood() {
        return new ViolationException(
                Violation.CONTROL_FLOOD,
                Violation.CONTROL_FLOOD.text() + ": websocket.limits.control-frames-per-second="
                        + controlFramesPerSecond);
    }

    /** As it is written in a Spring property: 65536 is 64KB. */
    private static String inLargestUnit(int bytes) {
        if (bytes >= 1 << 20 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MB";
        }
        return bytes >= 1 << 10 && bytes % (1 << 10) == 0 ? (bytes >> 10) + "KB" : bytes + "B";
    }
}
