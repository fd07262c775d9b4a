package io.websock.handshake;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An element of Sec-WebSocket-Extensions (RFC 6455 §9.1): an extension as it is offered, or accepted.
 *
 * @param parameters in their order, and all of them: whether one may be there twice is for the extension to say
 */
public record ExtensionOffer(String name, List<Parameter> parameters) {

    /** @param value a token, unquoted; null if the parameter has none */
    public record Parameter(String name, @Nullable String value) {
        @Override
        public String toString() {
            return value == null ? name : name + '=' + value;
        }
    }

    public ExtensionOffer {
        parameters = List.copyOf(parameters);
    }

    /** As on the wire. */
    @Override
    public String toString() {
        StringBuilder element = new StringBuilder(name);
        parameters.forEach(parameter -> element.append("; ").append(parameter));
        return element.toString();
    }
}
