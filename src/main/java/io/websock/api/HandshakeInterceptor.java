package io.websock.api;

/**
 * Decides whether a client may connect, after the engine has found the request valid, its path known and its origin allowed.
 * It may block: it runs where blocking listeners run, within the handshake's time limit.
 */
@FunctionalInterface
public interface HandshakeInterceptor {

    /**
     * Returns to let the client in.
     *
     * @throws HandshakeRefusedException to refuse with a status and a text of its own
     * @throws Exception anything else refuses with 500, and tells the client nothing more
     */
    void intercept(HandshakeRequest request) throws Exception;
}
