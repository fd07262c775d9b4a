package io.websock.handshake;

import io.websock.handshake.ExtensionOffer.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * The grammar of Sec-WebSocket-Extensions (RFC 6455 §9.1):
 *
 * <pre>
 * extension-list  = 1#extension
 * extension       = token *( ";" extension-param )
 * extension-param = token [ "=" ( token | quoted-string ) ]
 * </pre>
 *
 * Blanks may stand between any two of its words, for RFC 6455 §4.3 takes its ABNF with the implied *LWS of RFC 2616 §2.1.
 */
final class ExtensionList {

    private final String line;
    private int at;

    private ExtensionList(String line) {
        this.line = line;
    }

    /** Several lines are one list, and its empty elements do not count (RFC 9110 §5.6.1.2). */
    static List<ExtensionOffer> parse(List<String> lines) throws RefusedException {
        List<ExtensionOffer> offers = new ArrayList<>();
        for (String line : lines) {
            new ExtensionList(line).addTo(offers);
        }
        if (offers.isEmpty() && !lines.isEmpty()) {
            throw Refusal.EXTENSIONS_MALFORMED.exception();
        }
        return offers;
    }

    private void addTo(List<ExtensionOffer> offers) throws RefusedException {
        do {
            blanks();
            if (at < line.length() && line.charAt(at) != ',') {
                offers.add(extension());
            }
        } while (skip(','));
        if (at < line.length()) {
            throw malformed();
        }
    }

    private ExtensionOffer extension() throws RefusedException {
        String name = token();
        List<Parameter> parameters = new ArrayList<>();
        while (skip(';')) {
            parameters.add(new Parameter(token(), skip('=') ? value() : null));
        }
        return new ExtensionOffer(name, parameters);
    }

    private String value() throws RefusedException {
        return skip('"') ? quoted() : token();
    }

    /** RFC 9110 §5.6.4, whose content must be a token (RFC 6455 §9.1): no blanks in it, and not empty. */
    private String quoted() throws RefusedException {
        StringBuilder value = new StringBuilder();
        while (next() != '"') {
            if (next() == '\\') {
                at++;
            }
            value.append(next());
            at++;
        }
        at++;
        blanks();
        if (!Octet.isToken(value.toString())) {
            throw malformed();
        }
        return value.toString();
    }

    private String token() throws RefusedException {
        int start = at;
        while (at < line.length() && Octet.is(Octet.TCHAR, line.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw malformed();
        }
        String token = line.substring(start, at);
        blanks();
        return token;
    }

    private char next() throws RefusedException {
        if (at == line.length()) {
            throw malformed();
        }
        return line.charAt(at);
    }

    private boolean skip(char delimiter) {
        boolean there = at < line.length() && line.charAt(at) == delimiter;
        if (there) {
            at++;
            blanks();
        }
        return there;
    }

    private void blanks() {
        while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
            at++;
        }
    }

    private RefusedException malformed() {
        return Refusal.EXTENSIONS_MALFORMED.quoting(line);
    }
}
