package io.websock.handshake;

/** The classes of octets that the grammars of HTTP and URI are made of. */
final class Octet {

    /** RFC 9110 §5.6.2. */
    static final int TCHAR = 1;

    /**
     * What may stand in a target before its query: RFC 3986 §3.3, and the characters that RFC 3986 wants escaped but browsers
     * send as they are, because the path percent-encode set of the WHATWG URL Standard leaves them out. An authority, which an
     * absolute-form has in here, needs no other ones.
     */
    static final int PATH = 2;

    /** What may stand in a query: RFC 3986 §3.4, and what the special-query percent-encode set leaves out. */
    static final int QUERY = 4;

    /** What a header field's value is made of, blanks and obs-text included: RFC 9110 §5.5. */
    static final int FIELD = 8;

    /** RFC 3986 §3.2.2, but the percent of an escape. */
    static final int REG_NAME = 16;

    private static final int QUOTED = 64;

    private static final String ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String UNRESERVED_MARKS = "-._~";
    private static final String SUB_DELIMS = "!$&'()*+,;=";

    private static final byte[] CLASSES = new byte[256];

    static {
        add(TCHAR, ALPHANUMERIC + "!#$%&'*+-.^_`|~");
        add(PATH, ALPHANUMERIC + UNRESERVED_MARKS + SUB_DELIMS + ":@/%" + "[]^|");
        add(QUERY, ALPHANUMERIC + UNRESERVED_MARKS + SUB_DELIMS + ":@/?%" + "[]^|\\`{}");
        add(REG_NAME, ALPHANUMERIC + UNRESERVED_MARKS + SUB_DELIMS);
        for (int octet = 0; octet < 256; octet++) {
            if (octet == '\t' || octet >= ' ' && octet != 0x7F) {
                CLASSES[octet] |= FIELD;
            }
        }
    }

    private Octet() {}

    private static void add(int kind, String octets) {
        octets.chars().forEach(octet -> CLASSES[octet] |= (byte) kind);
    }

    /** @param octet 0 to 255, or any char, of which only those are in a class */
    static boolean is(int kind, int octet) {
        return octet < 256 && (CLASSES[octet] & kind) != 0;
    }

    /** RFC 9110 §5.6.2: one or more tchars. */
    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!is(TCHAR, text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** What a peer sent as it may stand in a line of ours: cut short and with nothing but visible ASCII and spaces. */
    static String visible(String sent) {
        return visible(sent, QUOTED);
    }

    static String visible(String text, int most) {
        String start = text.length() <= most ? text : text.substring(0, most) + "...";
        return start.replaceAll("[^ -~]", "?");
    }
}
