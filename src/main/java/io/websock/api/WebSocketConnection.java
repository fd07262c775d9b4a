package io.websock.api;

import java.net.InetSocketAddress;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/** One open WebSocket connection. Every method may be called from any thread, and none of them blocks. */
public interface WebSocketConnection {

    /** A name for this connection that is unique in this process, for logs and look-ups. */
    String id();

    /** The path of the opening handshake's request, percent-decoded and without the query. */
    String path();

    /** The query of the opening handshake's request as it was sent, without the question mark; null if there was none. */
    @Nullable
    String query();

    /** The subprotocol that was agreed on (RFC 6455 §1.9); null if there is none. */
    @Nullable
    String subprotocol();

    /** Whom the peer has proved to be by its TLS certificate; null if it was not asked, or has none. */
    @Nullable
    Principal principal();

    /** The other end of the TCP connection, which may be a proxy. */
    InetSocketAddress remoteAddress();

    /** Whether messages can be sent: false once this side's Close frame is queued, or the connection is lost. */
    boolean isOpen();

    /**
     * Queues a message. Messages that one thread sends arrive in its order. It never throws for a slow or absent peer: the
     * result says what became of the message. Where compression was agreed on, the calling thread compresses, unless the message is
     * {@linkplain Message#uncompressed() not to be}.
     */
    SendResult send(Message message);

    /** Queues a text message, as {@link #send(Message)} with {@link Message#text(String)}. */
    default SendResult send(String text) {
        return send(Message.text(text));
    }

    /** Bytes that are queued and not yet handed to the operating system, frame headers included. */
    long queuedBytes();

    /** Begins an orderly close with {@link CloseCode#NORMAL} and no reason. */
    default void close() {
        close(CloseCode.NORMAL, "");
    }

    /**
     * Begins an orderly close (RFC 6455 §7.1.2): what was sent before goes out first, then the Close frame. Does nothing if the
     * connection is already closing.
     *
     * @param code a code that may be sent: 1000–1003, 1007–1014 or 3000–4999 (RFC 6455 §7.4)
     * @param reason at most 123 bytes of UTF-8, for the peer to read
     * @throws IllegalArgumentException if the code may not be sent or the reason is too long
     */
    void close(int code, String reason);
}
