package io.websock.handshake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server without sockets, with the endpoint {@code /ws}, which speaks the subprotocols chat and superchat. */
final class Server {

    record Endpoint(List<String> subprotocols, OriginPolicy origins) implements Route {
        @Override
        public List<ExtensionNegotiator> extensions() {
            return List.of();
        }
    }

    /**
     * What a client sees, and what is counted.
     *
     * @param refusal null if there is none
     * @param taken number of bytes after which the answer was certain
     */
    record Answer(String response, @Nullable Refusal refusal, int taken) {}

    /** The smallest request of a client that is no browser; more fields may follow. */
    static final String REQUEST = http("""
                    GET /ws HTTP/1.1
                    Host: example.com
                    Connection: Upgrade
                    Upgrade: websocket
                    Sec-WebSocket-Version: 13
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
                    """);

    private final Map<String, Endpoint> endpoints = new HashMap<>();
    private final ServerHandshake<Endpoint> handshake = new ServerHandshake<>(endpoints::get);
    private final HeadLimits limits;

    Server() {
        this(OriginPolicy.SAME);
    }

    Server(OriginPolicy origins) {
        this(origins, HeadLimits.DEFAULT);
    }

    Server(OriginPolicy origins, HeadLimits limits) {
        this.limits = limits;
        endpoints.put("/ws", new Endpoint(List.of("chat", "superchat"), origins));
    }

    /** The answer to these octets, however they are split. */
    Answer answer(String request) {
        return Splits.sameOutcome(request, this::answer);
    }

    Answer answer(List<ByteBuffer> reads) {
        RequestParser parser = new RequestParser(limits);
        int taken = 0;
        for (ByteBuffer read : reads) {
            try {
                Request request = parser.parse(read);
                if (request != null) {
                    byte[] response = handshake.check(request).response();
                    return new Answer(text(response), null, taken + read.position());
                }
                if (read.hasRemaining()) {
                    throw new AssertionError("more is needed, but not all was taken");
                }
                taken += read.position();
            } catch (RefusedException e) {
                return new Answer(text(e.response(parser.method(), null)), e.refusal(), taken + read.position());
            }
        }
        return new Answer("", null, taken);
    }

    /** The line ends of HTTP down to the empty line; what follows it is content. */
    static String http(String lines) {
        int end = lines.indexOf("\n\n") + 2;
        int content = end > 1 ? end : lines.length();
        return lines.substring(0, content).replace("\n", "\r\n") + lines.substring(content);
    }

    static String text(byte[] response) {
        return new String(response, StandardCharsets.UTF_8);
    }

    /** What the parser makes of a head without fault. */
    static Request parse(String request) {
        return Splits.sameOutcome(request, reads -> {
            RequestParser parser = new RequestParser(HeadLimits.DEFAULT);
            for (ByteBuffer read : reads) {
                try {
                    Request parsed = parser.parse(read);
                    if (parsed != null) {
                        return parsed;
                    }
                } catch (RefusedException e) {
                    throw new AssertionError(e.refusal() + ": " + e.text(), e);
                }
            }
            throw new AssertionError("not complete");
        });
    }
}
