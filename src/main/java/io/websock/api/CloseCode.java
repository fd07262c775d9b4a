package io.websock.api;

/** The status codes of a Close frame (RFC 6455 §7.4 and the registry it founded). */
public final class CloseCode {
    public static final int NORMAL = 1000;
    public static final int GOING_AWAY = 1001;
    public static final int PROTOCOL_ERROR = 1002;
    public static final int UNSUPPORTED_DATA = 1003;
    /** Never sent: stands for a Close frame without a code. */
    public static final int NO_STATUS = 1005;
    /** Never sent: stands for a connection that ended without a Close frame. */
    public static final int ABNORMAL = 1006;

    public static final int INVALID_DATA = 1007;
    public static final int POLICY_VIOLATION = 1008;
    public static final int TOO_BIG = 1009;
    public static final int MANDATORY_EXTENSION = 1010;
    public static final int INTERNAL_ERROR = 1011;
    public static final int SERVICE_RESTART = 1012;
    public static final int TRY_AGAIN_LATER = 1013;
    public static final int BAD_GATEWAY = 1014;

    private CloseCode() {}

    /** Whether a Close frame may carry this code (RFC 6455 §7.4.2): 1000–1003, 1007–1014 and 3000–4999. */
    public static boolean isSendable(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }
}
