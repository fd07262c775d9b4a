package io.websock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.testkit.Certificates;
import io.websock.testkit.Certificates.Identity;
import io.websock.testkit.Frames;
import io.websock.testkit.RawClient;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

/** TLS from Boot's SSL bundles. */
@ExtendWith(OutputCaptureExtension.class)
class ServerTlsTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(WebSocketAutoConfiguration.class, SslAutoConfiguration.class))
            .withBean("echo", Echo.class)
            .withPropertyValues("websocket.server.port=0", "websocket.server.ssl.port=0");

    private final ApplicationContextRunner secured =
            pem(runner, "main", Certificates.LOCALHOST).withPropertyValues("websocket.server.ssl.bundle=main");

    @WebSocketEndpoint("/echo")
    static class Echo implements WebSocketListener {
        @Override
        public void onMessage(WebSocketConnection connection, Message message) {
            connection.send(message);
        }
    }

    private static ApplicationContextRunner pem(ApplicationContextRunner runner, String name, Identity identity) {
        return runner.withPropertyValues(
                "spring.ssl.bundle.pem." + name + ".keystore.certificate=" + identity.certificatePem(),
                "spring.ssl.bundle.pem." + name + ".keystore.private-key=" + identity.keyPem(),
                "spring.ssl.bundle.pem." + name + ".truststore.certificate=" + Certificates.AUTHORITY.certificatePem());
    }

    private static int port(ApplicationContext context, String name) {
        return context.getEnvironment().getRequiredProperty("local.websocket." + name, Integer.class);
    }

    private static RawClient connect(ApplicationContext context, SSLContext tls) throws IOException {
        return RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(context, "ssl-port")))
                .secured(tls);
    }

    private static void expectEcho(RawClient client) throws IOException {
        client.sendFrames(Frames.text("a"));
        client.expectText("a");
    }

    /** The certificate that is shown to a client which asks for this name and believes everything. */
    private static Certificate shown(ApplicationContext context, String serverName) throws Exception {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {new Credulous()}, null);
        try (SSLSocket socket = (SSLSocket)
                tls.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port(context, "ssl-port"))) {
            SSLParameters parameters = socket.getSSLParameters();
            if (serverName != null) {
                parameters.setServerNames(List.of(new SNIHostName(serverName)));
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    private static final class Credulous implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void aPlainAndATlsListenerRunAtTheSameTime(CapturedOutput output) {
        secured.run(context -> {
            RawClient client = connect(context, Certificates.context());
            expectEcho(client.upgrade("/echo"));
            client.close();
            RawClient plain =
                    RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port(context, "port")));
            expectEcho(plain.upgrade("/echo"));
            plain.close();
            assertThat(output)
                    .contains("WebSocket server listening on port " + port(context, "port") + " (ws) and "
                            + port(context, "ssl-port") + " (wss), endpoints [/echo]");
        });
    }

    @Test
    void thePlainListenerCanBeLeftOut() {
        secured.withPropertyValues("websocket.server.port=-1").run(context -> {
            assertThat(context.getEnvironment().getProperty("local.websocket.port"))
                    .isNull();
            RawClient client = connect(context, Certificates.context());
            expectEcho(client.upgrade("/echo"));
            client.close();
        });
    }

    @Test
    void withoutABundleNothingListensForTls() {
        runner.run(context -> assertThat(context.getEnvironment().getProperty("local.websocket.ssl-port"))
                .isNull());
    }

    @Test
    void aKeyStoreServesAsWell(@TempDir Path directory) throws Exception {
        Path store = directory.resolve("server.p12");
        try (OutputStream out = Files.newOutputStream(store)) {
            Certificates.LOCALHOST.keyStore().store(out, Certificates.PASSWORD.toCharArray());
        }
        runner.withPropertyValues(
                        "spring.ssl.bundle.jks.main.keystore.location=file:" + store,
                        "spring.ssl.bundle.jks.main.keystore.password=" + Certificates.PASSWORD,
                        "spring.ssl.bundle.jks.main.keystore.type=PKCS12",
                        "websocket.server.ssl.bundle=main")
                .run(context -> {
                    RawClient client = connect(context, Certificates.context());
                    expectEcho(client.upgrade("/echo"));
                    client.close();
                });
    }

    @Test
    void theBundleSaysWhichProtocolsAndClients() {
        secured.withPropertyValues(
                        "spring.ssl.bundle.pem.main.options.enabled-protocols=TLSv1.2",
                        "websocket.server.ssl.client-auth=need")
                .run(context -> {
                    RawClient client = connect(context, Certificates.context(Certificates.CLIENT));
                    assertThat(client.tls().getSession().getProtocol()).isEqualTo("TLSv1.2");
                    expectEcho(client.upgrade("/echo"));
                    client.close();
                });
    }

    @Test
    void theServerNameChoosesTheCertificate() {
        ApplicationContextRunner names = pem(secured, "other", Certificates.OTHER_HOST);
        pem(names, "wild", Certificates.RENEWED)
                .withPropertyValues(
                        "websocket.server.ssl.server-name-bundles[0].server-name=Other.example",
                        "websocket.server.ssl.server-name-bundles[0].bundle=other",
                        "websocket.server.ssl.server-name-bundles[1].server-name=*.example",
                        "websocket.server.ssl.server-name-bundles[1].bundle=wild")
                .run(context -> {
                    Certificate main = Certificates.LOCALHOST.certificate();
                    Certificate wild = Certificates.RENEWED.certificate();
                    assertThat(shown(context, "other.example")).isEqualTo(Certificates.OTHER_HOST.certificate());
                    assertThat(shown(context, "OTHER.EXAMPLE")).isEqualTo(Certificates.OTHER_HOST.certificate());
                    assertThat(shown(context, "a.example")).isEqualTo(wild);
                    assertThat(shown(context, "b.a.example")).isEqualTo(main);
                    assertThat(shown(context, "example")).isEqualTo(main);
                    assertThat(shown(context, "elsewhere.test")).isEqualTo(main);
                    assertThat(shown(context, null)).isEqualTo(main);
                });
    }

    private static void write(Path directory, Identity identity) {
        try {
            Files.writeString(directory.resolve("tls.key"), identity.keyPem());
            Files.writeString(directory.resolve("tls.crt"), identity.certificatePem());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ApplicationContextRunner reloading(Path directory) {
        write(directory, Certificates.LOCALHOST);
        return runner.withPropertyValues(
                "spring.ssl.bundle.pem.main.keystore.certificate=file:" + directory.resolve("tls.crt"),
                "spring.ssl.bundle.pem.main.keystore.private-key=file:" + directory.resolve("tls.key"),
                "spring.ssl.bundle.pem.main.reload-on-update=true",
                "spring.ssl.bundle.watch.file.quiet-period=100ms",
                "websocket.server.ssl.bundle=main");
    }

    @Test
    void aRenewedCertificateIsTakenWithoutDroppingConnections(@TempDir Path directory, CapturedOutput output) {
        reloading(directory).run(context -> {
            RawClient old = connect(context, Certificates.context()).upgrade("/echo");
            write(directory, Certificates.RENEWED);
            await().until(() -> shown(context, null).equals(Certificates.RENEWED.certificate()));
            expectEcho(old);
            old.close();
            assertThat(output).contains("Certificates are reloaded");
        });
    }

    @Test
    void aRenewedCertificateThatIsOfNoUseChangesNothing(@TempDir Path directory, CapturedOutput output) {
        reloading(directory).run(context -> {
            Files.writeString(directory.resolve("tls.crt"), "no certificate");
            await().until(() ->
                    output.getAll().contains("ERROR") || output.getAll().contains("WARN"));
            assertThat(shown(context, null)).isEqualTo(Certificates.LOCALHOST.certificate());
            write(directory, Certificates.RENEWED);
            await().until(() -> shown(context, null).equals(Certificates.RENEWED.certificate()));
        });
    }

    // What stops the start

    private static void assertFails(ApplicationContextRunner runner, String description) {
        FailureAnalysis analysis = Analyses.of(runner);
        assertThat(analysis.getDescription()).startsWith(description);
        assertThat(analysis.getAction()).isNotBlank();
    }

    @Test
    void anUnknownBundleStopsTheStart() {
        assertFails(
                pem(runner, "main", Certificates.LOCALHOST).withPropertyValues("websocket.server.ssl.bundle=mian"),
                "Invalid property websocket.server.ssl.bundle=mian");
    }

    @Test
    void aBundleWithoutAKeyStopsTheStart() {
        assertFails(
                runner.withPropertyValues(
                        "spring.ssl.bundle.pem.main.truststore.certificate=" + Certificates.AUTHORITY.certificatePem(),
                        "websocket.server.ssl.bundle=main"),
                "Invalid property websocket.server.ssl.bundle=main");
    }

    @Test
    void aKeyOfAnotherCertificateStopsTheStart() {
        assertFails(
                runner.withPropertyValues(
                        "spring.ssl.bundle.pem.main.keystore.certificate=" + Certificates.LOCALHOST.certificatePem(),
                        "spring.ssl.bundle.pem.main.keystore.private-key=" + Certificates.RENEWED.keyPem(),
                        "websocket.server.ssl.bundle=main"),
                "Invalid property websocket.server.ssl.bundle=main");
    }

    /** Else whatever the JDK's public authorities sign would do. */
    @Test
    void certificatesOfClientsNeedATrustStore() {
        FailureAnalysis analysis = Analyses.of(runner.withPropertyValues(
                "spring.ssl.bundle.pem.main.keystore.certificate=" + Certificates.LOCALHOST.certificatePem(),
                "spring.ssl.bundle.pem.main.keystore.private-key=" + Certificates.LOCALHOST.keyPem(),
                "websocket.server.ssl.bundle=main",
                "websocket.server.ssl.client-auth=want"));
        assertThat(analysis.getDescription())
                .endsWith("This SSL bundle has no truststore, and without one websocket.server.ssl.client-auth=want"
                        + " would trust whatever public authorities sign.");
    }

    @Test
    void aKeyThatChangesWithoutItsCertificateIsNotTaken(@TempDir Path directory, CapturedOutput output) {
        reloading(directory).run(context -> {
            Files.writeString(directory.resolve("tls.key"), Certificates.RENEWED.keyPem());
            await().until(() -> output.getAll().contains("Certificates are not reloaded"));
            assertThat(shown(context, null)).isEqualTo(Certificates.LOCALHOST.certificate());
            Files.writeString(directory.resolve("tls.crt"), Certificates.RENEWED.certificatePem());
            await().until(() -> shown(context, null).equals(Certificates.RENEWED.certificate()));
        });
    }

    @Test
    void filesThatCannotBeReadStopTheStart(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("garbage"), "no certificate");
        for (String certificate : List.of("garbage", "missing")) {
            FailureAnalysis analysis = Analyses.of(runner.withPropertyValues(
                    "spring.ssl.bundle.pem.main.keystore.certificate=file:" + directory.resolve(certificate),
                    "spring.ssl.bundle.pem.main.keystore.private-key=" + Certificates.LOCALHOST.keyPem(),
                    "websocket.server.ssl.bundle=main"));
            assertThat(analysis.getDescription())
                    .startsWith("Invalid property websocket.server.ssl.bundle=main")
                    .contains("This SSL bundle is of no use: ");
        }
    }

    /** Boot watches the files before anybody asks for the bundle. */
    @Test
    void filesToReloadThatAreNotThereStopTheStart(@TempDir Path directory) throws Exception {
        ApplicationContextRunner runner = reloading(directory);
        Files.delete(directory.resolve("tls.crt"));
        FailureAnalysis analysis = Analyses.of(runner);
        assertThat(analysis.getDescription())
                .startsWith("Unable to register SSL bundle 'main': ")
                .contains(directory.resolve("tls.crt").toString());
    }

    @Test
    void serverNamesAreGivenOnceEach() {
        ApplicationContextRunner first = secured.withPropertyValues(
                "websocket.server.ssl.server-name-bundles[0].server-name=a",
                "websocket.server.ssl.server-name-bundles[0].bundle=main");
        assertFails(
                first.withPropertyValues("websocket.server.ssl.server-name-bundles[1].bundle=main"),
                "Invalid property websocket.server.ssl.server-name-bundles");
        assertFails(
                first.withPropertyValues(
                        "websocket.server.ssl.server-name-bundles[1].server-name=A",
                        "websocket.server.ssl.server-name-bundles[1].bundle=main"),
                "Invalid property websocket.server.ssl.server-name-bundles");
    }

    @Test
    void anOldProtocolStopsTheStart() {
        FailureAnalysis analysis = Analyses.of(
                secured.withPropertyValues("spring.ssl.bundle.pem.main.options.enabled-protocols=TLSv1.1,TLSv1.2"));
        assertThat(analysis.getDescription())
                .startsWith("Invalid property websocket.server.ssl.bundle=main")
                .endsWith("TLS is spoken as [TLSv1.3, TLSv1.2], not as [TLSv1.1, TLSv1.2].");
    }

    @Test
    void whatHasNoMeaningWithoutABundleStopsTheStart() {
        assertFails(
                runner.withPropertyValues("websocket.server.ssl.client-auth=need"),
                "Invalid property websocket.server.ssl.client-auth=need");
        assertFails(
                runner.withPropertyValues("websocket.server.ssl.client-auth=perhaps"),
                "Invalid property websocket.server.ssl.client-auth=perhaps");
        assertFails(
                runner.withPropertyValues(
                        "websocket.server.ssl.server-name-bundles[0].server-name=a",
                        "websocket.server.ssl.server-name-bundles[0].bundle=b"),
                "Invalid property websocket.server.ssl.server-name-bundles");
        assertFails(
                runner.withPropertyValues("websocket.server.ssl.port=-1"),
                "Invalid property websocket.server.ssl.port=-1");
    }

    @Test
    void aPortThatIsTakenStopsTheStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            FailureAnalysis analysis =
                    Analyses.of(secured.withPropertyValues("websocket.server.ssl.port=" + taken.getLocalPort()));
            assertThat(analysis.getDescription())
                    .startsWith("The WebSocket server did not start: cannot listen on ")
                    .contains("websocket.server.ssl.port=" + taken.getLocalPort());
            assertThat(analysis.getAction()).contains("websocket.server.ssl.port");
        }
    }
}
