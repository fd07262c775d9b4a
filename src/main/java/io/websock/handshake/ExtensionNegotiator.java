package io.websock.handshake;

import io.websock.protocol.Extension;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An extension that this side speaks and can agree on with a peer (RFC 6455 §9.1). It is used for any number of handshakes, by
 * several threads at once, which are event loops: it must not block.
 *
 * <pre>
 * server   accept (each offer of this name, until one is accepted) → Agreement: what is answered, and the Extension
 * client   offers → the server's answer → confirm → Extension
 * </pre>
 *
 * <p>Two things are looked after for it: an extension is agreed on once per connection, and if it needs a {@linkplain
 * Extension#reservedBits reserved bit} that an extension before it owns, a server declines it and a client fails the connection.
 */
public interface ExtensionNegotiator {

    /** The extension's token, by which it is registered or, if it is private, known to both sides; in its case. */
    String name();

    /**
     * The server's part: answers one offer. A client may make several for the same extension, in the order of its preference; each
     * is asked about until one is accepted. What it throws refuses the handshake with 500.
     *
     * @param offer of this name
     * @return null to decline: because it has a parameter that is unknown, invalid or given twice, or asks for what cannot be done
     */
    @Nullable
    Agreement accept(ExtensionOffer offer);

    /** The client's part: what it offers, in the order of its preference; all of this name. */
    List<ExtensionOffer> offers();

    /**
     * The client's part, too: what the server's answer to {@link #offers()} means.
     *
     * @param answer of this name
     * @return null if the answer fits none of the offers, or breaks a rule, which fails the connection
     */
    @Nullable
    Extension confirm(ExtensionOffer answer);
}
