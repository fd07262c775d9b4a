package io.websock.spring;

import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.TEXT;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.deflate.ZlibPool;
import io.websock.engine.Endpoint;
import io.websock.engine.WebSocketServer;
import io.websock.handshake.Agreement;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.ExtensionOffer;
import io.websock.handshake.OriginPolicy;
import io.websock.protocol.Extension;
import io.websock.testkit.DeflatePeer;
import io.websock.testkit.Frames;
import io.websock.testkit.Frames.Frame;
import io.websock.testkit.RawClient;
import io.websock.testkit.XorExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.Order;

/** Which extensions the endpoints of an application speak, over real sockets. */
class WebSocketExtensionsTest {
    private static final String DEFLATE = "permessage-deflate";
    private static final String SHARED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    private static final String LONG = "the same again and again, ".repeat(20);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(WebSocketAutoConfiguration.class))
            .withPropertyValues("websocket.server.port=0");

    private final List<RawClient> clients = new ArrayList<>();

    /** Closes the clients before the context, which else would wait for them. */
    private void run(ApplicationContextRunner runner, ContextConsumer<AssertableApplicationContext> test) {
        runner.run(context -> {
            try {
                test.accept(context);
            } finally {
                closeClients();
            }
        });
    }

    @AfterEach
    void closeClients() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
    }

    @WebSocketEndpoint("/a")
    static class A implements WebSocketListener {
        @Override
        public void onMessage(WebSocketConnection connection, Message message) {
            connection.send(message);
        }
    }

    @WebSocketEndpoint("/b")
    static class B extends A {}

    @WebSocketEndpoint("/c")
    static class C extends A {}

    /** Sends each message to everyone on any of its endpoints; on the loop, so that nothing is written before all is queued. */
    static class Hub implements WebSocketListener {
        private static final Queue<WebSocketConnection> CONNECTIONS = new ConcurrentLinkedQueue<>();

        @Override
        public void onOpen(WebSocketConnection connection) {
            CONNECTIONS.add(connection);
            connection.send("open");
        }

        @Override
        public void onMessage(WebSocketConnection connection, Message message) {
            CONNECTIONS.forEach(each -> each.send(message));
        }
    }

    @WebSocketEndpoint(path = "/one", nonBlocking = true)
    static class One extends Hub {}

    @WebSocketEndpoint(path = "/two", nonBlocking = true)
    static class Two extends Hub {}

    /** Wants the bit of permessage-deflate. */
    @Order(1)
    static class Conflicting implements ExtensionNegotiator {
        @Override
        public String name() {
            return "x-conflicting";
        }

        @Override
        public Agreement accept(ExtensionOffer offer) {
            return new Agreement(offer, new XorExtension(Extension.RSV1));
        }

        @Override
        public List<ExtensionOffer> offers() {
            return List.of();
        }

        @Override
        public Extension confirm(ExtensionOffer answer) {
            return null;
        }
    }

    /** Replaces ours. */
    static class OwnDeflate extends Conflicting {
        @Override
        public String name() {
            return DEFLATE;
        }
    }

    private RawClient connect(AssertableApplicationContext context) throws IOException {
        int port = WebSocketAutoConfigurationTest.port(context);
        RawClient client = RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        clients.add(client);
        return client;
    }

    /** What is answered to this offer, empty if nothing. */
    private static String answer(RawClient client, String path, String offer) throws IOException {
        client.send(RawClient.request(path, "Sec-WebSocket-Extensions: " + offer));
        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 101 ");
        return head.lines()
                .filter(line -> line.startsWith("Sec-WebSocket-Extensions: "))
                .map(line -> line.substring("Sec-WebSocket-Extensions: ".length()))
                .findFirst()
                .orElse("");
    }

    private String answer(AssertableApplicationContext context, String path, String offer) throws IOException {
        return answer(connect(context), path, offer);
    }

    @Test
    void messagesAreCompressedFromTheMinimumSizeOn() {
        run(runner.withBean(A.class), context -> {
            RawClient client = connect(context);
            assertThat(answer(client, "/a", DEFLATE + "; client_max_window_bits"))
                    .isEqualTo(SHARED);
            try (DeflatePeer peer = new DeflatePeer(false)) {
                client.sendFrames(peer.text("x".repeat(255)), peer.text("x".repeat(256)));
                client.expectText("x".repeat(255));
                Frame compressed = client.frame();
                assertThat(compressed.flags()).isEqualTo(0xC1);
                assertThat(new String(peer.payload(compressed), UTF_8)).isEqualTo("x".repeat(256));
            }
        });
    }

    @Test
    void modeAndMinimumSizeAreThoseOfThePathOrTheGeneralOnes() {
        run(
                runner.withBean(A.class)
                        .withBean(B.class)
                        .withBean(C.class)
                        .withPropertyValues(
                                "websocket.compression.mode=off",
                                "websocket.compression.min-size=1B",
                                "websocket.endpoints.[/b].compression.mode=shared",
                                "websocket.endpoints.[/c].compression.mode=takeover",
                                "websocket.endpoints.[/c].compression.min-size=1KB"),
                context -> {
                    assertThat(answer(context, "/a", DEFLATE)).isEmpty();
                    RawClient b = connect(context);
                    assertThat(answer(b, "/b", DEFLATE)).isEqualTo(SHARED);
                    RawClient c = connect(context);
                    assertThat(answer(c, "/c", DEFLATE)).isEqualTo(DEFLATE);
                    b.sendFrames(text(LONG));
                    assertThat(b.frame().flags()).isEqualTo(0xC1);
                    c.sendFrames(text(LONG), text(LONG.repeat(2)));
                    c.expectText(LONG);
                    assertThat(c.frame().flags()).isEqualTo(0xC1);
                });
    }

    @Test
    void everythingNativeHasEndedOnceTheContextIsClosed() {
        ZlibPool[] pool = new ZlibPool[1];
        WebSocketServer[] server = new WebSocketServer[1];
        runner.withBean(A.class)
                .withPropertyValues("websocket.compression.mode=takeover", "websocket.limits.close-timeout=200ms")
                .run(context -> {
                    pool[0] = context.getBean(ZlibPool.class);
                    server[0] = context.getBean(WebSocketServer.class);
                    for (int i = 0; i < 5; i++) {
                        RawClient client = connect(context);
                        assertThat(answer(client, "/a", DEFLATE)).isEqualTo(DEFLATE);
                        try (DeflatePeer peer = new DeflatePeer(true)) {
                            byte[] whole = peer.text(LONG);
                            // The second message is begun and never ended.
                            client.sendFrames(
                                    whole,
                                    frame(
                                            TEXT | 0x40,
                                            Frames.decode(whole).get(0).payload()));
                            assertThat(new String(peer.payload(client.frame()), UTF_8))
                                    .isEqualTo(LONG);
                        }
                    }
                    assertThat(pool[0].deflaterCounts()).isEqualTo(new ZlibPool.Counts(5, 0));
                });
        assertThat(server[0].connections()).isZero();
        assertThat(pool[0].deflaterCounts()).isEqualTo(new ZlibPool.Counts(5, 5));
        assertThat(pool[0].inflaterCounts().created()).isPositive();
        assertThat(pool[0].inflaterCounts().ended())
                .isEqualTo(pool[0].inflaterCounts().created());
    }

    @Test
    void ownPoolReplacesOurs() {
        ZlibPool own = new ZlibPool(1, 0);
        run(runner.withBean(ZlibPool.class, () -> own).withBean(A.class), context -> {
            RawClient client = connect(context);
            answer(client, "/a", DEFLATE);
            client.sendFrames(text(LONG));
            assertThat(client.frame().flags()).isEqualTo(0xC1);
            assertThat(own.deflaterCounts()).isEqualTo(new ZlibPool.Counts(1, 1));
        });
    }

    @Test
    void broadcastOverSeveralEndpointsIsDeflatedOncePerSetOfParameters() {
        // It keeps none that is idle, so each deflation takes a new one.
        run(
                runner.withBean(ZlibPool.class, () -> new ZlibPool(6, 0))
                        .withBean(One.class)
                        .withBean(Two.class)
                        .withPropertyValues("websocket.server.event-loops=1"),
                context -> {
                    List<RawClient> receivers = new ArrayList<>();
                    for (int i = 0; i < 40; i++) {
                        RawClient client = connect(context);
                        answer(
                                client,
                                i % 2 == 0 ? "/one" : "/two",
                                DEFLATE + (i % 4 < 2 ? "" : "; server_max_window_bits=10"));
                        client.expectText("open");
                        receivers.add(client);
                    }
                    receivers.get(0).sendFrames(text(LONG));
                    for (RawClient client : receivers) {
                        try (DeflatePeer peer = new DeflatePeer(false)) {
                            assertThat(new String(peer.payload(client.frame()), UTF_8))
                                    .isEqualTo(LONG);
                        }
                    }
                    assertThat(context.getBean(ZlibPool.class).deflaterCounts().created())
                            .isEqualTo(2);
                });
        Hub.CONNECTIONS.clear();
    }

    @Test
    void endpointsThatCompressInTheSameWayShareWhatTheyCan() {
        run(
                runner.withBean(A.class)
                        .withBean(B.class)
                        .withBean(C.class)
                        .withPropertyValues(
                                "websocket.endpoints.[/b].compression.min-size=256B",
                                "websocket.endpoints.[/c].compression.min-size=257B"),
                context -> assertThat(context.getBean(WebSocketEndpoints.class).all().stream()
                                .flatMap(endpoint -> endpoint.extensions().stream())
                                .distinct())
                        .hasSize(2));
    }

    @Test
    void ownExtensionIsSpokenTogetherWithCompression() {
        run(runner.withBean(A.class).withBean(Inverted.class), context -> {
            RawClient client = connect(context);
            assertThat(answer(client, "/a", DEFLATE + ", x-inverted")).isEqualTo(SHARED + ", x-inverted");
            try (DeflatePeer peer = new DeflatePeer(false)) {
                byte[] compressed = peer.compressed(LONG.getBytes(UTF_8));
                client.sendFrames(
                        // Both, either, none.
                        frame(FIN | 0x60 | TEXT, XorExtension.flipped(compressed)),
                        frame(FIN | 0x40 | TEXT, compressed),
                        frame(FIN | 0x20 | TEXT, XorExtension.flipped("short".getBytes(UTF_8))),
                        text(LONG));
                for (String text : List.of(LONG, LONG, "short", LONG)) {
                    Frame frame = client.frame();
                    assertThat(frame.flags()).isEqualTo(text.equals("short") ? 0xA1 : 0xE1);
                    byte[] payload =
                            peer.payload(new Frame(frame.flags(), false, XorExtension.flipped(frame.payload())));
                    assertThat(new String(payload, UTF_8)).isEqualTo(text);
                }
            }
        });
    }

    @Test
    void ownExtensionIsSpokenAloneOrNotAsTheClientAsks() {
        run(runner.withBean(A.class).withBean(Inverted.class), context -> {
            assertThat(answer(context, "/a", "x-inverted; x")).isEmpty();
            assertThat(answer(context, "/a", "x-inverted; x, x-inverted")).isEqualTo("x-inverted");
            assertThat(answer(context, "/a", "x-inverted, " + DEFLATE)).isEqualTo("x-inverted, " + SHARED);
            RawClient client = connect(context);
            assertThat(answer(client, "/a", "x-inverted")).isEqualTo("x-inverted");
            client.sendFrames(text("hello"));
            client.expect(frame(FIN | 0x20 | TEXT, XorExtension.flipped("hello".getBytes(UTF_8))));
            client.sendFrames(frame(FIN | 0x40 | TEXT, ""));
            client.expectClose(1002, "reserved bit is set");
        });
    }

    @Test
    void extensionThatNeedsABitOfAnotherOneIsDeclined() {
        run(runner.withBean(A.class).withBean(Conflicting.class).withBean(Inverted.class), context -> {
            RawClient client = connect(context);
            assertThat(answer(client, "/a", DEFLATE + ", x-conflicting, x-inverted"))
                    .isEqualTo(SHARED + ", x-inverted");
            client.sendFrames(text(LONG));
            assertThat(client.frame().flags()).isEqualTo(0xE1);
            RawClient other = connect(context);
            assertThat(answer(other, "/a", "x-conflicting, " + DEFLATE)).isEqualTo("x-conflicting");
            other.sendFrames(text(LONG));
            other.expect(frame(FIN | 0x40 | TEXT, XorExtension.flipped(LONG.getBytes(UTF_8))));
        });
    }

    @Test
    void ownExtensionOfTheSameNameGoesBeforeOurs() {
        run(
                runner.withBean(A.class).withBean(OwnDeflate.class),
                context -> assertThat(answer(context, "/a", DEFLATE + "; mine")).isEqualTo(DEFLATE + "; mine"));
    }

    @Test
    void extensionsAreOfferedInTheirOrder() {
        run(
                runner.withBean(A.class).withBean(Inverted.class).withBean(Conflicting.class),
                context -> assertThat(extensions(context))
                        .extracting(ExtensionNegotiator::name)
                        .containsExactly("x-conflicting", "x-inverted", DEFLATE));
    }

    private static List<ExtensionNegotiator> extensions(ApplicationContext context) {
        return context.getBean(WebSocketEndpoints.class).all().get(0).extensions();
    }

    @Test
    void endpointBeanHasTheExtensionsItSays() {
        Endpoint own = new Endpoint("/own", new A(), List.of(), OriginPolicy.SAME, 1000, false);
        run(
                runner.withBean("own", Endpoint.class, () -> own).withBean(Inverted.class),
                context -> assertThat(answer(context, "/own", DEFLATE + ", x-inverted"))
                        .isEmpty());
    }
}
