package io.websock.handshake;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The origin of the page that connects (RFC 6454 §4).
 *
 * @param scheme in lower case
 * @param host in lower case
 * @param port the scheme's default if none was given; −1 if the scheme has none either
 */
public record Origin(String scheme, String host, int port) {

    private static final Pattern SERIALIZED = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)");

    /** RFC 6454 §6.2; null if it is malformed, as is everything behind the port, a slash included. */
    static @Nullable Origin parse(String text) {
        Matcher serialized = SERIALIZED.matcher(text);
        Authority authority = serialized.matches() ? Authority.parse(serialized.group(2)) : null;
        if (authority == null) {
            return null;
        }
        String scheme = serialized.group(1).toLowerCase(Locale.ROOT);
        return new Origin(scheme, authority.host(), authority.port() < 0 ? defaultPort(scheme) : authority.port());
    }

    /** Null if the request has none: it does not come from a browser (RFC 6455 §4.1), and could claim any. */
    static @Nullable Origin of(Request request) throws RefusedException {
        List<String> lines = request.headers("Origin");
        if (lines.isEmpty()) {
            return null;
        }
        String line = lines.get(0);
        // RFC 6454 §7.1 lets a redirected request list several with spaces between; browsers send one, or null.
        if (lines.size() > 1 || line.indexOf(' ') >= 0) {
            throw Refusal.ORIGIN_REPEATED.exception();
        }
        if (line.equals("null")) {
            throw Refusal.ORIGIN_NULL.exception();
        }
        Origin origin = parse(line);
        if (origin == null) {
            throw Refusal.ORIGIN_MALFORMED.quoting(line);
        }
        return origin;
    }

    /** Whether its scheme is one that pages of a server like ours have. */
    boolean isWeb() {
        return defaultPort(scheme) > 0;
    }

    private static int defaultPort(String scheme) {
        return switch (scheme) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            default -> -1;
        };
    }
}
