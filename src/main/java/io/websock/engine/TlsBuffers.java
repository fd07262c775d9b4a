package io.websock.engine;

import java.nio.ByteBuffer;

/** What an event loop has in addition where TLS is spoken: room for encrypted bytes on their way from and to a socket. */
final class TlsBuffers {
    private static final int SIZE = 64 * 1024;
    /** Encrypted, what fills the loop's buffer is longer, and an engine wants room for the longest record, whatever it has to say. */
    private static final int MARGIN = 40 * 1024;

    private final ByteBuffer in = ByteBuffer.allocateDirect(SIZE);
    private final ByteBuffer out = ByteBuffer.allocateDirect(SIZE + MARGIN);

    /** Where to read into, until the next read of any connection of the loop. */
    ByteBuffer in() {
        return in.clear();
    }

    /** Where to encrypt into, until the next write of any connection of the loop. */
    ByteBuffer out() {
        return out.clear();
    }
}
