package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.HandshakeInterceptor;
import io.websock.api.HandshakeRefusedException;
import io.websock.api.HandshakeRequest;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The opening handshake as far as it is a matter of sockets, time, numbers and interceptors. */
class OpeningTest {
    @RegisterExtension
    final Engine engine = new Engine();

    private static void expectRefusal(RawClient client, int status, String text) throws IOException {
        String answer = client.rest();
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n" + text + "\n");
        assertThat(answer)
                .containsPattern("\r\nDate: [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n");
        client.close();
    }

    private RawClient asking() throws IOException {
        RawClient client = engine.connect();
        client.send(RawClient.request(Engine.PATH));
        return client;
    }

    // What is wrong with the request

    @Test
    void aRefusalIsAnsweredAndTheConnectionEnds() throws Exception {
        engine.startEcho(false);
        expectRefusal(
                engine.request("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"), 404, "no endpoint has this path: /nowhere");
        expectRefusal(
                engine.request("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n"),
                426,
                "request does not ask for an upgrade to websocket with HTTP/1.1");
        expectRefusal(engine.request("GET / HTTP/1.1\nHost: a\n\n"), 400, "line feed without carriage return");
        RawClient foreign = engine.connect();
        foreign.send(RawClient.request(Engine.PATH, "Origin: https://evil.example"));
        expectRefusal(foreign, 403, "Origin is not allowed: https://evil.example");
    }

    @Test
    void bytesBehindARefusedRequestAreNotParsed() throws Exception {
        engine.startEcho(false);
        RawClient client = engine.request("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n");
        client.send(new byte[1000]);
        assertThat(client.rest()).startsWith("HTTP/1.1 404 ").doesNotContain("200");
    }

