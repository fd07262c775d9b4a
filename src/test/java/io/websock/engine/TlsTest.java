package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.engine.TlsSettings.ClientAuth;
import io.websock.testkit.Certificates;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is TLS's own: versions, certificates, records that are wrong, and how it ends. */
class TlsTest {
    private static final String LOST = "close 1006 'end of stream without a Close frame' by TRANSPORT";
    private static final int ALERT = 21;
    private static final int FATAL = 2;

    @RegisterExtension
    final Engine engine = new Engine();

    @BeforeEach
    void secure() {
        engine.tls = TlsSettings.of(Certificates.context(Certificates.LOCALHOST));
        engine.clientTls = Certificates.context();
    }

    private RawClient open(String protocol) throws IOException {
        engine.tlsProtocols = new String[] {protocol};
        return engine.open();
    }

    private void expectEcho(RawClient client) throws IOException {
        client.sendFrames(text("a"));
        client.expectText("a");
    }

    /** The server ends the connection with a fatal alert, in plain text. */
    private static void expectAlert(RawClient client, int description) throws IOException {
        byte[] alert = client.bytes(7);
        assertThat(alert).hasSize(7);
        assertThat(alert[0]).isEqualTo((byte) ALERT);
        assertThat(alert[5]).isEqualTo((byte) FATAL);
        assertThat(alert[6]).isEqualTo((byte) description);
        client.expectEnd();
    }

    // Versions and names

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bothVersionsAreSpokenWithAlpn(String protocol) throws Exception {
        engine.startEcho(false);
        engine.tlsProtocols = new String[] {protocol};
        try (SSLSocket socket = socket(engine.clientTls)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(engine.tlsProtocols);
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
        }
    }

    @Test
    void aClientThatSpeaksOnlyAnotherProtocolInTlsIsRefused() throws Exception {
        engine.startEcho(false);
        try (SSLSocket socket = socket(engine.clientTls)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            assertThatThrownBy(socket::startHandshake).hasMessageContaining("no_application_protocol");
        }
    }

