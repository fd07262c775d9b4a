package io.websock.handshake;

/**
 * A header field line (RFC 9110 §5).
 *
 * @param value without the blanks around it; octets above 127 are one ISO 8859-1 character each
 */
public record Header(String name, String value) {}
