package io.websock.handshake;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which pages may connect (RFC 6455 §10.2). A request without Origin always passes; {@code null}, several origins and what is
 * none at all never do.
 */
public sealed interface OriginPolicy {

    /** Only pages of the host and port that the request is for. */
    OriginPolicy SAME = new Same();

    /**
     * The policy that a list of allowed origins means: none is {@link #SAME}, {@code *} is any, else exactly those listed, to
     * which the server's own does not belong by itself.
     *
     * @throws IllegalArgumentException if one of them is not {@code scheme://host[:port]}
     */
    static OriginPolicy of(Collection<String> allowed) {
        if (allowed.contains("*")) {
            return new Any();
        }
        return allowed.isEmpty()
                ? SAME
                : new Listed(allowed.stream().map(OriginPolicy::origin).collect(Collectors.toUnmodifiableSet()));
    }

    private static Origin origin(String text) {
        Origin origin = Origin.parse(text);
        if (origin == null) {
            throw new IllegalArgumentException("an origin is scheme://host[:port], not " + text);
        }
        return origin;
    }

    /** @param authority what the request is for */
    boolean allows(Origin origin, Authority authority);

    /** Host and port equal; without a port in Host, TLS may have ended before us, so both defaults do. */
    record Same() implements OriginPolicy {
        @Override
        public boolean allows(Origin origin, Authority authority) {
            boolean samePort = authority.port() < 0
                    ? origin.port() == 80 || origin.port() == 443
                    : origin.port() == authority.port();
            return origin.isWeb() && samePort && origin.host().equals(authority.host());
        }
    }

    /** Scheme, host and port equal one of these. */
    record Listed(Set<Origin> origins) implements OriginPolicy {
        @Override
        public boolean allows(Origin origin, Authority authority) {
            return origins.contains(origin);
        }
    }

    /** Every origin. */
    record Any() implements OriginPolicy {
        @Override
        public boolean allows(Origin origin, Authority authority) {
            return true;
        }
    }
}
