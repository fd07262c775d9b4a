package io.websock.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are slow, with and without TLS: they lose their connection, and the next one is served. */
@Timeout(60)
class RequestThreadsTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofHours(1);

    private static SSLContext tls;

    private HttpServer server;
    private RequestThreads threads;
    private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();

    @BeforeAll
    static void createKey(@TempDir Path directory) throws Exception {
        tls = Keys.context(Keys.store(directory, "slow"));
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        server.stop(0);
    }

    private void start(boolean secure, Duration receive, Duration answer, HttpHandler handler) throws IOException {
        InetSocketAddress any = new InetSocketAddress("localhost", 0);
        server = secure ? HttpsServer.create(any, 0) : HttpServer.create(any, 0);
        if (server instanceof HttpsServer https) {
            https.setHttpsConfigurator(new HttpsConfigurator(tls));
        }
        threads = new RequestThreads(receive, answer);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                RequestThreads.received();
                handler.handle(exchange);
                ended.add("answered");
            } catch (IOException | RuntimeException e) {
                ended.add("cut off");
                throw e;
            }
        });
        server.start();
    }

    private Socket send(String request) throws IOException {
        int port = server.getAddress().getPort();
        Socket socket = server instanceof HttpsServer
                ? tls.getSocketFactory().createSocket("localhost", port)
                : new Socket("localhost", port);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    private static void ok(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, -1);
    }

    private void assertServesTheNext() throws Exception {
        try (Socket next = send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")) {
            assertThat(new String(next.getInputStream().readAllBytes())).startsWith("HTTP/1.1 200");
        }
        assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("answered");
    }

    /** Ends by the end of the stream or by a reset. */
    private static void assertCutOff(Socket socket) {
        try (socket) {
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        } catch (IOException e) {
            assertThat(e).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestThatDoesNotArriveIsCutOff(boolean secure) throws Exception {
        start(secure, SHORT, LONG, RequestThreadsTest::ok);
        assertCutOff(send("GET / HTTP/1.1\r\n"));
        assertCutOff(send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhell"));
        assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("cut off");
        assertServesTheNext();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answerThatIsNotReadIsCutOff(boolean secure) throws Exception {
        start(secure, Duration.ofSeconds(10), SHORT, exchange -> {
            if (exchange.getRequestURI().getPath().equals("/large")) {
                exchange.sendResponseHeaders(200, 64 << 20);
                exchange.getResponseBody().write(new byte[64 << 20]);
            } else {
                ok(exchange);
            }
        });
        try (Socket slow = send("GET /large HTTP/1.1\r\n\r\n")) {
            assertThat(slow.getInputStream().read()).isEqualTo('H');
            assertThat(ended.poll(30, TimeUnit.SECONDS)).isEqualTo("cut off");
            assertServesTheNext();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void handlerThatHangsIsInterrupted(boolean secure) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        start(secure, Duration.ofSeconds(10), SHORT, exchange -> {
            if (exchange.getRequestURI().getPath().equals("/hang")) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    exchange.sendResponseHeaders(500, -1);
                    return;
                }
            }
            ok(exchange);
        });
        try (Socket hanging = send("GET /hang HTTP/1.1\r\nConnection: close\r\n\r\n")) {
            assertThat(new String(hanging.getInputStream().readAllBytes())).startsWith("HTTP/1.1 500");
        }
        assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("answered");
        assertServesTheNext();
    }
}
