package io.websock.handshake;

import java.util.Locale;

/** Every rule of the opening handshake that a client can break or a server can end it by, and the status that answers it. */
public enum Refusal {
    // The request line.
    REQUEST_LINE_MALFORMED("RFC 9112 §3", 400, "request line is malformed"),
    TARGET_MALFORMED("RFC 9112 §3.2", 400, "request target is malformed"),
    TARGET_TOO_LONG("RFC 9112 §3", 414, "request target is too long"),
    ESCAPE_MALFORMED("RFC 3986 §2.1", 400, "path is not percent-encoded UTF-8"),
    ENCODED_CONTROL("RFC 3986 §7.3", 400, "path has a percent-encoded control character"),
    DOT_SEGMENT("RFC 3986 §6.2.2.3", 400, "path has a dot segment"),
    HTTP_VERSION_MISSING("RFC 9112 §2.3", 400, "request line has no HTTP version"),
    HTTP_VERSION_UNSUPPORTED("RFC 9110 §15.6.6", 505, "only HTTP/1.1 is spoken here"),

    // The header fields.
    BARE_LF("RFC 9112 §2.2", 400, "line feed without carriage return"),
    BARE_CR("RFC 9112 §2.2", 400, "carriage return without line feed"),
    CONTROL_CHARACTER("RFC 9110 §5.5", 400, "control character in the request head"),
    HEADER_NAME_MALFORMED("RFC 9112 §5", 400, "header name is not a token followed by a colon"),
    SPACE_BEFORE_COLON("RFC 9112 §5.1", 400, "space between header name and colon"),
    FOLDED_LINE("RFC 9112 §5.2", 400, "header line is folded"),
    HEAD_TOO_LARGE("RFC 6585 §5", 431, "request head is too large"),
    TOO_MANY_HEADERS("RFC 6585 §5", 431, "request has too many headers"),
    HOST_MISSING("RFC 9112 §3.2", 400, "Host is missing"),
    HOST_REPEATED("RFC 9112 §3.2", 400, "Host is given more than once"),
    HOST_EMPTY("RFC 9112 §3.2", 400, "Host is empty"),
    HOST_MALFORMED("RFC 9112 §3.2", 400, "Host is malformed"),

    // The opening handshake.
    BODY_WITH_UPGRADE("RFC 9110 §9.3.1", 400, "request to upgrade has a body"),
    UNKNOWN_PATH("RFC 6455 §4.2.2", 404, "no endpoint has this path"),
    METHOD_NOT_ALLOWED("RFC 6455 §4.1", 405, "method is not GET"),
    UPGRADE_REQUIRED("RFC 6455 §4.2.1", 426, "request does not ask for an upgrade to websocket with HTTP/1.1"),
    VERSION_MISSING("RFC 6455 §4.4", 426, "Sec-WebSocket-Version is missing"),
    VERSION_REPEATED("RFC 6455 §11.3.5", 400, "Sec-WebSocket-Version is given more than once"),
    VERSION_UNSUPPORTED("RFC 6455 §4.4", 426, "Sec-WebSocket-Version is not 13"),
    KEY_MISSING("RFC 6455 §4.2.1", 400, "Sec-WebSocket-Key is missing"),
    KEY_REPEATED("RFC 6455 §11.3.1", 400, "Sec-WebSocket-Key is given more than once"),
    KEY_MALFORMED("RFC 6455 §4.2.1", 400, "Sec-WebSocket-Key is not base64 of 16 bytes"),
    EXTENSIONS_MALFORMED("RFC 6455 §9.1", 400, "Sec-WebSocket-Extensions is malformed"),
    SUBPROTOCOL_MALFORMED("RFC 6455 §4.1", 400, "Sec-WebSocket-Protocol is not a list of tokens"),
    SUBPROTOCOL_REPEATED("RFC 6455 §4.1", 400, "Sec-WebSocket-Protocol has the same element twice"),
    ORIGIN_NULL("RFC 6455 §10.2", 403, "Origin is null"),
    ORIGIN_REPEATED("RFC 6454 §7.3", 403, "Origin is given more than once"),
    ORIGIN_MALFORMED("RFC 6454 §7.1", 403, "Origin is malformed"),
    ORIGIN_NOT_ALLOWED("RFC 6455 §10.2", 403, "Origin is not allowed"),

    // What the engine finds.
    PLAINTEXT_ON_TLS_PORT("RFC 8446 §5", 400, "this port speaks TLS, use wss"),
    TLS_ON_PLAIN_PORT("RFC 9112 §3", 400, "this port does not speak TLS, use ws"),
    HANDSHAKE_TIMEOUT("RFC 9110 §15.5.9", 408, "handshake took too long"),
    SERVER_FULL("RFC 9110 §15.6.4", 503, "server is full"),
    STOPPING("RFC 9110 §15.6.4", 503, "server is stopping"),
    INTERCEPTOR_REFUSED("RFC 6455 §4.2.2", 403, "refused"),
    INTERCEPTOR_FAILED("RFC 9110 §15.6.1", 500, "internal error"),
    EXTENSION_FAILED("RFC 9110 §15.6.1", 500, "internal error");

    private final String section;
    private final int status;
    private final String text;

    Refusal(String section, int status, String text) {
        this.section = section;
        this.status = status;
        this.text = text;
    }

    /** The name of the rule in metrics, logs and documentation. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The RFC and its section that has the rule. */
    public String section() {
        return section;
    }

    /** The HTTP status that answers it; an interceptor that refuses has its own. */
    public int status() {
        return status;
    }

    /** The body of that answer, which a limit or a quotation may complete. */
    public String text() {
        return text;
    }

    public RefusedException exception() {
        return exception(text);
    }

    public RefusedException exception(String text) {
        return new RefusedException(this, text);
    }

    /** Adds what the client sent, cut short and with nothing but visible ASCII and spaces. */
    RefusedException quoting(String sent) {
        return exception(text + ": " + Octet.visible(sent));
    }
}
