package io.websock.handshake;

import java.util.ArrayList;
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
        List<Header> headers) {

    public Request {
        headers = List.copyOf(headers);
    }

    /** The first header field of this name, in any case. */
    public @Nullable String header(String name) {
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(name)) {
                return header.value();
            }
        }
        return null;
    }

    /** The values of all header fields of this name, in any case, in their order. */
    public List<String> headers(String name) {
        List<String> values = new ArrayList<>(2);
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(name)) {
                values.add(header.value());
            }
        }
        return values;
    }

    /**
     * The elements of a list-based field without quoted strings, of all its lines (RFC 9110 §5.6.1). Empty elements are in it,
     * for those who must refuse them.
     */
    List<String> elements(String name) {
        List<String> elements = new ArrayList<>();
        for (String line : headers(name)) {
            for (String element : line.split(",", -1)) {
                elements.add(element.trim());
            }
        }
        return elements;
    }

    /** Method and path: what else there is may be secret. */
    @Override
    public String toString() {
        return method + ' ' + path;
    }
}
