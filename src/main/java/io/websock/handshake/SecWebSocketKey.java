package io.websock.handshake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** The key that proves the server to be one of WebSocket (RFC 6455 §1.3). */
record SecWebSocketKey(String value) {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /**
     * Base64 of 16 bytes. The last character carries two bits only: RFC 4648 §3.5 has encoders set its other four to zero, and
     * lets us refuse those that did not.
     */
    private static final Pattern BASE64_OF_16 = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]==");

    /** The key that a client has sent. */
    static SecWebSocketKey of(Request request) throws RefusedException {
        List<String> keys = request.headers("Sec-WebSocket-Key");
        if (keys.isEmpty()) {
            throw Refusal.KEY_MISSING.exception();
        }
        if (keys.size() > 1) {
            throw Refusal.KEY_REPEATED.exception();
        }
        if (!BASE64_OF_16.matcher(keys.get(0)).matches()) {
            throw Refusal.KEY_MALFORMED.exception();
        }
        return new SecWebSocketKey(keys.get(0));
    }

    /**
     * The key that a client sends (RFC 6455 §4.1 item 7).
     *
     * @param nonce 16 bytes that nobody can guess, new for each connection
     */
    static SecWebSocketKey of(byte[] nonce) {
        if (nonce.length != 16) {
            throw new IllegalArgumentException("a nonce has 16 bytes, not " + nonce.length);
        }
        return new SecWebSocketKey(Base64.getEncoder().encodeToString(nonce));
    }

    /** The value of Sec-WebSocket-Accept (RFC 6455 §4.2.2). */
    String accept() {
        return Base64.getEncoder().encodeToString(digest("SHA-1").digest((value + GUID).getBytes(ISO_8859_1)));
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
