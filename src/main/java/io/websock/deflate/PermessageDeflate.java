package io.websock.deflate;

import io.websock.deflate.DeflateExtension.Direction;
import io.websock.handshake.Agreement;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.ExtensionOffer;
import io.websock.protocol.Extension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The negotiation of permessage-deflate (RFC 7692 §5, §7.1). Every valid offer is accepted, and a window never made smaller than the
 * client asks for: any window can be kept to, in both directions. Only the context is dropped where the {@link Mode} says so, which
 * each side may do unasked, or have of the other.
 */
public final class PermessageDeflate implements ExtensionNegotiator {

    /** What is kept from one message to the next. */
    public enum Mode {
        /** Nothing is compressed. */
        OFF,
        /** Nothing is kept, in either direction: deflaters and inflaters are shared by all connections. */
        SHARED,
        /** The last 32 KiB in each direction, unless the peer does not want that: much smaller messages for much more memory. */
        TAKEOVER
    }

    private final Mode mode;
    private final int minSize;
    private final ZlibPool pool;
    /** One for each set of parameters that was ever agreed on, at most 256: so a connection needs none of its own. */
    private final Map<List<Direction>, DeflateExtension> extensions = new HashMap<>();

    /**
     * @param minSize messages of fewer bytes go out plain; 1 and up, as an empty message has nothing to compress
     * @param pool may be shared by any number of these
     */
    public PermessageDeflate(Mode mode, int minSize, ZlibPool pool) {
        if (minSize < 1) {
            throw new IllegalArgumentException("the minimum size is at least 1, not " + minSize);
        }
        this.mode = mode;
        this.minSize = minSize;
        this.pool = pool;
    }

    @Override
    public String name() {
        return Parameters.NAME;
    }

    @Override
    public @Nullable Agreement accept(ExtensionOffer offer) {
        Parameters offered = mode == Mode.OFF ? null : Parameters.parse(offer);
        if (offered == null) {
            return null;
        }
        // A hint of the client about its own window (§7.1.2.2) is repeated: then it is a promise, and saves memory.
        Parameters agreed = new Parameters(
                mode == Mode.SHARED || offered.serverNoContextTakeover(),
                mode == Mode.SHARED || offered.clientNoContextTakeover(),
                offered.serverMaxWindowBits(),
                Math.max(Parameters.ABSENT, offered.clientMaxWindowBits()));
        return new Agreement(agreed.toElement(), extension(agreed.server(), agreed.client()));
    }

    @Override
    public List<ExtensionOffer> offers() {
        return mode == Mode.OFF ? List.of() : List.of(offer().toElement());
    }

    /** That any window would do for us needs to be said (§7.1.2.2); that it would for the server needs not (§7.1.2.1). */
    private Parameters offer() {
        boolean shared = mode == Mode.SHARED;
        return new Parameters(shared, shared, Parameters.ABSENT, Parameters.NO_VALUE);
    }

    @Override
    public @Nullable Extension confirm(ExtensionOffer answer) {
        Parameters answered = Parameters.parse(answer);
        if (answered == null
                || answered.clientMaxWindowBits() == Parameters.NO_VALUE
                || (mode == Mode.SHARED && !answered.serverNoContextTakeover())) {
            return null;
        }
        // What was offered of our own context was a hint (§7.1.1.2), and we keep to it whether it is answered or not.
        Parameters agreed = new Parameters(
                answered.serverNoContextTakeover(),
                mode == Mode.SHARED || answered.clientNoContextTakeover(),
                answered.serverMaxWindowBits(),
                answered.clientMaxWindowBits());
        return extension(agreed.client(), agreed.server());
    }

    private synchronized DeflateExtension extension(Direction out, Direction in) {
        return extensions.computeIfAbsent(List.of(out, in), directions -> new DeflateExtension(pool, minSize, out, in));
    }
}
