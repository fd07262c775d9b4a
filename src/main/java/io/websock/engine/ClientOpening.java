package io.websock.engine;

import io.websock.api.WebSocketListener;
import io.websock.handshake.ClientHandshake;
import io.websock.handshake.ClientHandshake.Established;
import io.websock.handshake.ExtensionNegotiation;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.HandshakeFailedException;
import io.websock.handshake.HandshakeFailure;
import io.websock.handshake.HeadLimits;
import io.websock.handshake.NegotiationException;
import io.websock.handshake.ProxyConnect;
import io.websock.handshake.WebSocketUri;
import io.websock.protocol.Extension;
import io.websock.protocol.ExtensionChain;
import io.websock.protocol.OutboundQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the opening handshake of one connection: a tunnel if there is a proxy, TLS if it is asked for, and the request of a
 * WebSocket, each once the one before has succeeded.
 */
final class ClientOpening implements Opening {
    private final WebSocketClient client;
    private final Connector connector;
    private final Connection connection;
    private final ConnectRequest request;
    private final WebSocketListener listener;
    private final @Nullable SSLEngine tls;
    private final ClientHandshake handshake;
    /** There until the tunnel is open. */
    private @Nullable ProxyConnect tunnel;

    ClientOpening(
            WebSocketClient client,
            Connector connector,
            Connection connection,
            ConnectRequest request,
            WebSocketListener listener,
            @Nullable SSLEngine tls) {
        this.client = client;
        this.connector = connector;
        this.connection = connection;
        this.request = request;
        this.listener = listener;
        this.tls = tls;
        ClientSettings.Proxy proxy = client.settings().proxy();
        HeadLimits limits = client.host().settings().limits().head();
        this.tunnel = proxy == null ? null : new ProxyConnect(request.uri(), proxy.credentials(), limits);
        this.handshake = new ClientHandshake(request.offering(client.offers()), client.nonce(), limits);
    }

    @Override
    public void ready() {
        connection.send(tunnel == null ? handshake.request() : tunnel.request());
    }

    @Override
    public void receive(ByteBuffer in) {
        try {
            if (tunnel != null) {
                dig(tunnel, in);
                return;
            }
            Established established = handshake.parse(in);
            if (established != null) {
                open(established);
            }
        } catch (HandshakeFailedException e) {
            fail(e);
        }
    }

    private void dig(ProxyConnect through, ByteBuffer in) throws HandshakeFailedException {
        if (through.parse(in)) {
            rejectPremature(in.hasRemaining());
            tunnel = null;
            if (tls == null) {
                ready();
            } else {
                connection.secure(tls);
            }
        }
    }

    /** Whoever answers what was not asked yet answers somebody else. */
    private void rejectPremature(boolean early) throws HandshakeFailedException {
        if (early || !connection.isSent()) {
            throw HandshakeFailure.ANSWER_PREMATURE.exception();
        }
    }

    private void open(Established established) throws HandshakeFailedException {
        rejectPremature(false);
        Extension extension = extension(established);
        Host host = client.host();
        if (host.isStopping() || !connector.isAwaited()) {
            connector.fail(WebSocketClient.closed());
            connection.reset();
            return;
        }
        if (!connection.admit()) {
            fail(new IOException("too many connections, websocket.limits.max-connections="
                    + host.settings().limits().maxConnections()));
            return;
        }
        WebSocketUri uri = request.uri();
        OutboundQueue outbound = host.outbound(extension);
        Session.Terms terms = new Session.Terms(
                uri.path(),
                uri.query(),
                established.subprotocol(),
                connection.principal(),
                extension,
                client.protocolLimits());
        Session session = new Session(connection, terms, outbound, listener, request.nonBlocking());
        connection.open(session);
        connector.opened(session);
    }

    private @Nullable Extension extension(Established established) throws HandshakeFailedException {
        List<ExtensionNegotiator> spoken = client.settings().extensions();
        try {
            return ExtensionChain.of(ExtensionNegotiation.confirm(established.extensions(), spoken));
        } catch (NegotiationException | RuntimeException e) {
            throw HandshakeFailure.EXTENSION_MISMATCH.causedBy(e);
        }
    }

    private void fail(Exception failure) {
        connector.fail(failure);
        if (connection.isSent()) {
            connection.end();
        } else {
            connection.reset();
        }
    }

    @Override
    public void timedOut() {
        connector.fail(
                connection.isReady()
                        ? ended(HandshakeFailure.HANDSHAKE_TIMEOUT)
                        : HandshakeFailure.HANDSHAKE_TIMEOUT.quoting("TLS is not established"));
        connection.reset();
    }

    @Override
    public void lost(IOException cause) {
        connector.fail(
                cause instanceof SSLException
                        ? HandshakeFailure.TLS_FAILED.causedBy(cause.getCause() == null ? cause : cause.getCause())
                        : ended(HandshakeFailure.CONNECTION_LOST));
    }

    private HandshakeFailedException ended(HandshakeFailure why) {
        return tunnel == null ? handshake.ended(why) : tunnel.ended(why);
    }
}
