package io.websock.api;

/**
 * How a connection ended (RFC 6455 §7.1.5 and §7.1.6).
 *
 * @param code the code of the Close frame that began it: of the peer's if the peer was first, else of ours; {@link
 *     CloseCode#NO_STATUS} for one without a code, {@link CloseCode#ABNORMAL} if the connection was lost
 * @param reason what came with the code, or, for a lost connection, what we know of it; empty if nothing
 * @param initiator who began
 * @param clean whether both sides sent their Close frame (RFC 6455 §7.1.4)
 */
public record CloseInfo(int code, String reason, Initiator initiator, boolean clean) {

    /** Who began to close. */
    public enum Initiator {
        /** The peer sent the first Close frame. */
        PEER,
        /** This side sent the first Close frame, or gave the peer up. */
        LOCAL,
        /** The TCP connection ended without a Close frame. */
        TRANSPORT
    }
}
