package io.websock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.ZlibPool;
import io.websock.engine.ClientSettings;
import io.websock.engine.ConnectRequest;
import io.websock.engine.EngineSettings;
import io.websock.engine.KeptConnection;
import io.websock.engine.ReconnectPolicy;
import io.websock.engine.WebSocketClient;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.testkit.Certificates;
import io.websock.testkit.RawProxy;
import io.websock.testkit.RawServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

/** The client as a bean. */
@ExtendWith(OutputCaptureExtension.class)
class WebSocketClientBeanTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(WebSocketAutoConfiguration.class, SslAutoConfiguration.class))
            .withBean("echo", Echo.class)
            .withPropertyValues("websocket.server.port=0", "websocket.server.ssl.port=0");

    private final ApplicationContextRunner secured = runner.withPropertyValues(
            "spring.ssl.bundle.pem.server.keystore.certificate=" + Certificates.LOCALHOST.certificatePem(),
            "spring.ssl.bundle.pem.server.keystore.private-key=" + Certificates.LOCALHOST.keyPem(),
            "spring.ssl.bundle.pem.server.truststore.certificate=" + Certificates.AUTHORITY.certificatePem(),
            "websocket.server.ssl.bundle=server");

    private final Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());

    @WebSocketEndpoint("/echo")
    static class Echo implements WebSocketListener {
        @Override
        public void onMessage(WebSocketConnection connection, Message message) {
            connection.send(message);
        }
    }

    private static final class Received implements WebSocketListener {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final CompletableFuture<Thread> closedOn = new CompletableFuture<>();

        @Override
        public void onMessage(WebSocketConnection connection, Message message) {
            texts.add(message.text());
        }

        @Override
        public void onClose(WebSocketConnection connection, CloseInfo info) throws Exception {
            Thread.sleep(50);
            closedOn.complete(Thread.currentThread());
        }
    }

    private static ConnectRequest request(ApplicationContext context, boolean secure) {
        String name = secure ? "local.websocket.ssl-port" : "local.websocket.port";
        return ConnectRequest.to((secure ? "wss" : "ws") + "://localhost:"
                + context.getEnvironment().getRequiredProperty(name) + "/echo");
    }

    private static void assertEcho(ApplicationContext context, boolean secure) throws Exception {
        Received received = new Received();
        WebSocketConnection connection = context.getBean(WebSocketClient.class)
                .connect(request(context, secure), received)
                .get(10, TimeUnit.SECONDS);
        connection.send("hello".repeat(100));
        assertThat(received.texts.poll(10, TimeUnit.SECONDS)).isEqualTo("hello".repeat(100));
        connection.close();
    }

    private boolean hasThread(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> !before.contains(thread) && thread.getName().startsWith(prefix));
    }

    @Test
    void itConnectsAndHasNoThreadBeforeThat() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(WebSocketClient.class).hasSingleBean(ReconnectPolicy.class);
            assertThat(hasThread("websocket-loop-client")).isFalse();
            assertEcho(context, false);
            assertThat(hasThread("websocket-loop-client")).isTrue();
            assertThat(context.getBean(ZlibPool.class).deflaterCounts().created())
                    .as("the server's and the client's are from one pool")
                    .isPositive();
        });
        assertThat(hasThread("websocket-loop-client")).isFalse();
    }

    @Test
    void itNeedsNoServer() {
        runner.withPropertyValues("websocket.server.enabled=false").run(context -> {
            WebSocketClient client = context.getBean(WebSocketClient.class);
            try (RawServer server = RawServer.start(peer -> peer.accept().expectEnd())) {
                ConnectRequest request = ConnectRequest.to("ws://127.0.0.1:" + server.port());
                client.connect(request, new Received())
                        .get(10, TimeUnit.SECONDS)
                        .close();
            }
        });
    }

    @Test
    void itsListenersSeeTheEndBeforeTheContextIsClosed() {
        Received received = new Received();
        CompletableFuture<WebSocketClient> client = new CompletableFuture<>();
        runner.run(context -> {
            client.complete(context.getBean(WebSocketClient.class));
            client.join().connect(request(context, false), received).get(10, TimeUnit.SECONDS);
        });
        assertThat(received.closedOn.getNow(null).getName()).startsWith("websocket-listener-");
        assertThatThrownBy(() -> client.join()
                        .connect(ConnectRequest.to("ws://localhost"), received)
                        .get(10, TimeUnit.SECONDS))
                .hasRootCauseMessage("client is closed");
    }

    @Test
    void aKeptConnectionIsOpenedAgain() {
        runner.withPropertyValues("websocket.client.reconnect.base-delay=1ms").run(context -> {
            Received received = new Received();
            try (KeptConnection kept = context.getBean(WebSocketClient.class)
                    .keepConnected(request(context, false), received, context.getBean(ReconnectPolicy.class))) {
                await().until(() -> kept.connection() != null);
                WebSocketConnection first = kept.connection();
                first.close();
                await().until(() -> kept.connection() != null && kept.connection() != first);
            }
        });
    }

    @Test
    void propertiesAreItsSettings() {
        runner.withPropertyValues(
                        "websocket.client.max-message-size=1KB",
                        "websocket.client.handshake-timeout=3s",
                        "websocket.keep-alive.interval=7s",
                        "websocket.client.compression.mode=off")
                .run(context -> {
                    ClientSettings settings = context.getBean(ClientSettings.class);
                    assertThat(settings.maxMessageSize()).isEqualTo(1024);
                    assertThat(settings.engine().limits().handshakeTimeout()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(settings.engine().keepAlive().interval()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(settings.extensions())
                            .allMatch(extension -> extension.offers().isEmpty());
                    assertThat(settings.proxy()).isNull();
                });
        runner.run(
                context -> assertThat(context.getBean(ClientSettings.class).extensions())
                        .flatExtracting(ExtensionNegotiator::offers)
                        .hasToString(
                                "[permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits]"));
    }

    @Test
    void anExtensionOfTheApplicationReplacesOurs() {
        PermessageDeflate own = new PermessageDeflate(PermessageDeflate.Mode.TAKEOVER, 1, new ZlibPool(1, 0));
        runner.withBean(ExtensionNegotiator.class, () -> own)
                .run(context -> assertThat(context.getBean(ClientSettings.class).extensions())
                        .containsExactly(own));
    }

    @Test
    void itGoesThroughAProxy() throws Exception {
        InetSocketAddress[] address = new InetSocketAddress[1];
        try (RawServer proxy = RawServer.start(peer -> {
            peer.head();
            RawProxy.tunnel(peer, "HTTP/1.1 200 OK\r\n\r\n", address[0]);
        })) {
            runner.withPropertyValues(
                            "websocket.client.proxy.host=127.0.0.1", "websocket.client.proxy.port=" + proxy.port())
                    .run(context -> {
                        address[0] = new InetSocketAddress(
                                InetAddress.getLoopbackAddress(),
                                context.getEnvironment().getRequiredProperty("local.websocket.port", Integer.class));
                        WebSocketConnection connection = context.getBean(WebSocketClient.class)
                                .connect(ConnectRequest.to("ws://nosuch.invalid/echo"), new Received())
                                .get(10, TimeUnit.SECONDS);
                        assertThat(connection.remoteAddress().getPort()).isEqualTo(proxy.port());
                    });
        }
    }

    @Test
    void aBundleSaysWhomToTrust() {
        secured.run(context -> assertThatThrownBy(() -> assertEcho(context, true))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("TLS failed"));
        secured.withPropertyValues("websocket.client.ssl.bundle=server").run(context -> assertEcho(context, true));
    }

    @Test
    void aBundleIsReadAgainWhenItChanges(@TempDir Path directory, CapturedOutput output) throws Exception {
        Path trusted = directory.resolve("ca.crt");
        Files.writeString(trusted, Certificates.SELF_SIGNED.certificatePem());
        secured.withPropertyValues(
                        "spring.ssl.bundle.pem.client.truststore.certificate=file:" + trusted,
                        "spring.ssl.bundle.pem.client.reload-on-update=true",
                        "spring.ssl.bundle.watch.file.quiet-period=100ms",
                        "websocket.client.ssl.bundle=client")
                .run(context -> {
                    assertThatThrownBy(() -> assertEcho(context, true)).hasMessageContaining("TLS failed");
                    Files.writeString(trusted, Certificates.AUTHORITY.certificatePem());
                    await().until(() -> output.getAll().contains("client are reloaded"));
                    assertEcho(context, true);
                });
    }

    @Test
    void aWrongBundleStopsTheStart() {
        assertThat(Analyses.of(secured.withPropertyValues("websocket.client.ssl.bundle=sever"))
                        .getDescription())
                .startsWith("Invalid property websocket.client.ssl.bundle=sever (")
                .contains("There is no SSL bundle of this name; there are [server]");
        assertThat(Analyses.of(secured.withPropertyValues(
                                "spring.ssl.bundle.pem.old.truststore.certificate="
                                        + Certificates.AUTHORITY.certificatePem(),
                                "spring.ssl.bundle.pem.old.options.enabled-protocols=TLSv1.1",
                                "websocket.client.ssl.bundle=old"))
                        .getDescription())
                .startsWith("Invalid property websocket.client.ssl.bundle=old (");
    }

    @Test
    void anApplicationsOwnReplacesOurs() {
        WebSocketClient own = new WebSocketClient(ClientSettings.DEFAULT, 1, Runnable::run);
        runner.withBean(WebSocketClient.class, () -> own)
                .run(context ->
                        assertThat(context.getBean(WebSocketClient.class)).isSameAs(own));
        ClientSettings settings = ClientSettings.DEFAULT.withMaxMessageSize(1);
        runner.withBean(ClientSettings.class, () -> settings)
                .withBean(EngineSettings.class, () -> EngineSettings.DEFAULT)
                .withBean(ReconnectPolicy.class, () -> ReconnectPolicy.DEFAULT)
                .run(context -> {
                    assertThat(context.getBean(ClientSettings.class)).isSameAs(settings);
                    assertThat(context.getBean(ReconnectPolicy.class)).isSameAs(ReconnectPolicy.DEFAULT);
                });
    }
}