    @Test
    void aClientThatSendsOnAndOnBehindARefusedRequestIsReset() throws Exception {
        engine.startEcho(false);
        RawClient client = engine.request("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        client.send(new byte[1000]);
                        Thread.sleep(0, 100_000);
                    }
                })
                .isInstanceOf(IOException.class);
    }

    // Time

    @Test
    void aClientThatSendsNothingGets408() throws Exception {
        engine.handshakeTimeout = engine.shortly(150);
        engine.startEcho(false);
        expectRefusal(engine.connect(), 408, "handshake took too long");
        expectRefusal(engine.request("GET /ws HTTP/1.1\r\nHost: a\r\nUpg"), 408, "handshake took too long");
    }

    @Test
    void aClientThatSendsItsHeadTooSlowlyGets408() throws Exception {
        engine.handshakeTimeout = engine.shortly(200);
        engine.startEcho(false);
        RawClient client = engine.connect();
        byte[] request = RawClient.request(Engine.PATH);
        for (int i = 0; client.available() == 0 && i < request.length - 1; i++) {
            client.send(new byte[] {request[i]});
            Thread.sleep(5);
        }
        assertThat(client.head()).startsWith("HTTP/1.1 408 ");
    }

    @Test
    void anInterceptorThatTakesTooLongIsNotWaitedFor() throws Exception {
        engine.handshakeTimeout = engine.shortly(150);
        CountDownLatch release = new CountDownLatch(1);
        engine.interceptors.add(request -> release.await());
        RecordingListener listener = engine.startEcho(false);
        RawClient client = asking();
        client.sendFrames(text("early"));
        expectRefusal(client, 408, "handshake took too long");
        release.countDown();
        assertThat(engine.server().connections()).isZero();
        RawClient next = asking().upgraded();
        next.sendFrames(text("a"));
        next.expectText("a");
        listener.expect("open", "text a");
    }

    @Test
    void anOpenConnectionHasNoDeadlineOfItsHandshakeAnyMore() throws Exception {
        engine.handshakeTimeout = engine.shortly(100);
        engine.startEcho(false);
        RawClient client = engine.open();
        Thread.sleep(3 * engine.handshakeTimeout.toMillis());
        client.sendFrames(text("a"));
        client.expectText("a");
    }

    // Interceptors

    @Test
    void interceptorsAreAskedInTheirOrderAndSeeTheRequest() throws Exception {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        engine.interceptors.add(request -> seen.add("first " + request.path() + " " + request.query()));
        engine.interceptors.add(request -> seen.add("second " + request.header("x-a") + " "
                + request.headers("X-A") + " " + request.header("none") + " "
                + request.remoteAddress().getAddress().isLoopbackAddress() + " "
                + Thread.currentThread().getName().startsWith(EventLoop.THREAD_NAME)));
        engine.startEcho(true);
        engine.connect().upgrade(Engine.PATH + "?x=%20", "X-A: 1", "x-a: 2");
        assertThat(seen).containsExactly("first /ws x=%20", "second 1 [1, 2] null true false");
    }

    @Test
    void anInterceptorRefusesWithItsOwnStatusAndText() throws Exception {
        engine.interceptors.add(request -> {
            throw new HandshakeRefusedException(401, "who are you?");
        });
        engine.interceptors.add(request -> {
            throw new AssertionError("not asked any more");
        });
        RecordingListener listener = engine.startEcho(false);
        expectRefusal(asking(), 401, "who are you?");
        assertThat(listener.opened()).isZero();
    }

    @Test
    void anInterceptorThatThrowsGives500AndTellsNothing() throws Exception {
        List<Throwable> throwables =
                List.of(new IllegalStateException("secret"), new Exception("secret"), new OutOfMemoryError("secret"));
        Queue<Throwable> left = new ConcurrentLinkedQueue<>(throwables);
        engine.interceptors.add(new HandshakeInterceptor() {
            @Override
            public void intercept(HandshakeRequest request) throws Exception {
                Throwable next = left.remove();
                if (next instanceof Error error) {
                    throw error;
                }
                throw (Exception) next;
            }
        });
        engine.startEcho(false);
        for (int i = 0; i < 3; i++) {
            expectRefusal(asking(), 500, "internal error");
        }
        assertThat(engine.logged("Handshake interceptor failed")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatGoesWhileAnInterceptorIsAtWorkLeavesNothing(boolean reset) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        engine.interceptors.add(request -> {
            entered.countDown();
            release.await();
        });
        RecordingListener listener = engine.startEcho(false);
        RawClient client = asking();
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        if (reset) {
            client.reset();
        } else {
            client.close();
        }
        release.countDown();
        until(
                "what was opened is closed",
                () -> engine.server().connections() == 0 && listener.opened() == listener.closed());
    }

    @Test
    void framesThatComeWhileAnInterceptorIsAtWorkWait() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        engine.interceptors.add(request -> release.await());
        engine.startEcho(false);
        RawClient client = asking();
        client.sendFrames(text("a"));
        Thread.sleep(50);
        client.sendFrames(text("b"));
        Engine.assertIdle();
        release.countDown();
        client.upgraded();
        client.expectText("a");
        client.expectText("b");
    }

    @Test
    void anInterceptorThatBlocksHoldsUpNobodyElse() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        engine.interceptors.add(request -> {
            if ("slow".equals(request.query())) {
                release.await();
            }
        });
        engine.startEcho(true);
        RawClient slow = engine.connect();
        slow.send(RawClient.request(Engine.PATH + "?slow"));
        RawClient client = engine.open();
        client.sendFrames(text("a"));
        client.expectText("a");
        release.countDown();
        slow.upgraded();
    }

    // Numbers

    @Test
    void aFullServerAnswers503AndIsHealthyAllTheSame() throws Exception {
        engine.maxConnections = 2;
        engine.startEcho(false);
        RawClient first = engine.open();
        engine.open();
        RawClient third = asking();
        String answer = third.rest();
        assertThat(answer)
                .startsWith("HTTP/1.1 503 ")
                .contains("\r\nRetry-After: 5\r\n")
                .endsWith("server is full\n");
        assertThat(engine.request("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").rest())
                .startsWith("HTTP/1.1 200 ");
        first.close();
        until("there is a place", () -> engine.server().connections() == 1);
        engine.open();
    }

    @Test
    void noPlaceIsLostHoweverAConnectionEnds() throws Exception {
        engine.maxConnections = 1;
        engine.closeTimeout = Duration.ofMillis(50);
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    switch (message.text()) {
                        case "close" -> connection.close();
                        case "throw" -> throw new Exception("thrown by a test");
                        default -> connection.send(message);
                    }
                },
                false);
        for (String how : List.of("reset", "end", "close", "throw", "violation", "Close", "echo")) {
            until("there is a place", () -> engine.server().connections() == 0);
            RawClient client = engine.open();
            switch (how) {
                case "reset" -> client.reset();
                case "violation" -> client.send(text("unmasked"));
                case "Close" -> client.sendFrames(close());
                case "end" -> client.endOutput();
                default -> client.sendFrames(text(how));
            }
            if (how.equals("echo")) {
                client.expectText("echo");
            }
            if (!how.equals("close") && !how.equals("throw")) {
                client.close();
            }
        }
        until("all are closed", () -> listener.closed() == 7);
    }

    @Test
    void ofTooManyHandshakesTheOldestIsReset() throws Exception {
        engine.maxHandshakes = 3;
        engine.startEcho(false);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            RawClient client = engine.request("GET /ws HT");
            clients.add(client);
            // In this order, and not all in one turn.
            Thread.sleep(20);
        }
        clients.get(0).expectReset();
        clients.get(1).expectReset();
        byte[] request = RawClient.request(Engine.PATH);
        for (RawClient client : clients.subList(2, 5)) {
            client.send(Arrays.copyOfRange(request, 10, request.length));
            client.upgraded();
        }
        // Open connections are no handshakes.
        engine.open();
        clients.get(2).sendFrames(text("a"));
        clients.get(2).expectText("a");
    }

    /** Many in one turn of the loop: what is reset may be ready itself in that very turn. */
    @Test
    void manyHandshakesAtOnceResetEachOtherWithoutAFailure() throws Exception {
        engine.maxHandshakes = 1;
        engine.startEcho(false);
        for (int round = 0; round < 10; round++) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                clients.add(engine.connect());
                try {
                    clients.get(Math.max(0, i - 1)).send(new byte[] {'G'});
                } catch (IOException e) {
                    // was reset already
                }
            }
            for (RawClient client : clients) {
                client.close();
            }
        }
        RawClient client = engine.open();
        client.sendFrames(text("a"));
        client.expectText("a");
    }

    // Health

    @Test
    void theHealthOfTheServerIsToBeAsked() throws Exception {
        engine.startEcho(false);
        String get = engine.request("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").rest();
        assertThat(get).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok\n");
        String head =
                engine.request("HEAD /healthz?x HTTP/1.1\r\nHost: a\r\n\r\n").rest();
        assertThat(head)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\r\nContent-Length: 3\r\n")
                .endsWith("\r\n\r\n");
        String post = engine.request("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1")
                .rest();
        assertThat(post).startsWith("HTTP/1.1 405 ").contains("\r\nAllow: GET\r\n");
        assertThat(engine.request("GET /healthz HTTP/1.0\r\n\r\n").rest()).contains(" 200 ");
        assertThat(engine.request("GET /healthz/ HTTP/1.1\r\nHost: a\r\n\r\n").rest())
                .contains(" 404 ");
    }

    @Test
    void aClientMayEndItsOutputBehindItsRequest() throws Exception {
        engine.startEcho(false);
        RawClient client = engine.request("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        client.endOutput();
        assertThat(client.rest()).contains(" 200 ");
    }
}
