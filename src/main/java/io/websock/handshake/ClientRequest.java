package io.websock.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks a server for (RFC 6455 §4.1); good for any number of connections.
 *
 * @param headers the user's own, cookies and credentials among them; sent as they are, in ISO 8859-1
 * @param subprotocols in the order of preference
 * @param extensions in the order of preference
 * @param origin of the page or program that connects, {@code scheme://host[:port]}; null if there is none to name
 */
public record ClientRequest(
        WebSocketUri uri,
        List<Header> headers,
        List<String> subprotocols,
        List<ExtensionOffer> extensions,
        @Nullable String origin) {

    /** What the handshake says itself, and what would give it a body. */
    private static final Set<String> OWN =
            Set.of("host", "upgrade", "connection", "origin", "content-length", "transfer-encoding");

    /** @throws IllegalArgumentException if one of these cannot be sent; it names the header, but never quotes its value */
    public ClientRequest {
        headers = List.copyOf(headers);
        subprotocols = List.copyOf(subprotocols);
        extensions = List.copyOf(extensions);
        headers.forEach(ClientRequest::check);
        Set<String> seen = new HashSet<>();
        for (String subprotocol : subprotocols) {
            checkToken("subprotocol", subprotocol);
            if (!seen.add(subprotocol)) {
                throw new IllegalArgumentException("subprotocol is offered twice: " + subprotocol);
            }
        }
        extensions.forEach(ClientRequest::check);
        if (origin != null && Origin.parse(origin) == null) {
            throw new IllegalArgumentException("an origin is scheme://host[:port], not " + Octet.visible(origin));
        }
    }

    private static void check(Header header) {
        String name = header.name();
        checkToken("header name", name);
        String lowerCase = name.toLowerCase(Locale.ROOT);
        if (OWN.contains(lowerCase) || lowerCase.startsWith("sec-websocket-")) {
            throw new IllegalArgumentException("header " + name + " is the handshake's own");
        }
        if (!header.value().chars().allMatch(octet -> Octet.is(Octet.FIELD, octet))) {
            throw new IllegalArgumentException(
                    "header " + name + " has a control character, or one that ISO 8859-1 has not");
        }
    }

    private static void check(ExtensionOffer offer) {
        checkToken("extension", offer.name());
        offer.parameters().forEach(parameter -> {
            checkToken("parameter of extension " + offer.name(), parameter.name());
            if (parameter.value() != null) {
                checkToken("value of parameter " + parameter.name(), parameter.value());
            }
        });
    }

    private static void checkToken(String what, String text) {
        if (!Octet.isToken(text)) {
            throw new IllegalArgumentException(what + " is not a token: " + Octet.visible(text));
        }
    }

    /** The bytes of the request, Host being the first field (RFC 9110 §7.2). */
    byte[] bytes(SecWebSocketKey key) {
        StringBuilder request = new StringBuilder(512);
        request.append("GET ").append(uri.resourceName()).append(" HTTP/1.1\r\n");
        field(request, "Host", uri.hostField());
        field(request, "Upgrade", "websocket");
        field(request, "Connection", "Upgrade");
        field(request, "Sec-WebSocket-Key", key.value());
        field(request, "Sec-WebSocket-Version", "13");
        if (!subprotocols.isEmpty()) {
            field(request, "Sec-WebSocket-Protocol", String.join(", ", subprotocols));
        }
        if (!extensions.isEmpty()) {
            field(
                    request,
                    "Sec-WebSocket-Extensions",
                    extensions.stream().map(ExtensionOffer::toString).collect(Collectors.joining(", ")));
        }
        if (origin != null) {
            field(request, "Origin", origin);
        }
        headers.forEach(header -> field(request, header.name(), header.value()));
        return request.append("\r\n").toString().getBytes(ISO_8859_1);
    }

    private static void field(StringBuilder request, String name, String value) {
        request.append(name).append(": ").append(value).append("\r\n");
    }

    /** The URI: what else there is may be secret. */
    @Override
    public String toString() {
        return uri.toString();
    }
}
