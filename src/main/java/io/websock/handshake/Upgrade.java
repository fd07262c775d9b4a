package io.websock.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A handshake that found nothing to refuse (RFC 6455 §4.2.2).
 *
 * @param accept the value of Sec-WebSocket-Accept
 * @param subprotocol the one that is spoken, null if none
 * @param offers of extensions, in the client's order of preference
 */
public record Upgrade<R extends Route>(
        Request request, R route, String accept, @Nullable String subprotocol, List<ExtensionOffer> offers) {

    public Upgrade {
        offers = List.copyOf(offers);
    }

    /**
     * The response that opens the connection. It has no Date, which RFC 9110 §6.6.1 does not ask of a 1xx.
     *
     * @param accepted the extensions in use
     */
    public byte[] response(List<ExtensionOffer> accepted) {
        StringBuilder response = new StringBuilder(256)
                .append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
                .append("Sec-WebSocket-Accept: ")
                .append(accept)
                .append("\r\n");
        if (subprotocol != null) {
            response.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
        }
        if (!accepted.isEmpty()) {
            response.append("Sec-WebSocket-Extensions: ")
                    .append(accepted.stream().map(ExtensionOffer::toString).collect(Collectors.joining(", ")))
                    .append("\r\n");
        }
        return response.append("\r\n").toString().getBytes(ISO_8859_1);
    }
}
