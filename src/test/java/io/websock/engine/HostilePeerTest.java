package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.BINARY;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.header;
import static io.websock.testkit.Frames.masked;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Peers that try to wear the server out. After each of these tests, the event loop must be idle again, which Engine checks. */
class HostilePeerTest {
    @RegisterExtension
    final Engine engine = new Engine();

    private void expectEcho() throws IOException {
        RawClient client = engine.open();
        client.sendFrames(text("still there"));
        client.expectText("still there");
    }

    @Test
    void aMessageOf64KiBInSegmentsOfOneByte() throws Exception {
        engine.startEcho(true);
        RawClient client = engine.open();
        byte[] message = frame(FIN | BINARY, new byte[64 * 1024]);
        byte[] bytes = masked(message);
        byte[] one = new byte[1];
        for (byte octet : bytes) {
            one[0] = octet;
            client.send(one);
        }
        client.expect(message);
    }

    @Test
    void aMessageInManyFragments() throws Exception {
        engine.maxMessageSize = 1 << 20;
        engine.startEcho(false);
        byte[] fragment = masked(frame(0, new byte[16]));
        ByteArrayOutputStream fragments = new ByteArrayOutputStream();
        fragments.writeBytes(masked(frame(BINARY, new byte[16])));
        for (int i = 0; i < 65_534; i++) {
            fragments.writeBytes(fragment);
        }
        fragments.writeBytes(masked(frame(FIN, new byte[16])));
        RawClient client = engine.open();
        client.send(fragments.toByteArray());
        client.expect(frame(FIN | BINARY, new byte[1 << 20]));
    }

    @Test
    void aMessageInTinyFragmentsIsRefused() throws Exception {
        engine.startEcho(false);
        byte[] fragment = masked(frame(0, new byte[1]));
        byte[] fragments = new byte[2000 * fragment.length];
        for (int i = 0; i < 2000; i++) {
            System.arraycopy(fragment, 0, fragments, i * fragment.length, fragment.length);
        }
        RawClient client = engine.open();
        client.send(masked(frame(BINARY, new byte[1])), fragments);
        client.expectClose(1008, "too many tiny fragments");
        client.expectEndOfStream();
    }

    @Test
    void aFloodOfPingsIsRefused() throws Exception {
        engine.startEcho(false);
        RawClient client = engine.open();
        byte[] pings = new byte[200 * ping().length];
        for (int i = 0; i < 200; i++) {
            System.arraycopy(ping(), 0, pings, i * ping().length, ping().length);
        }
        client.sendFrames(pings);
        int pongs = 0;
        while (client.frame().flags() == 0x8A) {
            pongs++;
        }
        assertThat(pongs).isBetween(100, 110);
        client.expectEndOfStream();
        client.close();
        expectEcho();
    }

    @Test
    void aDeclaredSizeIsNeitherAwaitedNorAllocated() throws Exception {
        engine.maxMessageSize = Integer.MAX_VALUE;
        engine.startEcho(false);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            RawClient client = engine.open();
            client.sendFrames(header(FIN | BINARY, Integer.MAX_VALUE));
            client.send(new byte[1000]);
            clients.add(client);
        }
        RawClient client = engine.open();
        client.sendFrames(header(FIN | BINARY, 1L << 62));
        client.expectClose(1009, "message exceeds websocket.limits.max-message-size=2147483647B");
        expectEcho();
        for (RawClient each : clients) {
            each.close();
        }
    }

    @Test
    void requestsThatNeverEnd() throws Exception {
        engine.handshakeTimeout = Duration.ofMillis(500);
        engine.startEcho(false);
        List<RawClient> slow = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            slow.add(engine.request("GET /ws HTTP/1.1\r\nHost: a\r\n"));
        }
        for (int round = 0; round < 5; round++) {
            for (RawClient client : slow) {
                client.send("X: ".getBytes());
            }
            expectEcho();
        }
        for (RawClient client : slow) {
            assertThat(client.head()).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void thousandsOfHandshakesThatAreNotFinished() throws Exception {
        engine.maxHandshakes = 1000;
        engine.startEcho(false);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            clients.add(i % 2 == 0 ? engine.connect() : engine.request("GET / HT"));
        }
        expectEcho();
        Engine.assertIdle();
        for (RawClient client : clients.subList(0, 1900)) {
            client.expectEnd();
        }
        for (RawClient client : clients) {
            client.close();
        }
        expectEcho();
    }

    @Test
    void refusalsThatNobodyReads() throws Exception {
        engine.maxHandshakes = 100;
        engine.closeTimeout = Duration.ofMillis(300);
        engine.startEcho(false);
        for (int i = 0; i < 1000; i++) {
            engine.request("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        expectEcho();
    }

    @Test
    void connectionsThatAreResetAtOnce() throws Exception {
        engine.startEcho(false);
        for (int i = 0; i < 2000; i++) {
            RawClient client = engine.connect();
            if (i % 3 == 0) {
                client.send(RawClient.request(Engine.PATH));
            }
            client.reset();
        }
        expectEcho();
        until("one is open", () -> engine.server().connections() == 1);
    }

    @Test
    void noise() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            RawClient client = engine.connect();
            byte[] noise = new byte[random.nextInt(2000)];
            random.nextBytes(noise);
            if (i % 2 == 0) {
                client.upgrade(Engine.PATH);
                if (i % 4 == 0) {
                    // Such as begins well.
                    byte[] good = masked(frame(FIN | BINARY, Arrays.copyOf(noise, Math.min(noise.length, 125))));
                    client.send(good);
                }
            }
            try {
                client.send(noise);
                client.endOutput();
                client.expectEnd();
            } catch (IOException e) {
                // reset already
            }
            client.close();
        }
        until(
                "all are closed",
                () -> listener.closed() == 150 && engine.server().connections() == 0);
        expectEcho();
    }
}