    @Test
    void olderVersionsAreRefused() throws Exception {
        engine.startEcho(false);
        // A ClientHello of TLS 1.1 with two cipher suites of its time.
        RawClient client = engine.connectTcp();
        client.send(hex("16 03 01 00 2f 01 00 00 2b 03 02" + " 11".repeat(32) + " 00 00 04 00 2f 00 35 01 00"));
        expectAlert(client, 70);
        assertThatThrownBy(() -> new TlsSettings(
                        Certificates.context(), ClientAuth.NONE, List.of("TLSv1.3", "TLSv1.1"), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("TLS is spoken as [TLSv1.3, TLSv1.2], not as [TLSv1.3, TLSv1.1]");
    }

    @Test
    void protocolsAndCipherSuitesCanBeNarrowed() throws Exception {
        String suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
        engine.tls = new TlsSettings(
                Certificates.context(Certificates.LOCALHOST), ClientAuth.NONE, List.of("TLSv1.2"), List.of(suite));
        engine.startEcho(false);
        RawClient client = engine.open();
        assertThat(client.tls().getSession().getProtocol()).isEqualTo("TLSv1.2");
        assertThat(client.tls().getSession().getCipherSuite()).isEqualTo(suite);
        expectEcho(client);
        assertThatThrownBy(
                        () -> new TlsSettings(Certificates.context(), ClientAuth.NONE, List.of(), List.of("TLS_NONE")))
                .hasMessage("unknown cipher suite TLS_NONE");
    }

    private SSLSocket socket(SSLContext context) throws IOException {
        InetSocketAddress address = engine.address();
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address.getAddress(), address.getPort());
        socket.setSoTimeout(RawClient.PATIENCE);
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void recordsMayComeByteByByte(String protocol) throws Exception {
        engine.startEcho(false);
        engine.tlsProtocols = new String[] {protocol};
        try (Drip drip = new Drip(engine.address())) {
            RawClient client = engine.owned(engine.owned(RawClient.connect(drip.address()))
                    .secured(engine.clientTls, protocol)
                    .upgrade(Engine.PATH));
            client.sendFrames(text("x".repeat(1000)), text("a"));
            client.expectText("x".repeat(1000));
            client.expectText("a");
            client.sendFrames(close(1000, ""));
            client.expectClose(1000, "");
        }
    }

    /** Takes one connection and passes it on, byte by byte in both directions. */
    private static final class Drip implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

        Drip(InetSocketAddress target) throws IOException {
            aside(() -> {
                Socket client = listening.accept();
                Socket server = new Socket(target.getAddress(), target.getPort());
                server.setTcpNoDelay(true);
                client.setTcpNoDelay(true);
                aside(() -> pass(client, server));
                pass(server, client);
            });
        }

        private interface Action {
            void run() throws Exception;
        }

        private static void aside(Action action) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            action.run();
                        } catch (Exception e) {
                            // the connection is over
                        }
                    },
                    "drip");
            thread.setDaemon(true);
            thread.start();
        }

        private static void pass(Socket from, Socket to) throws IOException {
            try (from;
                    to) {
                for (int octet; (octet = from.getInputStream().read()) >= 0; ) {
                    to.getOutputStream().write(octet);
                }
                to.shutdownOutput();
            }
        }

        InetSocketAddress address() {
            return (InetSocketAddress) listening.getLocalSocketAddress();
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    // Certificates

    @Test
    void newConnectionsHaveTheNewCertificateAndOldOnesStay() throws Exception {
        AtomicReference<TlsSettings> settings = new AtomicReference<>(engine.tls);
        WebSocketServer server = engine.create(
                List.of(engine.endpoint(Engine.PATH, (connection, message) -> connection.send(message), true)));
        InetSocketAddress address = server.start(
                        List.of(new Binding(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), settings::get)))
                .get(0);
        RawClient old = engine.owned(RawClient.connect(address).secured(engine.clientTls));
        old.upgrade(Engine.PATH);
        settings.set(TlsSettings.of(Certificates.context(Certificates.RENEWED)));
        RawClient fresh = engine.owned(RawClient.connect(address).secured(Certificates.context()));
        fresh.upgrade(Engine.PATH);
        assertThat(old.tls().getSession().getPeerCertificates()[0]).isEqualTo(Certificates.LOCALHOST.certificate());
        assertThat(fresh.tls().getSession().getPeerCertificates()[0]).isEqualTo(Certificates.RENEWED.certificate());
        expectEcho(old);
        expectEcho(fresh);
    }

    private void startTellingThePrincipal(ClientAuth clientAuth) throws IOException {
        engine.tls = new TlsSettings(Certificates.context(Certificates.LOCALHOST), clientAuth, List.of(), List.of());
        engine.interceptors.add(request -> assertThat(request.principal() == null || clientAuth != ClientAuth.NONE)
                .isTrue());
        engine.start((connection, message) -> connection.send(String.valueOf(connection.principal())), false);
    }

    private void expectPrincipal(String principal) throws IOException {
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            RawClient client = open(protocol);
            client.sendFrames(text("who am I?"));
            client.expectText(principal);
        }
    }

    private void expectRefused(SSLContext clientTls) {
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            engine.clientTls = clientTls;
            assertThatThrownBy(() -> open(protocol)).isInstanceOf(IOException.class);
        }
        until("nothing is open", () -> engine.server().connections() == 0);
    }

    @Test
    void nobodyIsAskedForACertificateByDefault() throws Exception {
        startTellingThePrincipal(ClientAuth.NONE);
        engine.clientTls = Certificates.context(Certificates.CLIENT);
        expectPrincipal("null");
    }

    @Test
    void aWantedCertificateIsThePrincipalOfTheConnection() throws Exception {
        startTellingThePrincipal(ClientAuth.WANT);
        expectPrincipal("null");
        engine.clientTls = Certificates.context(Certificates.CLIENT);
        expectPrincipal("CN=alice");
    }

    @Test
    void aNeededCertificateHasToBeThereAndTrusted() throws Exception {
        startTellingThePrincipal(ClientAuth.NEED);
        expectRefused(Certificates.context());
        expectRefused(Certificates.context(Certificates.STRANGER));
        engine.clientTls = Certificates.context(Certificates.CLIENT);
        expectPrincipal("CN=alice");
    }

    // What is no TLS, or wrong

    @Test
    void plaintextIsAnsweredInPlaintext() throws Exception {
        engine.startEcho(false);
        RawClient client = engine.connectTcp();
        client.send(RawClient.request(Engine.PATH));
        assertThat(client.rest())
                .startsWith("HTTP/1.1 400 ")
                .contains("\r\nConnection: close\r\n")
                .endsWith("\r\n\r\nthis port speaks TLS, use wss\n");
        RawClient one = engine.connectTcp();
        one.send(new byte[] {'G'});
        assertThat(one.rest()).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void tlsIsAnsweredInPlaintextWhereThereIsNone() throws Exception {
        SSLContext context = engine.clientTls;
        engine.tls = null;
        engine.startEcho(false);
        assertThatThrownBy(() -> engine.connectTcp().secured(context)).isInstanceOf(SSLException.class);
        RawClient client = engine.connectTcp();
        client.send(hex("16 03 01 00 05 01 00 00 01 03"));
        assertThat(client.rest())
                .startsWith("HTTP/1.1 400 ")
                .endsWith("\r\n\r\nthis port does not speak TLS, use ws\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 00 00 00 00 00 00 00 00 00", // no record at all
                "17 03 03 00 05 01 02 03 04 05", // data before the handshake
                "16 03 03 00 04 ff 00 00 00", // an unknown message
                "16 03 03 00 06 02 00 00 02 03 03", // a server's
                "16 03 03 ff ff 01 00", // longer than a record can be
                "15 03 03 00 02 02 28", // an alert
                "14 03 03 00 01 01", // a change of ciphers
                "80 2e 01 00 02 00 15 00 00 00 10", // SSL 2
            })
    void whatIsNoHandshakeEndsTheConnection(String bytes) throws Exception {
        engine.startEcho(false);
        RawClient client = engine.connectTcp();
        client.send(hex(bytes));
        client.endOutput();
        client.expectEnd();
        until("it is gone", () -> engine.server().connections() == 0);
        expectEcho(engine.open());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aForgedRecordEndsTheConnectionWithAnAlert(String protocol) throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = open(protocol);
        client.sendTcp(hex("17 03 03 00 20" + " 5a".repeat(32)));
        assertThatThrownBy(client::frame).isInstanceOf(SSLException.class).hasMessageContaining("bad_record_mac");
        assertThat(listener.next()).isEqualTo("open");
        assertThat(listener.next()).startsWith("close 1006 'TLS failed: ").endsWith("' by TRANSPORT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "16 03 01 00 80 01 00"})
    void aHandshakeThatIsNotDoneInTimeEndsWithAnAlert(String beginning) throws Exception {
        engine.handshakeTimeout = Duration.ofMillis(150);
        engine.startEcho(false);
        RawClient client = engine.connectTcp();
        client.send(hex(beginning));
        byte[] alert = client.bytes(7);
        assertThat(alert).hasSize(7);
        assertThat(alert[0]).isEqualTo((byte) ALERT);
        client.expectEnd();
    }

    @Test
    void aRequestThatIsNotDoneInTimeGets408OverTls() throws Exception {
        engine.handshakeTimeout = engine.shortly(200);
        engine.startEcho(false);
        assertThat(engine.connect().rest()).startsWith("HTTP/1.1 408 ");
    }

    @Test
    void whatIsValidInFrontOfAForgedRecordIsDelivered() throws Exception {
        RecordingListener listener = engine.startEcho(true);
        try (Cork cork = new Cork(engine.address())) {
            RawClient client = engine.owned(engine.owned(RawClient.connect(cork.address()))
                    .secured(engine.clientTls)
                    .upgrade(Engine.PATH));
            cork.hold();
            client.sendFrames(text("valid"));
            client.sendTcp(hex("17 03 03 00 20" + " 5a".repeat(32)));
            cork.release();
            assertThat(listener.next()).isEqualTo("open");
            assertThat(listener.next()).isEqualTo("text valid");
            assertThat(listener.next()).startsWith("close 1006 'TLS failed: ");
            client.expectEnd();
        }
    }

    /** Takes one connection and passes it on; what the client sends can be held back, to go out in one piece. */
    private static final class Cork implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final ByteArrayOutputStream held = new ByteArrayOutputStream();
        private OutputStream toServer;
        private boolean holding;

        Cork(InetSocketAddress target) throws IOException {
            Drip.aside(() -> {
                Socket client = listening.accept();
                Socket server = new Socket(target.getAddress(), target.getPort());
                server.setTcpNoDelay(true);
                toServer = server.getOutputStream();
                Drip.aside(() -> Drip.pass(server, client));
                byte[] bytes = new byte[8192];
                for (int count; (count = client.getInputStream().read(bytes)) >= 0; ) {
                    forward(bytes, count);
                }
            });
        }

        private synchronized void forward(byte[] bytes, int count) throws IOException {
            held.write(bytes, 0, count);
            if (!holding) {
                flush();
            }
        }

        private void flush() throws IOException {
            toServer.write(held.toByteArray());
            held.reset();
        }

        synchronized void hold() {
            holding = true;
        }

        /** Once all of it is here. */
        void release() throws IOException {
            until("both records", () -> {
                synchronized (this) {
                    return held.size() > 50;
                }
            });
            synchronized (this) {
                holding = false;
                flush();
            }
        }

        InetSocketAddress address() {
            return (InetSocketAddress) listening.getLocalSocketAddress();
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    /** An error in the middle of a handshake, such as no memory: the engine then waits for a task that nobody has. */
    @Test
    void anErrorInAHandshakeEndsItsConnectionOnly() throws Exception {
        SSLContext failing = SSLContext.getInstance("TLS");
        failing.init(Certificates.keyManagers(Certificates.LOCALHOST), new TrustManager[] {new Failing()}, null);
        engine.tls = new TlsSettings(failing, ClientAuth.WANT, List.of(), List.of());
        engine.startEcho(false);
        engine.clientTls = Certificates.context(Certificates.CLIENT);
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            assertThatThrownBy(() -> open(protocol)).isInstanceOf(IOException.class);
        }
        engine.clientTls = Certificates.context();
        expectEcho(engine.open());
    }

    private static final class Failing extends X509ExtendedTrustManager {
        private static final Error ERROR = new StackOverflowError("thrown by a test");

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            throw ERROR;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            throw ERROR;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
            throw ERROR;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            throw ERROR;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw ERROR;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            throw ERROR;
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[] {Certificates.AUTHORITY.certificate()};
        }
    }

    /** A peer that wants answers and takes none, before it has asked for a WebSocket: its handshake's deadline counts. */
    @Test
    void aPeerThatStallsInsideOfItsHandshakeHoldsUpNobody() throws Exception {
        engine.handshakeTimeout = Duration.ofMillis(1500);
        engine.outbound = new EngineSettings.Outbound(256 * 1024, 128 * 1024, 64 * 1024, Duration.ofMillis(100));
        engine.startEcho(false);
        RawClient client =
                engine.owned(RawClient.connect(engine.address(), 4096).secured(engine.clientTls, "TLSv1.3"));
        for (int i = 0; i < 90; i++) {
            client.tls().startHandshake(); // a change of keys, which is to be answered
            expectHealthy(i);
        }
        client.expectEnd();
    }

    private void expectHealthy(int round) throws IOException {
        if (round % 30 == 0) {
            RawClient healthy = engine.open();
            expectEcho(healthy);
            healthy.close();
        }
    }

    // After the handshake

    @Test
    void renegotiationIsRefusedWithAFatalAlert() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = open("TLSv1.2");
        expectEcho(client);
        assertThatThrownBy(() -> {
                    client.tls().startHandshake();
                    client.expectText("never");
                })
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("fatal alert");
        listener.expect("open", "text a");
        assertThat(listener.next()).startsWith("close 1006 'TLS failed: ");
    }

    @Test
    void aChangeOfKeysIsLegal() throws Exception {
        engine.startEcho(false);
        RawClient client = open("TLSv1.3");
        for (int i = 0; i < 20; i++) {
            client.tls().startHandshake();
            expectEcho(client);
        }
    }

    @Test
    void tooManyChangesOfKeysAreAFlood() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = open("TLSv1.3");
        for (int i = 0; i < 1000; i++) {
            try {
                client.tls().startHandshake();
            } catch (IOException e) {
                break; // it has closed already
            }
        }
        assertThat(listener.next()).isEqualTo("open");
        assertThat(listener.next()).startsWith("close 1008 'too many control frames");
    }

    // Ends

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void eitherSideCloses(String protocol) throws Exception {
        RecordingListener listener = engine.start((connection, message) -> connection.close(4000, "over"), false);
        RawClient theirs = open(protocol);
        theirs.sendFrames(close(1000, "bye"));
        theirs.expectClose(1000, "");
        theirs.expectEndOfStream();
        theirs.close();
        listener.expect("open", "close 1000 'bye' by PEER, clean");
        RawClient ours = open(protocol);
        ours.sendFrames(text("a"));
        ours.expectClose(4000, "over");
        ours.sendFrames(close(4000, ""));
        ours.expectEndOfStream();
        ours.close();
        listener.expect("open", "text a", "close 4000 'over' by LOCAL, clean");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aCloseNotifyAloneIsTheEndOfTheStreamAndIsAnswered(String protocol) throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = open(protocol);
        client.endOutput();
        listener.expect("open", LOST);
        client.expectEndOfStream();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void anEndWithoutCloseNotifyIsALostConnectionBeforeACloseFrame(String protocol) throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = open(protocol);
        client.endTcpOutput();
        listener.expect("open", LOST);
        client.expectEnd();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void anEndWithoutCloseNotifyIsNormalAfterACloseFrame(String protocol) throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = open(protocol);
        client.sendFrames(text("a"), close(1000, ""));
        client.endTcpOutput();
        client.expectText("a");
        client.expectClose(1000, "");
        client.expectEndOfStream();
        listener.expect("open", "text a", "close 1000 '' by PEER, clean");
    }

    @Test
    void aCloseFrameAndACloseNotifyAtOnceAreAnsweredByBoth() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = open("TLSv1.3");
        client.sendFrames(text("a"), close(1000, ""));
        client.endOutput();
        client.expectText("a");
        client.expectClose(1000, "");
        client.expectEndOfStream();
        listener.expect("open", "text a", "close 1000 '' by PEER, clean");
    }

    /** As over plain TCP, where the FIN comes for itself. */
    @Test
    void whatComesWithACloseNotifyIsAnswered() throws Exception {
        RecordingListener listener = engine.startEcho(true);
        RawClient client = open("TLSv1.3");
        client.sendFrames(text("a"));
        client.endOutput();
        client.expectText("a");
        client.expectEndOfStream();
        listener.expect("open", "text a", LOST);
    }

    /** RFC 5246 §7.2.1: whoever gets a close_notify discards what it has not sent. */
    @Test
    void beforeTls13AnEarlyCloseNotifyTakesOurCloseFrameAway() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = open("TLSv1.2");
        client.sendFrames(close(1000, ""));
        client.endOutput();
        assertThat(listener.next()).isEqualTo("open");
        assertThat(listener.next()).startsWith("close 1000 '' by PEER");
        client.expectEnd();
    }
}
