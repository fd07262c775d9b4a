package io.websock.protocol;

/** Which end of the connection this is; only masking differs (RFC 6455 §5.1). */
public enum Role {
    /** Receives masked frames and sends unmasked ones. */
    SERVER,
    /** Receives unmasked frames and sends masked ones. */
    CLIENT
}
