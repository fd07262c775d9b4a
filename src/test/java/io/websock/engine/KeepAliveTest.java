package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.masked;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeepAliveTest {
    private static final String DEAD =
            "close 1006 'nothing received within websocket.keep-alive.timeout of a Ping' by LOCAL";

    @RegisterExtension
    final Engine engine = new Engine();

    private static EngineSettings.KeepAlive keepAlive(int interval, int timeout) {
        return new EngineSettings.KeepAlive(Duration.ofMillis(interval), Duration.ofMillis(timeout));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSilentPeerIsPingedAndThenGivenUp(boolean nonBlocking) throws Exception {
        engine.keepAlive = keepAlive(50, 100);
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.expect(ping());
        client.expectReset();
        listener.expect("open", DEAD);
    }

    @Test
    void aPeerThatAnswersLives() throws Exception {
        engine.keepAlive = keepAlive(20, 5000);
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        for (int i = 0; i < 10; i++) {
            client.expect(ping());
            client.sendFrames(pong());
        }
        assertThat(listener.next()).isEqualTo("open");
        assertThat(listener.next()).isEqualTo("pong ");
        assertThat(listener.closed()).isZero();
    }

    @Test
    void anyByteIsASignOfLife() throws Exception {
        engine.keepAlive = keepAlive(50, 600);
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        // Twice the time-out long, single bytes of one message.
        for (byte octet : masked(text("x".repeat(118)))) {
            client.send(new byte[] {octet});
            Thread.sleep(10);
        }
        assertThat(listener.closed()).isZero();
        until("the answer", () -> client.available() > 0);
        while (client.frame().flags() != 0x81) {}
        listener.expect("open", "text " + "x".repeat(118));
    }

    @Test
    void aPeerThatOnlyListensIsPingedThoughMuchIsSentToIt() throws Exception {
        engine.keepAlive = keepAlive(50, 100);
        CountDownLatch end = new CountDownLatch(1);
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    while (connection.isOpen() && end.getCount() > 0) {
                        connection.send("tick");
                        Thread.sleep(5);
                    }
                },
                false);
        RawClient client = engine.open();
        client.sendFrames(text("go"));
        until("the close", () -> listener.closed() == 1 || drained(client));
        end.countDown();
        listener.expect("open", "text go", DEAD);
    }

    private static boolean drained(RawClient client) throws Exception {
        try {
            return client.bytes(Math.max(1, client.available())).length == 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void aPeerThatOnlySendsIsPingedThoughMuchComesFromIt() throws Exception {
        engine.keepAlive = keepAlive(50, 5000);
        engine.start((connection, message) -> {}, false);
        RawClient client = engine.open();
        for (int i = 0; client.available() == 0 && i < 1000; i++) {
            client.sendFrames(text("tick"));
            Thread.sleep(5);
        }
        client.expect(ping());
    }

    @Test
    void whileReadingIsPausedNobodyIsGivenUp() throws Exception {
        engine.keepAlive = keepAlive(200, 300);
        engine.inbound = new EngineSettings.Inbound(1, 1000);
        CountDownLatch release = new CountDownLatch(1);
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    release.await();
                    connection.send(message);
                },
                false);
        RawClient client = engine.open();
        client.sendFrames(text("a"));
        listener.expect("open", "text a");
        // What the peer says now is not read, its Pongs neither.
        Thread.sleep(700);
        assertThat(listener.closed()).isZero();
        client.sendFrames(pong(), pong(), pong());
        release.countDown();
        assertThat(listener.next()).isEqualTo("pong ");
        while (client.frame().flags() != 0x81) {}
    }

    @Test
    void manyConnectionsAreEachPingedInTheirTime() throws Exception {
        engine.keepAlive = keepAlive(100, 5000);
        engine.eventLoops = 2;
        engine.startEcho(true);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            clients.add(engine.open());
        }
        for (int round = 0; round < 3; round++) {
            for (RawClient client : clients) {
                client.expect(ping());
                client.sendFrames(pong());
            }
        }
        assertThat(clients.stream().map(RawClient::localAddress).collect(Collectors.toSet()))
                .hasSize(200);
    }
}
