package io.websock.handshake;

import java.util.List;

/**
 * The head of a response (RFC 9112 §4, §5), its grammar checked, its meaning not.
 *
 * @param minorVersion 0, or 1 for any HTTP/1.1 and above (RFC 9110 §2.5)
 * @param status three digits, of which those from 600 on, and below 100, mean no more than a 5xx (RFC 9110 §15)
 * @param reason as it was sent, octets above 127 as one ISO 8859-1 character each; may be empty
 */
public record ResponseHead(int minorVersion, int status, String reason, List<Header> headers) implements Head {

    public ResponseHead {
        headers = List.copyOf(headers);
    }

    /** RFC 9110 §15.2: whether another response follows, or after a 101 another protocol. */
    boolean isInformational() {
        return status / 100 == 1;
    }

    /** Status and reason, as far as they can be shown: what else there is may be secret. */
    @Override
    public String toString() {
        return Octet.visible((status + " " + reason).trim());
    }
}
