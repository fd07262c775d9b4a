package io.websock.engine;

import java.io.Serial;
import javax.net.ssl.SSLException;

/** A client does not speak TLS on a port that does, but most likely HTTP. */
final class PlaintextException extends SSLException {
    @Serial
    private static final long serialVersionUID = 1;

    PlaintextException() {
        super("plaintext on a port that speaks TLS");
    }
}
