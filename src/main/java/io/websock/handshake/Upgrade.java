package io.websock.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.websock.protocol.Extension;
import io.websock.protocol.ExtensionChain;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A handshake that found nothing to refuse (RFC 6455 §4.2.2).
 *
 * @param accept the value of Sec-WebSocket-Accept
 * @param subprotocol the one that is spoken, null if none
 * @param extensions the ones in use, in the order of the response
 */
public record Upgrade<R extends Route>(
        Request request, R route, String accept, @Nullable String subprotocol, List<Agreement> extensions) {

    public Upgrade {
        extensions = List.copyOf(extensions);
    }

    /** What the extensions do to messages; null if there are none. */
    public @Nullable Extension extension() {
        return ExtensionChain.of(extensions.stream().map(Agreement::extension).toList());
    }

    /** The response that opens the connection. It has no Date, which RFC 9110 §6.6.1 does not ask of a 1xx. */
    public byte[] response() {
        StringBuilder response = new StringBuilder(256)
                .append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
                .append("Sec-WebSocket-Accept: ")
                .append(accept)
                .append("\r\n");
        if (subprotocol != null) {
            response.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
        }
        if (!extensions.isEmpty()) {
            response.append("Sec-WebSocket-Extensions: ")
                    .append(extensions.stream()
                            .map(agreement -> agreement.answer().toString())
                            .collect(Collectors.joining(", ")))
                    .append("\r\n");
        }
        return response.append("\r\n").toString().getBytes(ISO_8859_1);
    }
}
