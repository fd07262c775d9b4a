package io.websock.handshake;

import java.util.Locale;

/** Every rule of the opening handshake that a server or a proxy can break, and what else can end it for a client. */
public enum HandshakeFailure {
    // The status line.
    STATUS_LINE_MALFORMED("RFC 9112 §4", "status line is malformed"),
    HTTP_VERSION_UNSUPPORTED("RFC 9112 §2.3", "server does not speak HTTP/1.1"),
    PLAINTEXT_ON_TLS_PORT("RFC 8446 §6", "this port speaks TLS"),

    // The header fields.
    BARE_LF("RFC 9112 §2.2", "line feed without carriage return"),
    BARE_CR("RFC 9112 §2.2", "carriage return without line feed"),
    CONTROL_CHARACTER("RFC 9110 §5.5", "control character in the response head"),
    HEADER_NAME_MALFORMED("RFC 9112 §5", "header name is not a token followed by a colon"),
    SPACE_BEFORE_COLON("RFC 9112 §5.1", "space between header name and colon"),
    FOLDED_LINE("RFC 9112 §5.2", "header line is folded"),
    HEAD_TOO_LARGE("RFC 9110 §5.4", "response head is too large"),
    TOO_MANY_HEADERS("RFC 9110 §5.4", "response has too many headers"),
    TOO_MANY_INFORMATIONAL("RFC 9110 §15.2", "too many informational responses"),
    INFORMATIONAL_WITH_BODY("RFC 9110 §15.2", "informational response has a body"),

    // The opening handshake.
    PROXY_REFUSED("RFC 9110 §9.3.6", "proxy opened no tunnel"),
    UPGRADE_REFUSED("RFC 6455 §4.1", "server did not switch to websocket"),
    UPGRADE_MISSING("RFC 6455 §4.1", "Upgrade is missing"),
    UPGRADE_REPEATED("RFC 6455 §4.1", "Upgrade has more than one value"),
    UPGRADE_WRONG("RFC 6455 §4.1", "Upgrade is not websocket"),
    CONNECTION_WRONG("RFC 6455 §4.1", "Connection has no upgrade"),
    ACCEPT_MISSING("RFC 6455 §4.1", "Sec-WebSocket-Accept is missing"),
    ACCEPT_REPEATED("RFC 6455 §11.3.3", "Sec-WebSocket-Accept is given more than once"),
    ACCEPT_WRONG("RFC 6455 §4.1", "Sec-WebSocket-Accept does not answer the key"),
    EXTENSIONS_MALFORMED("RFC 6455 §9.1", "Sec-WebSocket-Extensions is malformed"),
    EXTENSION_NOT_OFFERED("RFC 6455 §4.1", "extension was not offered"),
    EXTENSION_REPEATED("RFC 6455 §9.1", "extension is accepted more than once"),
    EXTENSION_MISMATCH("RFC 6455 §9.1", "extensions are not accepted as they were offered"),
    SUBPROTOCOL_NOT_OFFERED("RFC 6455 §4.1", "subprotocol was not offered"),
    SUBPROTOCOL_REPEATED("RFC 6455 §11.3.4", "Sec-WebSocket-Protocol is given more than once"),

    // What the engine finds.
    ANSWER_PREMATURE("RFC 9112 §9.2", "answer came before the request was sent"),
    TLS_FAILED("RFC 6455 §4.1", "TLS failed"),
    HANDSHAKE_TIMEOUT("RFC 6455 §4.1", "handshake took too long"),
    CONNECTION_LOST("RFC 6455 §4.1", "connection ended before the handshake did");

    private final String section;
    private final String text;

    HandshakeFailure(String section, String text) {
        this.section = section;
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

    /** What is wrong, which a limit or a quotation may complete. */
    public String text() {
        return text;
    }

    public HandshakeFailedException exception() {
        return exception(text);
    }

    HandshakeFailedException exception(String text) {
        return new HandshakeFailedException(this, text, null, "", null);
    }

    /** Adds what the server sent or what else there is to say, cut short and with nothing but visible ASCII and spaces. */
    public HandshakeFailedException quoting(String sent) {
        return exception(text + ": " + Octet.visible(sent));
    }

    /** Adds the message of {@code cause}, which may be longer. */
    public HandshakeFailedException causedBy(Throwable cause) {
        String message = text + ": " + Octet.visible(String.valueOf(cause.getMessage()), 512);
        return new HandshakeFailedException(this, message, null, "", cause);
    }
}
