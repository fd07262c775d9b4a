package io.websock.handshake;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request target that names a resource, in origin-form or absolute-form (RFC 9112 §3.2).
 *
 * @param path decoded, see {@link Request#path()}
 * @param authority of the absolute-form, which replaces Host (RFC 9112 §3.2.2)
 */
record Target(String path, @Nullable String query, @Nullable Authority authority) {

    private static final Set<String> SCHEMES = Set.of("http", "https", "ws", "wss");

    /** @param target of octets that {@link Octet#PATH} and {@link Octet#QUERY} permit */
    static Target parse(String method, String target) throws RefusedException {
        if (target.startsWith("/")) {
            return of(target, null);
        }
        int authorityAt = target.indexOf("://") + 3;
        if (authorityAt > 3
                && SCHEMES.contains(target.substring(0, authorityAt - 3).toLowerCase(Locale.ROOT))) {
            int pathAt = authorityAt;
            while (pathAt < target.length() && target.charAt(pathAt) != '/' && target.charAt(pathAt) != '?') {
                pathAt++;
            }
            Authority authority = Authority.parse(target.substring(authorityAt, pathAt));
            if (authority != null) {
                return of(target.substring(pathAt), authority);
            }
        } else if (method.equals("CONNECT") || method.equals("OPTIONS") && target.equals("*")) {
            // RFC 9112 §3.2.3, §3.2.4: these name no resource of ours whose existence would have to be looked up first.
            throw Refusal.METHOD_NOT_ALLOWED.exception();
        }
        throw Refusal.TARGET_MALFORMED.quoting(target);
    }

    private static Target of(String pathAndQuery, @Nullable Authority authority) throws RefusedException {
        int mark = pathAndQuery.indexOf('?');
        String path = mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
        String query = mark < 0 ? null : pathAndQuery.substring(mark + 1);
        // RFC 9110 §4.2.3: an empty path is the same as "/".
        return new Target(path.isEmpty() ? "/" : decode(path), query, authority);
    }

    private static String decode(String raw) throws RefusedException {
        String path = raw.indexOf('%') < 0 ? raw : unescape(raw);
        if (path.chars().anyMatch(Character::isISOControl)) {
            throw Refusal.ENCODED_CONTROL.quoting(raw);
        }
        // Browsers remove them, escaped ones included, before they send (RFC 3986 §5.2.4, §6.2.2): they come from
        // nowhere good.
        String closed = path + '/';
        if (closed.contains("/./") || closed.contains("/../")) {
            throw Refusal.DOT_SEGMENT.quoting(raw);
        }
        return path;
    }

    private static String unescape(String raw) throws RefusedException {
        ByteBuffer octets = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '%') {
                octets.put((byte) c);
                continue;
            }
            int octet = escaped(raw, i);
            if (octet < 0) {
                throw Refusal.ESCAPE_MALFORMED.quoting(raw);
            }
            if (octet == '/') {
                octets.put((byte) '%').put((byte) '2').put((byte) 'F');
            } else {
                octets.put((byte) octet);
            }
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            throw Refusal.ESCAPE_MALFORMED.quoting(raw);
        }
    }

    /** The octet that the percent-encoding (RFC 3986 §2.1) at this index stands for, −1 if it is broken. */
    static int escaped(String text, int percentAt) {
        if (percentAt + 2 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(percentAt + 1), 16);
        int low = Character.digit(text.charAt(percentAt + 2), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
