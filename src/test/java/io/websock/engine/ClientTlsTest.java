package io.websock.engine;

import static io.websock.engine.Outcomes.failed;
import static io.websock.engine.Outcomes.opened;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.handshake.HandshakeFailedException;
import io.websock.handshake.HandshakeFailure;
import io.websock.testkit.Certificates;
import io.websock.testkit.Certificates.Identity;
import io.websock.testkit.RawPeer;
import io.websock.testkit.RawServer;
import io.websock.testkit.RecordingListener;
import io.websock.testkit.RecordingReceiver;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of a client over TLS. */
class ClientTlsTest {
    @RegisterExtension
    final Engine engine = new Engine();

    private final RecordingListener listener = engine.record((connection, message) -> {});

    private static ConnectRequest to(String host, int port) {
        return ConnectRequest.to("wss://" + host + ":" + port + Engine.PATH);
    }

    private WebSocketClient client(SSLContext context) {
        return engine.client(settings -> settings.withTls(TlsSettings.of(context)));
    }

    private WebSocketClient client() {
        return client(Certificates.context());
    }

    /** Our own server; returns its port. */
    private int startEcho(TlsSettings tls) throws IOException {
        engine.tls = tls;
        engine.startEcho(false);
        return engine.address().getPort();
    }

    private int startEcho(Identity identity) throws IOException {
        return startEcho(TlsSettings.of(Certificates.context(identity)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void messagesGoBothWays(String protocol) throws Exception {
        engine.maxMessageSize = 4 << 20;
        SSLContext context = Certificates.context(Certificates.LOCALHOST);
        int port = startEcho(new TlsSettings(context, TlsSettings.ClientAuth.NONE, List.of(protocol), List.of()));
        WebSocketConnection connection = opened(client().connect(to("localhost", port), listener));
        assertThat(connection.principal()).hasToString("CN=localhost");
        listener.expect("open");
        for (int size : new int[] {0, 1, 16_384, 100_000, 4 << 20}) {
            byte[] payload = new byte[size];
            new Random(size).nextBytes(payload);
            connection.send(Message.binary(payload));
            assertThat(listener.next()).isEqualTo(RecordingReceiver.event(Message.binary(payload)));
        }
        connection.close(1000, "bye");
        listener.expect("close 1000 'bye' by LOCAL, clean");
    }

    @Test
    void aHostMayBeAnAddress() throws Exception {
        int port = startEcho(Certificates.LOCALHOST);
        opened(client().connect(to("127.0.0.1", port), listener)).close();
    }

    @Test
    void theServerIsToldWhichHostIsMeantAndThatHttp1IsSpoken() throws Exception {
        AtomicReference<Object> seen = new AtomicReference<>();
        SSLContext context = Certificates.context(Certificates.LOCALHOST);
        try (RawServer server = RawServer.start(context, peer -> {
            SSLSocket socket = (SSLSocket) peer.socket();
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            peer.accept();
            List<Object> names = new ArrayList<>(((ExtendedSSLSession) socket.getSession()).getRequestedServerNames());
            names.add(socket.getApplicationProtocol());
            seen.set(names);
            peer.expect(close(1000, ""));
        })) {
            opened(client().connect(to("localhost", server.port()), listener)).close();
            server.join();
        }
        assertThat(seen.get()).isEqualTo(List.of(new SNIHostName("localhost"), "http/1.1"));
    }

    @Test
    void aCertificateOfItsOwnIsShown() throws Exception {
        SSLContext context = Certificates.context(Certificates.LOCALHOST);
        int port = startEcho(new TlsSettings(context, TlsSettings.ClientAuth.NEED, List.of(), List.of()));
        opened(client(Certificates.context(Certificates.CLIENT)).connect(to("localhost", port), listener))
                .close();
        assertThat(failed(client().connect(to("localhost", port), listener), HandshakeFailure.TLS_FAILED)
                        .text())
                .contains("alert");
        assertThat(failed(
                                client(Certificates.context(Certificates.STRANGER))
                                        .connect(to("localhost", port), listener),
                                HandshakeFailure.TLS_FAILED)
                        .text())
                .contains("alert");
    }

    static Stream<Arguments> certificatesThatAreNotTrusted() {
        return Stream.of(
                Arguments.of(Certificates.SELF_SIGNED, "localhost", "unable to find valid certification path"),
                Arguments.of(
                        Certificates.OTHER_HOST, "localhost", "No subject alternative DNS name matching localhost"),
                Arguments.of(Certificates.OTHER_HOST, "127.0.0.1", "No subject alternative names matching IP address"),
                Arguments.of(Certificates.EXPIRED, "localhost", "validity check failed"));
    }

    @ParameterizedTest
    @MethodSource("certificatesThatAreNotTrusted")
    void aCertificateThatIsNotTrustedFails(Identity identity, String host, String text) throws Exception {
        int port = startEcho(identity);
        HandshakeFailedException failed =
                failed(client().connect(to(host, port), listener), HandshakeFailure.TLS_FAILED);
        assertThat(failed.text()).startsWith("TLS failed: ").contains(text);
        assertThat(failed).hasRootCauseInstanceOf(Exception.class);
        assertThat(Stream.iterate((Throwable) failed, java.util.Objects::nonNull, Throwable::getCause))
                .anyMatch(cause -> cause instanceof CertificateException);
    }

    @Test
    void theJdkTrustsNoneOfThese() throws Exception {
        int port = startEcho(Certificates.LOCALHOST);
        failed(engine.client().connect(to("localhost", port), listener), HandshakeFailure.TLS_FAILED);
    }

    @Test
    void certificatesAreAskedForEachTime() throws Exception {
        int port = startEcho(Certificates.LOCALHOST);
        AtomicReference<TlsSettings> current = new AtomicReference<>(TlsSettings.of(SSLContext.getDefault()));
        WebSocketClient client = engine.client(settings -> settings.withTls(current::get));
        failed(client.connect(to("localhost", port), listener), HandshakeFailure.TLS_FAILED);
        current.set(TlsSettings.of(Certificates.context()));
        opened(client.connect(to("localhost", port), listener)).close();
    }

    @Test
    void settingsThatCannotBeHadFail() throws Exception {
        WebSocketClient client = engine.client(settings -> settings.withTls(() -> {
            throw new IllegalStateException("no such bundle");
        }));
        assertThat(failed(client.connect(to("localhost", 1), listener), HandshakeFailure.TLS_FAILED))
                .hasMessage("TLS failed: no such bundle")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void plaintextWhereTlsWasMeantFails() throws Exception {
        engine.startEcho(false);
        assertThat(failed(
                                client().connect(
                                                to("localhost", engine.address().getPort()), listener),
                                HandshakeFailure.TLS_FAILED)
                        .text())
                .isEqualTo("TLS failed: Unrecognized SSL message, plaintext connection?");
    }

    @Test
    void tlsWherePlaintextWasMeantFails() throws Exception {
        int port = startEcho(Certificates.LOCALHOST);
        ConnectRequest request = ConnectRequest.to("ws://localhost:" + port + Engine.PATH);
        HandshakeFailedException failed = failed(client().connect(request, listener), HandshakeFailure.UPGRADE_REFUSED);
        assertThat(failed.content()).startsWith("this port speaks TLS, use wss");
        try (RawServer foreign = RawServer.start(
                Certificates.context(Certificates.LOCALHOST),
                peer -> assertThatThrownBy(peer::head).isInstanceOf(IOException.class))) {
            request = ConnectRequest.to("ws://localhost:" + foreign.port() + Engine.PATH);
            failed(client().connect(request, listener), HandshakeFailure.PLAINTEXT_ON_TLS_PORT);
            foreign.join();
        }
    }

    @Test
    void whoeverSaysNothingRunsOutOfTime() throws Exception {
        engine.handshakeTimeout = Duration.ofMillis(300);
        try (RawServer server = RawServer.start(RawPeer::expectEnd)) {
            assertThat(failed(
                                    client().connect(to("127.0.0.1", server.port()), listener),
                                    HandshakeFailure.HANDSHAKE_TIMEOUT)
                            .text())
                    .isEqualTo("handshake took too long: TLS is not established");
            server.join();
        }
    }

    @Test
    void anEndInTheMiddleOfTheHandshakeFails() throws Exception {
        try (RawServer server = RawServer.start(peer -> peer.in().readNBytes(10))) {
            failed(client().connect(to("127.0.0.1", server.port()), listener), HandshakeFailure.CONNECTION_LOST);
        }
        try (RawServer server = RawServer.start(peer -> {
            peer.in().readNBytes(5);
            peer.send(new byte[] {22, 3, 3, 0, 100, 2});
            peer.socket().shutdownOutput();
            peer.expectEnd();
        })) {
            failed(client().connect(to("127.0.0.1", server.port()), listener), HandshakeFailure.CONNECTION_LOST);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"15030300020228", "160303000402000000", "170303000100", "160303ffff", "00000000000000"})
    void recordsOfTheWrongKindFail(String record) throws Exception {
        try (RawServer server = RawServer.start(peer -> {
            peer.in().readNBytes(5);
            peer.send(io.websock.testkit.Frames.hex(record), new byte[70_000]);
            peer.expectEnd();
        })) {
            failed(client().connect(to("127.0.0.1", server.port()), listener), HandshakeFailure.TLS_FAILED);
            server.join();
        }
    }

    @Test
    void framesRightBehindTheAnswerAreNotLost() throws Exception {
        try (RawServer server = RawServer.start(Certificates.context(Certificates.LOCALHOST), peer -> {
            peer.send(concat(RawPeer.accepting(peer.head()), text("first"), close(1000, "")));
            peer.expect(close(1000, ""));
            peer.socket().close();
        })) {
            client().connect(to("127.0.0.1", server.port()), listener);
            listener.expect("open", "text first", "close 1000 '' by PEER, clean");
            server.join();
        }
    }

    @Test
    void aConnectionThatEndsWithoutCloseIsLost() throws Exception {
        try (RawServer server = RawServer.start(Certificates.context(Certificates.LOCALHOST), peer -> {
            peer.accept();
            peer.socket().close(); // with a close_notify
        })) {
            client().connect(to("127.0.0.1", server.port()), listener);
            listener.expect("open", "close 1006 'end of stream without a Close frame' by TRANSPORT");
        }
    }

    @Test
    void aCancelledHandshakeIsGivenUp() throws Exception {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        try (RawServer server = RawServer.start(peer -> {
            peer.in().readNBytes(5);
            asked.complete(null);
            peer.expectEnd();
        })) {
            CompletableFuture<WebSocketConnection> future = client().connect(to("127.0.0.1", server.port()), listener);
            asked.join();
            future.cancel(true);
            server.join();
        }
    }
}
