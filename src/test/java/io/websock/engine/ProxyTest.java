package io.websock.engine;

import static io.websock.engine.Outcomes.failed;
import static io.websock.engine.Outcomes.opened;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.handshake.HandshakeFailedException;
import io.websock.handshake.HandshakeFailure;
import io.websock.handshake.ProxyConnect;
import io.websock.testkit.Certificates;
import io.websock.testkit.RawPeer;
import io.websock.testkit.RawProxy;
import io.websock.testkit.RawServer;
import io.websock.testkit.RecordingListener;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnels through proxies, as they ought to be and otherwise. */
class ProxyTest {
    private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

    @RegisterExtension
    final Engine engine = new Engine();

    private final RecordingListener listener = engine.record((connection, message) -> {});

    private WebSocketClient client(int port, ProxyConnect.Credentials credentials) {
        return engine.client(settings -> settings.withTls(TlsSettings.of(Certificates.context()))
                .withProxy(new ClientSettings.Proxy("127.0.0.1", port, credentials)));
    }

    private InetSocketAddress startEcho(boolean secure) throws Exception {
        engine.tls = secure ? TlsSettings.of(Certificates.context(Certificates.LOCALHOST)) : null;
        engine.startEcho(false);
        return engine.address();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messagesGoThroughATunnel(boolean secure) throws Exception {
        InetSocketAddress address = startEcho(secure);
        CompletableFuture<String> asked = new CompletableFuture<>();
        try (RawServer proxy = RawServer.start(peer -> {
            asked.complete(peer.head());
            RawProxy.tunnel(peer, ESTABLISHED, address);
        })) {
            // The name is for the proxy to look up; the certificate has to be for it, too.
            String host = "localhost:" + address.getPort();
            ConnectRequest request = ConnectRequest.to((secure ? "wss://" : "ws://") + host + Engine.PATH);
            WebSocketClient client = client(proxy.port(), new ProxyConnect.Credentials("alice", "secret"));
            var connection = opened(client.connect(request, listener));
            assertThat(asked.join())
                    .isEqualTo("CONNECT " + host + " HTTP/1.1\r\nHost: " + host
                            + "\r\nProxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n\r\n");
            connection.send("through");
            listener.expect("open", "text through");
            connection.close();
            listener.expect("close 1000 '' by LOCAL, clean");
            proxy.join();
        }
    }

    @Test
    void theNameIsNotLookedUpHere() throws Exception {
        InetSocketAddress address = startEcho(false);
        try (RawServer proxy = RawServer.start(peer -> {
            peer.head();
            RawProxy.tunnel(peer, ESTABLISHED, address);
        })) {
            ConnectRequest request = ConnectRequest.to("ws://nosuch.invalid" + Engine.PATH);
            opened(client(proxy.port(), null).connect(request, listener)).close();
            proxy.join();
        }
    }

    @Test
    void aTunnelDoesNotMakeAWrongCertificateRight() throws Exception {
        InetSocketAddress address = startEcho(true);
        try (RawServer proxy = RawServer.start(peer -> {
            peer.head();
            RawProxy.tunnel(peer, ESTABLISHED, address);
        })) {
            failed(
                    client(proxy.port(), null).connect(ConnectRequest.to("wss://other.example/ws"), listener),
                    HandshakeFailure.TLS_FAILED);
            proxy.join();
        }
    }

    private HandshakeFailedException failure(boolean secure, RawServer.Script script, HandshakeFailure rule)
            throws Exception {
        try (RawServer proxy = RawServer.start(script)) {
            ConnectRequest request = ConnectRequest.to((secure ? "wss" : "ws") + "://localhost/ws");
            HandshakeFailedException failed = failed(client(proxy.port(), null).connect(request, listener), rule);
            proxy.join();
            return failed;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno', PROXY_REFUSED",
        "'HTTP/1.1 101 Switching Protocols\r\n\r\n',                PROXY_REFUSED",
        "'HTTP/2 200\r\n\r\n',                                      HTTP_VERSION_UNSUPPORTED",
        "'\u0005\u0000\r\n',                                        CONTROL_CHARACTER",
        "'\u0015\u0003\u0003\u0000\u0002\u0002\u0016',              PLAINTEXT_ON_TLS_PORT",
        "'HTTP/1.1 200 OK\r\n',                                     CONNECTION_LOST",
        "'',                                                        CONNECTION_LOST",
        "'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 x\r\n\r\n',           ANSWER_PREMATURE",
        "'HTTP/1.1 200 OK\r\n\r\n\u0016\u0003\u0003',               ANSWER_PREMATURE",
    })
    void whateverElseItSaysThereIsNoTunnel(String answer, HandshakeFailure rule) throws Exception {
        for (boolean secure : new boolean[] {false, true}) {
            failure(
                    secure,
                    peer -> {
                        peer.head();
                        peer.send(answer);
                        peer.socket().shutdownOutput();
                        peer.expectEnd();
                    },
                    rule);
        }
    }

    @Test
    void whoMayUseItIsForTheProxyToSay() throws Exception {
        HandshakeFailedException failed = failure(
                true,
                peer -> {
                    peer.head();
                    peer.send("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n"
                            + "Content-Length: 6\r\n\r\nwho?\r\n");
                    peer.expectEnd();
                },
                HandshakeFailure.PROXY_REFUSED);
        assertThat(failed.text()).isEqualTo("proxy opened no tunnel: 407 Proxy Authentication Required");
        assertThat(failed.response().header("Proxy-Authenticate")).isEqualTo("Basic realm=x");
        assertThat(failed.content()).isEqualTo("who?\r\n");
    }

    @Test
    void aSlowProxyRunsOutOfTime() throws Exception {
        engine.handshakeTimeout = Duration.ofMillis(300);
        failure(true, RawPeer::expectEnd, HandshakeFailure.HANDSHAKE_TIMEOUT);
        failure(
                true,
                peer -> {
                    peer.head();
                    peer.send(ESTABLISHED);
                    peer.expectEnd();
                },
                HandshakeFailure.HANDSHAKE_TIMEOUT);
        failure(
                false,
                peer -> {
                    peer.head();
                    peer.send(ESTABLISHED);
                    peer.expectEnd();
                },
                HandshakeFailure.HANDSHAKE_TIMEOUT);
    }

    @Test
    void aTunnelThatEndsFails() throws Exception {
        for (boolean secure : new boolean[] {false, true}) {
            failure(
                    secure,
                    peer -> {
                        peer.head();
                        peer.send(ESTABLISHED);
                        peer.in().read();
                    },
                    HandshakeFailure.CONNECTION_LOST);
        }
    }

    @Test
    void noProxyIsThere() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        assertThat(failed(client(port, null).connect(ConnectRequest.to("ws://example.org"), listener)))
                .isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to proxy 127.0.0.1:" + port + ": Connection refused");
    }
}
