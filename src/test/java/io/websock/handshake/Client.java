package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.handshake.ClientHandshake.Established;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client without sockets, whose key is that of RFC 6455 §1.3; offers the subprotocols chat and superchat and two extensions. */
final class Client {

    /**
     * What a user sees.
     *
     * @param established null if it is not
     * @param failure null if there is none
     * @param status of the answer of a server that refused, else 0
     * @param taken number of bytes after which the outcome was certain
     */
    record Outcome(
            @Nullable Established established,
            @Nullable HandshakeFailure failure,
            String text,
            int status,
            String content,
            int taken) {

        static Outcome of(HandshakeFailedException e, int taken) {
            ResponseHead response = e.response();
            return new Outcome(
                    null, e.failure(), e.text(), response == null ? 0 : response.status(), e.content(), taken);
        }
    }

    static final byte[] NONCE = "the sample nonce".getBytes(StandardCharsets.US_ASCII);

    /** The smallest answer that is a good one; more fields may follow. */
    static final String RESPONSE = Server.http("""
                    HTTP/1.1 101 Switching Protocols
                    Upgrade: websocket
                    Connection: Upgrade
                    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
                    """);

    static final ClientRequest REQUEST = new ClientRequest(
            WebSocketUri.parse("ws://example.com/ws"),
            List.of(),
            List.of("chat", "superchat"),
            List.of(offer("x"), offer("y"), offer("x")),
            null);

    private final ClientRequest request;
    private final HeadLimits limits;

    Client() {
        this(REQUEST, HeadLimits.DEFAULT);
    }

    Client(ClientRequest request, HeadLimits limits) {
        this.request = request;
        this.limits = limits;
    }

    static ExtensionOffer offer(String name) {
        return new ExtensionOffer(name, List.of());
    }

    /** The outcome of these octets, however they are split, and then the end of the stream. */
    Outcome outcome(String response) {
        return Splits.sameOutcome(response, this::outcome);
    }

    Outcome outcome(List<ByteBuffer> reads) {
        ClientHandshake handshake = new ClientHandshake(request, NONCE, limits);
        int taken = 0;
        for (ByteBuffer read : reads) {
            try {
                Established established = handshake.parse(read);
                taken += read.position();
                if (established != null) {
                    return new Outcome(established, null, "", 0, "", taken);
                }
                assertThat(read.hasRemaining()).isFalse();
            } catch (HandshakeFailedException e) {
                return Outcome.of(e, taken + read.position());
            }
        }
        return Outcome.of(handshake.ended(HandshakeFailure.CONNECTION_LOST), taken);
    }
}
