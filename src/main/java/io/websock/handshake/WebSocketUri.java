package io.websock.handshake;

import org.jspecify.annotations.Nullable;

/**
 * Where a client connects to (RFC 6455 §3).
 *
 * @param secure whether over TLS: {@code wss}
 * @param host in lower case; an IPv6 address in its brackets
 * @param port 1 to 65535
 * @param resourceName path and query as they are sent; starts with a slash
 */
public record WebSocketUri(boolean secure, String host, int port, String resourceName) {

    /** @throws IllegalArgumentException if host, port or resource name is malformed */
    public WebSocketUri {
        Authority authority = Authority.parse(host);
        if (authority == null || authority.port() >= 0) {
            throw malformed("has a host, and this one is malformed");
        }
        if (port < 1 || port > 0xFFFF) {
            throw malformed("has a port from 1 to 65535, not " + port);
        }
        checkResourceName(resourceName);
        host = authority.host();
    }

    /**
     * Takes a URI apart. Percent-encodings stay as they are; there is no default but those of the RFC: the ports 80 and 443,
     * and the path {@code /}.
     *
     * @throws IllegalArgumentException if it is malformed. Its text quotes a character at most, for a URI may hold secrets
     */
    public static WebSocketUri parse(String uri) {
        for (int i = 0; i < uri.length(); i++) {
            if (uri.charAt(i) > 0x7F) {
                throw malformed(
                        "is ASCII: encode %s at index %d, in the host by IDNA, elsewhere as the percent-encoding of UTF-8"
                                .formatted(codePoint(uri.charAt(i)), i));
            }
        }
        boolean secure = uri.regionMatches(true, 0, "wss://", 0, 6);
        if (!secure && !uri.regionMatches(true, 0, "ws://", 0, 5)) {
            throw malformed("starts with ws:// or wss://");
        }
        if (uri.indexOf('#') >= 0) {
            throw malformed("has no fragment: encode a # that is none as %23");
        }
        String rest = uri.substring(secure ? 6 : 5);
        int resourceAt = 0;
        while (resourceAt < rest.length() && rest.charAt(resourceAt) != '/' && rest.charAt(resourceAt) != '?') {
            resourceAt++;
        }
        String hostAndPort = rest.substring(0, resourceAt);
        if (hostAndPort.indexOf('@') >= 0) {
            throw malformed("has no user info: send credentials in a header");
        }
        Authority authority = Authority.parse(hostAndPort);
        if (authority == null) {
            throw malformed("has a host[:port], and this one is malformed");
        }
        int port = authority.port() < 0 ? defaultPort(secure) : authority.port();
        return new WebSocketUri(secure, authority.host(), port, resourceName(rest.substring(resourceAt)));
    }

    /** RFC 6455 §3: the path, or a slash if it is empty, and the query unless it is empty. */
    private static String resourceName(String pathAndQuery) {
        String resourceName = pathAndQuery.startsWith("/") ? pathAndQuery : '/' + pathAndQuery;
        boolean emptyQuery = resourceName.indexOf('?') == resourceName.length() - 1;
        return emptyQuery ? resourceName.substring(0, resourceName.length() - 1) : resourceName;
    }

    private static void checkResourceName(String resourceName) {
        if (!resourceName.startsWith("/")) {
            throw malformed("has a resource name that starts with a slash");
        }
        int kind = Octet.PATH;
        for (int i = 0; i < resourceName.length(); i++) {
            char c = resourceName.charAt(i);
            if (c == '?') {
                kind = Octet.QUERY;
            } else if (!Octet.is(kind, c)) {
                throw malformed(
                        "percent-encodes %s, which is at index %d of its resource name".formatted(codePoint(c), i));
            } else if (c == '%' && Target.escaped(resourceName, i) < 0) {
                throw malformed("has two hexadecimal digits after each %%, but not at index %d of its resource name"
                        .formatted(i));
            }
        }
    }

    /** The path, percent-decoded; as it is sent if our own server would not have it. */
    public String path() {
        try {
            return Target.parse("GET", resourceName).path();
        } catch (RefusedException e) {
            return resourceName.split("\\?", 2)[0];
        }
    }

    /** The query as it is sent, without the question mark; null if there is none. */
    public @Nullable String query() {
        int mark = resourceName.indexOf('?');
        return mark < 0 ? null : resourceName.substring(mark + 1);
    }

    /** The host as name servers and certificates know it: an IPv6 address without its brackets. */
    public String hostName() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** RFC 6455 §4.1 item 4: the port unless it is the scheme's. */
    String hostField() {
        return port == defaultPort(secure) ? host : hostAndPort();
    }

    String hostAndPort() {
        return host + ':' + port;
    }

    private static int defaultPort(boolean secure) {
        return secure ? 443 : 80;
    }

    private static IllegalArgumentException malformed(String fault) {
        return new IllegalArgumentException("a WebSocket URI " + fault);
    }

    private static String codePoint(char c) {
        return "U+%04X".formatted((int) c);
    }

    /** All but the query, which may be secret. */
    @Override
    public String toString() {
        int query = resourceName.indexOf('?');
        return (secure ? "wss://" : "ws://")
                + hostField()
                + (query < 0 ? resourceName : resourceName.substring(0, query));
    }
}
