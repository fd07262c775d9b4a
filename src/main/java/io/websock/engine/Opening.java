package io.websock.engine;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a connection does before it is a WebSocket: the opening handshake. All of it happens on the connection's loop. */
interface Opening {

    /** The transport carries bytes, and nothing has been received by it: that of TCP, or that of TLS once it is {@linkplain Connection#secure secured}. */
    default void ready() {}

    /** Takes what has arrived, up to the end of the peer's head; not called again after that. */
    void receive(ByteBuffer in);

    /** Its time is over, even that of TLS maybe. */
    void timedOut();

    /** The peer speaks no TLS where it should, and has been understood so far as to be told. */
    default void plaintext() {}

    /** The connection has ended before this handshake did. */
    default void lost(IOException cause) {}
}
