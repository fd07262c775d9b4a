package io.websock.handshake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request (RFC 9112 §3, §5), its grammar checked, its meaning not.
 *
 * @param method in its case (RFC 9110 §9.1)
 * @param target as it was sent
 * @param path of the target, percent-decoded as UTF-8 but for {@code %2F}, which is data and not a separator; starts with a slash
 * @param query of the target as it was sent, without the question mark
 * @param minorVersion 0, or 1 for any HTTP/1.1 and above (RFC 9110 §2.5)
 * @param authority of the target, else of Host; {@link Authority#NONE} if HTTP/1.0 has neither (RFC 9112 §3.3)
 */
public record Request(
        String method,
        String target,
        String path,
        @Nullable String query,
        int minorVersion,
        Authority authority,
        List<Header> headers)
        implements Head {

    public Request {
        headers = List.copyOf(headers);
    }

    /** Method and path: what else there is may be secret. */
    @Override
    public String toString() {
        return method + ' ' + path;
    }
}
