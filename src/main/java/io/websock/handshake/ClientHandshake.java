package io.websock.handshake;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the opening handshake of one connection (RFC 6455 §4.1). Any final status but 101 fails it, and so does
 * the first of these rules that a 101 breaks:
 *
 * <ol>
 *   <li>it is of HTTP/1.1 and has no body, which would be taken for frames
 *   <li>Upgrade is websocket and nothing else, and Connection has upgrade
 *   <li>Sec-WebSocket-Accept is there once and answers the key
 *   <li>each extension is one of those offered, and there once; whether its parameters will do is for the extension to say
 *   <li>the subprotocol, if any, is one of those offered
 * </ol>
 */
public final class ClientHandshake {

    /**
     * The server's answer is a good one, and the connection is open.
     *
     * @param subprotocol the one that is spoken, null if none
     * @param extensions that the server accepts, in the order in which it applies them (RFC 6455 §9.1)
     */
    public record Established(
            ResponseHead response, @Nullable String subprotocol, List<ExtensionOffer> extensions) {
        public Established {
            extensions = List.copyOf(extensions);
        }
    }

    private final ClientRequest request;
    private final SecWebSocketKey key;
    private final ResponseReader reader;

    /**
     * @param nonce 16 bytes of strong randomness, new for each connection
     * @param limits of the head of each response
     */
    public ClientHandshake(ClientRequest request, byte[] nonce, HeadLimits limits) {
        this.request = request;
        key = SecWebSocketKey.of(nonce);
        reader = new ResponseReader(limits, status -> status == 101, HandshakeFailure.UPGRADE_REFUSED);
    }

    /** The bytes that open the handshake. */
    public byte[] request() {
        return request.bytes(key);
    }

    /**
     * Takes the next bytes, up to the end of the 101 and not beyond it: what follows are frames. Of another response, takes the
     * start of its content, too.
     *
     * @return null as long as the answer is not complete
     * @throws HandshakeFailedException if the server refuses or breaks a rule; nothing must be parsed after it
     */
    public @Nullable Established parse(ByteBuffer in) throws HandshakeFailedException {
        ResponseHead response = reader.read(in);
        return response == null ? null : check(response);
    }

    /**
     * Why the handshake failed if nothing more comes: a refusal whose content is still on its way, else what ended it.
     *
     * @param why {@link HandshakeFailure#CONNECTION_LOST} at the end of the stream, or
     *     {@link HandshakeFailure#HANDSHAKE_TIMEOUT}
     */
    public HandshakeFailedException ended(HandshakeFailure why) {
        return reader.ended(why);
    }

    private Established check(ResponseHead response) throws HandshakeFailedException {
        checkUpgrade(response);
        checkAccept(response);
        List<ExtensionOffer> extensions = extensions(response);
        return new Established(response, subprotocol(response), extensions);
    }

    /** RFC 6455 §4.1: Upgrade is no list to choose from as it is in a request, Connection is one. */
    private static void checkUpgrade(ResponseHead response) throws HandshakeFailedException {
        List<String> upgrades = response.elements("Upgrade");
        if (upgrades.isEmpty()) {
            throw HandshakeFailure.UPGRADE_MISSING.exception();
        }
        if (upgrades.size() > 1) {
            throw HandshakeFailure.UPGRADE_REPEATED.exception();
        }
        if (!upgrades.get(0).equalsIgnoreCase("websocket")) {
            throw HandshakeFailure.UPGRADE_WRONG.quoting(upgrades.get(0));
        }
        if (response.elements("Connection").stream().noneMatch("upgrade"::equalsIgnoreCase)) {
            throw HandshakeFailure.CONNECTION_WRONG.exception();
        }
    }

    private void checkAccept(ResponseHead response) throws HandshakeFailedException {
        List<String> accepts = response.headers("Sec-WebSocket-Accept");
        if (accepts.isEmpty()) {
            throw HandshakeFailure.ACCEPT_MISSING.exception();
        }
        if (accepts.size() > 1) {
            throw HandshakeFailure.ACCEPT_REPEATED.exception();
        }
        if (!accepts.get(0).equals(key.accept())) {
            throw HandshakeFailure.ACCEPT_WRONG.exception();
        }
    }

    /** RFC 6455 §4.2.2 item 6 and its erratum 3433 let the server use several lines. */
    private List<ExtensionOffer> extensions(ResponseHead response) throws HandshakeFailedException {
        List<String> lines = response.headers("Sec-WebSocket-Extensions");
        Set<String> accepted = new HashSet<>();
        List<ExtensionOffer> extensions = extensionList(lines);
        for (ExtensionOffer extension : extensions) {
            if (request.extensions().stream().noneMatch(offer -> offer.name().equals(extension.name()))) {
                throw HandshakeFailure.EXTENSION_NOT_OFFERED.quoting(extension.name());
            }
            if (!accepted.add(extension.name())) {
                throw HandshakeFailure.EXTENSION_REPEATED.quoting(extension.name());
            }
        }
        return extensions;
    }

    private static List<ExtensionOffer> extensionList(List<String> lines) throws HandshakeFailedException {
        try {
            return ExtensionList.parse(lines);
        } catch (RefusedException e) {
            throw HandshakeFailure.EXTENSIONS_MALFORMED.quoting(String.join(", ", lines));
        }
    }

    /** None is legal whatever was offered: whether to go on without is for the user to say (RFC 6455 §4.1). */
    private @Nullable String subprotocol(ResponseHead response) throws HandshakeFailedException {
        List<String> lines = response.headers("Sec-WebSocket-Protocol");
        if (lines.isEmpty()) {
            return null;
        }
        if (lines.size() > 1) {
            throw HandshakeFailure.SUBPROTOCOL_REPEATED.exception();
        }
        if (!request.subprotocols().contains(lines.get(0))) {
            throw HandshakeFailure.SUBPROTOCOL_NOT_OFFERED.quoting(lines.get(0));
        }
        return lines.get(0);
    }
}
