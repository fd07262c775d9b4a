package io.websock.handshake;

import io.websock.protocol.Extension;

/**
 * An extension that both sides have agreed on.
 *
 * @param answer what the server's response says of it: the name that was offered, with the parameters that are agreed on
 * @param extension what it does to messages
 */
public record Agreement(ExtensionOffer answer, Extension extension) {}
