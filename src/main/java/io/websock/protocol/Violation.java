package io.websock.protocol;

import static io.websock.api.CloseCode.INVALID_DATA;
import static io.websock.api.CloseCode.POLICY_VIOLATION;
import static io.websock.api.CloseCode.PROTOCOL_ERROR;
import static io.websock.api.CloseCode.TOO_BIG;

import java.util.Locale;

/** Every rule of an open connection that a peer can break, and the Close frame that it gets for it. */
public enum Violation {
    UNMASKED_FRAME("RFC 6455 §5.1", PROTOCOL_ERROR, "frame from a client is not masked"),
    MASKED_FRAME("RFC 6455 §5.1", PROTOCOL_ERROR, "frame from a server is masked"),
    RESERVED_BIT("RFC 6455 §5.2", PROTOCOL_ERROR, "reserved bit is set"),
    RESERVED_OPCODE("RFC 6455 §5.2", PROTOCOL_ERROR, "opcode is reserved"),
    LENGTH_NOT_MINIMAL("RFC 6455 §5.2", PROTOCOL_ERROR, "length is not in its shortest form"),
    LENGTH_TOO_LARGE("RFC 6455 §5.2", PROTOCOL_ERROR, "64-bit length has its top bit set"),
    CONTROL_FRAGMENTED("RFC 6455 §5.5", PROTOCOL_ERROR, "control frame is fragmented"),
    CONTROL_TOO_LONG("RFC 6455 §5.5", PROTOCOL_ERROR, "control frame is longer than 125 bytes"),
    CONTINUATION_UNEXPECTED("RFC 6455 §5.4", PROTOCOL_ERROR, "continuation without a message to continue"),
    CONTINUATION_EXPECTED("RFC 6455 §5.4", PROTOCOL_ERROR, "new message inside a fragmented one"),
    CLOSE_PAYLOAD_INVALID("RFC 6455 §5.5.1", PROTOCOL_ERROR, "Close frame with one byte of payload"),
    CLOSE_CODE_INVALID("RFC 6455 §7.4", PROTOCOL_ERROR, "Close code must not be sent"),
    UTF8_INVALID("RFC 6455 §8.1", INVALID_DATA, "text is not UTF-8"),
    CLOSE_REASON_INVALID("RFC 6455 §8.1", INVALID_DATA, "Close reason is not UTF-8"),
    /** For extensions that are not ours; they may say more in the {@linkplain ViolationException reason}. */
    EXTENSION_DATA_INVALID("RFC 6455 §9", INVALID_DATA, "data of an extension is invalid"),
    DEFLATE_DATA_CORRUPT("RFC 7692 §7.2.2", INVALID_DATA, "compressed message is corrupt"),
    DEFLATE_BLOCKS_TOO_SMALL("RFC 6455 §10.4", POLICY_VIOLATION, "too many tiny final blocks in a compressed message"),
    MESSAGE_TOO_BIG("RFC 6455 §10.4", TOO_BIG, "message exceeds websocket.limits.max-message-size"),
    FRAGMENTS_TOO_SMALL("RFC 6455 §10.4", POLICY_VIOLATION, "too many tiny fragments"),
    CONTROL_FLOOD("RFC 6455 §10.4", POLICY_VIOLATION, "too many control frames");

    private final String section;
    private final int closeCode;
    private final String text;

    Violation(String section, int closeCode, String text) {
        this.section = section;
        this.closeCode = closeCode;
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

    /** The code of the Close frame that answers it (RFC 6455 §7.4.1). */
    public int closeCode() {
        return closeCode;
    }

    /** The reason in that Close frame, which a limit completes with its value. */
    public String text() {
        return text;
    }
}
