package io.websock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.WebSocketListener;
import io.websock.app.WebsockApplicationTest.Subprotocols;
import io.websock.spring.WebSocketEndpoint;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The whole application, as a client sees it that we have not written: the JDK's. */
@SpringBootTest(properties = {"websocket.server.port=0", "management.server.port=0"})
@Import(Subprotocols.class)
class WebsockApplicationTest {

    @TestConfiguration(proxyBeanMethods = false)
    static class Subprotocols {
        @Bean
        @WebSocketEndpoint(
                path = "/subprotocols",
                subprotocols = {"v1", "v2"})
        WebSocketListener subprotocols() {
            return (connection, message) -> connection.send(String.valueOf(connection.subprotocol()));
        }

        @Bean
        @WebSocketEndpoint("/closing")
        WebSocketListener closing() {
            return (connection, message) -> connection.close(4000 + message.size(), message.text());
        }

        @Bean
        @WebSocketEndpoint("/failing")
        WebSocketListener failing() {
            return (connection, message) -> {
                throw new IllegalStateException("a secret");
            };
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();

    @Value("${local.websocket.port}")
    int port;

    @Test
    void textIsEchoed() {
        Client client = connect("/ws");
        client.socket.sendText("Grüße, 世界 \uD83D\uDE00", true).join();
        assertThat(client.next()).isEqualTo("Grüße, 世界 \uD83D\uDE00");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65535, 65536, 1 << 20, 16 << 20})
    void binaryOfAnyPermittedSizeIsEchoed(int size) {
        byte[] payload = new byte[size];
        new Random(size).nextBytes(payload);
        Client client = connect("/ws");
        client.socket.sendBinary(ByteBuffer.wrap(payload), true).join();
        assertThat(client.next()).isEqualTo(ByteBuffer.wrap(payload));
    }

    @Test
    void fragmentsAreEchoedAsOneMessage() {
        Client client = connect("/ws");
        client.socket.sendText("Hel", false).join();
        client.socket.sendPing(ByteBuffer.wrap(new byte[] {1, 2})).join();
        client.socket.sendText("", false).join();
        client.socket.sendText("lo", true).join();
        assertThat(client.next()).isEqualTo(new Pong(ByteBuffer.wrap(new byte[] {1, 2})));
        assertThat(client.next()).isEqualTo("Hello");
    }

    @Test
    void manyMessagesAreEchoedInOrder() {
        Client client = connect("/ws");
        for (int i = 0; i < 1000; i++) {
            client.socket.sendText("message " + i, true).join();
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(client.next()).isEqualTo("message " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 3000, 4999})
    void closeIsEchoed(int code) {
        Client client = connect("/ws");
        client.socket.sendClose(code, "bye").join();
        assertThat(client.next())
                .isInstanceOfSatisfying(
                        Close.class, close -> assertThat(close.code).isEqualTo(code));
    }

    @Test
    void listenerCloses() {
        Client client = connect("/closing");
        client.socket.sendText("why", true).join();
        assertThat(client.next()).isEqualTo(new Close(4003, "why"));
    }

    @Test
    void failingListenerClosesWithoutItsReason() {
        Client client = connect("/failing");
        client.socket.sendText("hello", true).join();
        assertThat(client.next()).isInstanceOfSatisfying(Close.class, close -> {
            assertThat(close.code).isEqualTo(1011);
            assertThat(close.reason).doesNotContain("secret");
        });
    }

    @Test
    void messageOverTheLimitOfThePathCloses() {
        Client client = connect("/ws");
        client.sendOneByteOver(16 << 20);
        assertThat(client.next())
                .isInstanceOfSatisfying(
                        Close.class, close -> assertThat(close.code).isEqualTo(1009));
    }

    @Test
    void messageOverTheGeneralLimitClosesElsewhere() {
        Client client = connect("/subprotocols");
        client.sendOneByteOver(64 << 10);
        assertThat(client.next()).isEqualTo(new Close(1009, "message exceeds websocket.limits.max-message-size=64KB"));
    }

    @Test
    void subprotocolIsTheClientsFirstThatTheListenerSpeaks() {
        Client client = connect("/subprotocols", "v3", "v2", "v1");
        assertThat(client.socket.getSubprotocol()).isEqualTo("v2");
        client.socket.sendText("?", true).join();
        assertThat(client.next()).isEqualTo("v2");
    }

    @Test
    void unknownPathIsRefused() {
        assertThatThrownBy(() -> connect("/nowhere"))
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refusal ->
                                assertThat(refusal.getResponse().statusCode()).isEqualTo(404));
    }

    @Test
    void foreignOriginIsRefused() {
        assertThatThrownBy(() -> http.newWebSocketBuilder()
                        .header("Origin", "https://evil.example")
                        .buildAsync(uri("ws", "/ws"), new Client())
                        .join())
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refusal ->
                                assertThat(refusal.getResponse().statusCode()).isEqualTo(403));
    }

    @Test
    void healthIsAnswered() throws Exception {
        var response = http.send(
                HttpRequest.newBuilder(uri("http", "/healthz"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void plainRequestOfAnEndpointIsToldToUpgrade() throws Exception {
        var response = http.send(HttpRequest.newBuilder(uri("http", "/ws")).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(426);
        assertThat(response.headers().firstValue("Sec-WebSocket-Version")).contains("13");
    }

    private URI uri(String scheme, String path) {
        return URI.create(scheme + "://localhost:" + port + path);
    }

    private Client connect(String path, String... subprotocols) {
        Client client = new Client();
        var builder = http.newWebSocketBuilder();
        if (subprotocols.length > 0) {
            builder.subprotocols(subprotocols[0], Arrays.copyOfRange(subprotocols, 1, subprotocols.length));
        }
        client.socket = builder.buildAsync(uri("ws", path), client).join();
        return client;
    }

    private record Pong(ByteBuffer payload) {}

    private record Close(int code, String reason) {}

    /** Collects what comes: strings, buffers, pongs, the close, or an error. */
    private static final class Client implements WebSocket.Listener {
        private final LinkedBlockingQueue<Object> events = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
        private WebSocket socket;

        /** The last byte is alone in a fragment: of a larger one, the server would discard a part and reset, and its Close could be lost. */
        void sendOneByteOver(int limit) {
            socket.sendBinary(ByteBuffer.allocate(limit), false).join();
            socket.sendBinary(ByteBuffer.allocate(1), true).join();
        }

        Object next() {
            try {
                return events.poll(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                events.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            binary.writeBytes(part);
            if (last) {
                events.add(ByteBuffer.wrap(binary.toByteArray()));
                binary.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            byte[] payload = new byte[message.remaining()];
            message.get(payload);
            events.add(new Pong(ByteBuffer.wrap(payload)));
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            events.add(new Close(code, reason));
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            events.add(error);
        }
    }
}
