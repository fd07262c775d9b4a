package io.websock.handshake;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code uri-host [ ":" port ]} (RFC 9110 §7.2, RFC 3986 §3.2).
 *
 * @param host in lower case; an IPv6 address in its brackets
 * @param port −1 if there is none
 */
public record Authority(String host, int port) {

    /** What a request of HTTP/1.0 may have (RFC 9112 §3.3). */
    public static final Authority NONE = new Authority("", -1);

    private static final int MALFORMED = 9;
    private static final Pattern H16 = Pattern.compile("[0-9A-Fa-f]{1,4}");
    private static final String DEC_OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile(DEC_OCTET + "(?:\\." + DEC_OCTET + "){3}");

    /** Null if it is malformed, or has no host (RFC 9110 §4.2.1) or something else than host and port, such as user info. */
    static @Nullable Authority parse(String text) {
        int colon = text.indexOf(':', text.lastIndexOf(']') + 1);
        String host = colon < 0 ? text : text.substring(0, colon);
        int port = colon < 0 ? -1 : port(text, colon + 1);
        boolean good = host.startsWith("[") ? isIpLiteral(host) : isRegName(host);
        return good && port <= 0xFFFF ? new Authority(host.toLowerCase(Locale.ROOT), port) : null;
    }

    /** RFC 9112 §3.2: exactly one Host field. That none of them may be empty is our stricter reading. */
    static Authority ofHost(List<String> hosts, int minorVersion) throws RefusedException {
        if (hosts.isEmpty()) {
            if (minorVersion == 0) {
                return NONE;
            }
            throw Refusal.HOST_MISSING.exception();
        }
        if (hosts.size() > 1) {
            throw Refusal.HOST_REPEATED.exception();
        }
        String host = hosts.get(0);
        if (host.isEmpty()) {
            throw Refusal.HOST_EMPTY.exception();
        }
        Authority authority = parse(host);
        if (authority == null) {
            throw Refusal.HOST_MALFORMED.quoting(host);
        }
        return authority;
    }

    /** RFC 3986 §3.2.3: any number of digits, none being the same as no port; over 65535 is for malformed, too. */
    private static int port(String text, int from) {
        int port = from == text.length() ? -1 : 0;
        for (int i = from; i < text.length() && port <= 0xFFFF; i++) {
            int digit = text.charAt(i) - '0';
            port = digit < 0 || digit > 9 ? Integer.MAX_VALUE : port * 10 + digit;
        }
        return port;
    }

    private static boolean isRegName(String host) {
        for (int i = 0; i < host.length(); i++) {
            if (host.charAt(i) == '%' && Target.escaped(host, i) >= 0) {
                i += 2;
            } else if (!Octet.is(Octet.REG_NAME, host.charAt(i))) {
                return false;
            }
        }
        return !host.isEmpty();
    }

    /** An IPv6 address only: RFC 3986 §3.2.2 has us refuse a literal of a future version, none being known. */
    private static boolean isIpLiteral(String host) {
        if (!host.endsWith("]")) {
            return false;
        }
        String address = host.substring(1, host.length() - 1);
        int gap = address.indexOf("::");
        if (gap < 0) {
            return pieces(address, true) == 8;
        }
        String after = address.substring(gap + 2);
        return (gap == 0 ? 0 : pieces(address.substring(0, gap), false)) + (after.isEmpty() ? 0 : pieces(after, true))
                <= 7;
    }

    /** How many 16-bit pieces of an IPv6 address these are, or {@link #MALFORMED}. */
    private static int pieces(String address, boolean mayEndInIpv4) {
        String[] pieces = address.split(":", -1);
        int last = pieces.length - 1;
        boolean ipv4 = mayEndInIpv4 && IPV4.matcher(pieces[last]).matches();
        for (int i = 0; i < (ipv4 ? last : pieces.length); i++) {
            if (!H16.matcher(pieces[i]).matches()) {
                return MALFORMED;
            }
        }
        return pieces.length + (ipv4 ? 1 : 0);
    }
}
