package io.websock.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** TLS by a bundle of Boot's. */
@ExtendWith(OutputCaptureExtension.class)
class ManagementTlsTest {
    @TempDir
    Path directory;

    @Test
    void bundleIsUsedAndReloaded(CapturedOutput output) throws Exception {
        Path first = Keys.store(directory, "first");
        Path second = Keys.store(directory, "second");
        try (Application application = Application.run(
                List.of(),
                "management.server.ssl.bundle=ops",
                "spring.ssl.bundle.jks.ops.keystore.location=" + first.toUri(),
                "spring.ssl.bundle.jks.ops.keystore.type=PKCS12",
                "spring.ssl.bundle.jks.ops.keystore.password=" + Keys.PASSWORD)) {
            int port = application.port();
            assertThat(output)
                    .contains("Management server listening on port " + port + " with TLS, endpoints [health]");
            assertThat(get(port, first)).contains("https://localhost:" + port + "/actuator/health");
            assertThatThrownBy(() -> get(port, second)).isInstanceOf(SSLException.class);
            application
                    .context
                    .getBean(SslBundleRegistry.class)
                    .updateBundle("ops", SslBundle.of(SslStoreBundle.of(Keys.load(second), Keys.PASSWORD, null)));
            assertThat(application.port()).isEqualTo(port);
            assertThat(get(port, second)).contains("https://localhost:" + port + "/actuator/health");
            assertThatThrownBy(() -> get(port, first)).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void optionsOfTheBundleHold() throws Exception {
        Path store = Keys.store(directory, "only");
        try (Application application = Application.run(
                List.of(),
                "management.server.ssl.bundle=ops",
                "spring.ssl.bundle.jks.ops.keystore.location=" + store.toUri(),
                "spring.ssl.bundle.jks.ops.keystore.password=" + Keys.PASSWORD,
                "spring.ssl.bundle.jks.ops.options.enabled-protocols=TLSv1.3",
                "spring.ssl.bundle.jks.ops.options.ciphers=TLS_AES_256_GCM_SHA384")) {
            SSLContext context = Keys.context(store);
            try (var socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", application.port())) {
                socket.startHandshake();
                assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_AES_256_GCM_SHA384");
                assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            }
            try (var socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", application.port())) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class);
            }
        }
    }

    /** The page of links, of a server that has to have the certificate in this store. */
    private static String get(int port, Path trusted) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(Keys.context(trusted)).build();
        return client.send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/actuator"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }
}
