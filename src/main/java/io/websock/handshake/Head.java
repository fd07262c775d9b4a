package io.websock.handshake;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the heads of requests and of responses have in common: their fields (RFC 9110 §5), in their order. */
public sealed interface Head permits Request, ResponseHead {

    List<Header> headers();

    /** The first header field of this name, in any case. */
    default @Nullable String header(String name) {
        for (Header header : headers()) {
            if (header.name().equalsIgnoreCase(name)) {
                return header.value();
            }
        }
        return null;
    }

    /** The values of all header fields of this name, in any case, in their order. */
    default List<String> headers(String name) {
        List<String> values = new ArrayList<>(2);
        for (Header header : headers()) {
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
    default List<String> elements(String name) {
        List<String> elements = new ArrayList<>();
        for (String line : headers(name)) {
            for (String element : line.split(",", -1)) {
                elements.add(element.trim());
            }
        }
        return elements;
    }

    /** RFC 9112 §6: whether a body is announced; one whose length is malformed is a way to smuggle (§11.2). */
    default boolean mayHaveBody() {
        return header("Transfer-Encoding") != null
                || !elements("Content-Length").stream().allMatch(length -> length.matches("0+"));
    }
}
