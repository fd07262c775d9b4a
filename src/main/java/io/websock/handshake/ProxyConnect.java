package io.websock.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Asks an HTTP proxy for a tunnel to the server (RFC 6455 §4.1, RFC 9110 §9.3.6); in it TLS, if any, and the
 * {@link ClientHandshake} follow.
 */
public final class ProxyConnect {

    /** For Proxy-Authorization by the Basic scheme (RFC 7617 §2). */
    public record Credentials(String user, String password) {

        /** @throws IllegalArgumentException if the user has a colon, or either has a control character */
        public Credentials {
            if (user.indexOf(':') >= 0) {
                throw new IllegalArgumentException("the user of a proxy has no colon in its name");
            }
            if ((user + password).chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("credentials of a proxy have no control characters");
            }
        }

        private String basic() {
            return "Basic " + Base64.getEncoder().encodeToString((user + ':' + password).getBytes(UTF_8));
        }

        /** Neither belongs into a log. */
        @Override
        public String toString() {
            return "Credentials";
        }
    }

    private final WebSocketUri target;
    private final @Nullable Credentials credentials;
    private final ResponseReader reader;

    /**
     * @param credentials null if the proxy asks for none
     * @param limits of the head of each response
     */
    public ProxyConnect(WebSocketUri target, @Nullable Credentials credentials, HeadLimits limits) {
        this.target = target;
        this.credentials = credentials;
        reader = new ResponseReader(limits, status -> status / 100 == 2, HandshakeFailure.PROXY_REFUSED);
    }

    /** The bytes that ask for the tunnel: the port is not optional (RFC 9112 §3.2.3), and Host says the same (§3.2). */
    public byte[] request() {
        String authority = target.hostAndPort();
        String authorization = credentials == null ? "" : "Proxy-Authorization: " + credentials.basic() + "\r\n";
        return ("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + authorization + "\r\n")
                .getBytes(ISO_8859_1);
    }

    /**
     * Takes the next bytes, up to the end of the proxy's consent and not beyond it: what follows comes through the tunnel,
     * whatever the length that its head announces (RFC 9110 §9.3.6). Of another response, takes the start of its content, too.
     *
     * @return whether the tunnel is open
     * @throws HandshakeFailedException if the proxy refuses or breaks a rule; nothing must be parsed after it
     */
    public boolean parse(ByteBuffer in) throws HandshakeFailedException {
        return reader.read(in) != null;
    }

    /** Why there is no tunnel if nothing more comes, see {@link ClientHandshake#ended}. */
    public HandshakeFailedException ended(HandshakeFailure why) {
        return reader.ended(why);
    }
}
