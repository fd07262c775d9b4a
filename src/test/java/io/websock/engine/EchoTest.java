package io.websock.engine;

import static io.websock.testkit.Frames.BINARY;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.masked;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.handshake.OriginPolicy;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages on their way in and out again, over listeners on the executor and on the event loop. */
class EchoTest {
    @RegisterExtension
    final Engine engine = new Engine();

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void textAndBinaryComeBackAsTheyWere(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        List<byte[]> frames = List.of(
                text("Hello"),
                text(""),
                text("Grüße, 世界 🌍"),
                frame(FIN | BINARY, random(0)),
                frame(FIN | BINARY, random(125)),
                frame(FIN | BINARY, random(126)),
                frame(FIN | BINARY, random(65_535)),
                frame(FIN | BINARY, random(65_536)));
        for (byte[] frame : frames) {
            client.sendFrames(frame);
            client.expect(frame);
        }
        assertThat(listener.take()).hasSize(9).startsWith("open", "text Hello", "text ", "text Grüße, 世界 🌍");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageOf16MiBComesBackWhereItIsAllowed(boolean nonBlocking) throws Exception {
        engine.maxMessageSize = 16 << 20;
        engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        byte[] big = frame(FIN | BINARY, random(16 << 20));
        CompletableFuture<Void> sending = client.sendFramesAside(big, text("behind it"));
        client.expect(big);
        client.expectText("behind it");
        sending.join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageOverTheLimitOfItsEndpointIsRefused(boolean nonBlocking) throws Exception {
        engine.maxMessageSize = 1000;
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(frame(FIN | BINARY, random(1000)), frame(FIN | BINARY, random(1001)));
        client.expect(frame(FIN | BINARY, random(1000)));
        client.expectClose(1009, "message exceeds websocket.limits.max-message-size=1000B");
        client.expectEndOfStream();
        client.close();
        assertThat(List.of(listener.next(), listener.next())).hasSize(2);
        listener.expect("close 1009 'message exceeds websocket.limits.max-message-size=1000B' by LOCAL");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thousandsOfPipelinedMessagesComeBackInTheirOrder(boolean nonBlocking) throws Exception {
        engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        int count = 20_000;
        CompletableFuture<Void> sending = client.sendFramesAside(
                IntStream.range(0, count).mapToObj(i -> text("message " + i)).toArray(byte[][]::new));
        for (int i = 0; i < count; i++) {
            client.expectText("message " + i);
        }
        sending.join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void smallMessagesBehindABigOneDoNotOverflowTheQueue(boolean nonBlocking) throws Exception {
        engine.maxMessageSize = 4 << 20;
        engine.startEcho(nonBlocking);
        RawClient client = engine.openWithSmallBuffer();
        byte[] big = frame(FIN | BINARY, random(4 << 20));
        byte[] small =
                concat(IntStream.range(0, 500).mapToObj(i -> text("small " + i)).toArray(byte[][]::new));
        CompletableFuture<Void> sending = client.sendFramesAside(big, small, big, small);
        for (int round = 0; round < 2; round++) {
            client.expect(big);
            for (int i = 0; i < 500; i++) {
                client.expectText("small " + i);
            }
        }
        sending.join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesBehindTheRequestInTheSameSegmentAreProcessed(boolean nonBlocking) throws Exception {
        engine.startEcho(nonBlocking);
        RawClient client = engine.connect();
        byte[] ping = ping((byte) 1);
        client.send(concat(RawClient.request(Engine.PATH), masked(concat(text("early"), ping, text("bird")))));
        client.upgraded();
        List<String> frames = List.of(
                client.frame().toString(),
                client.frame().toString(),
                client.frame().toString());
        assertThat(frames)
                .containsExactlyInAnyOrder("81 unmasked 6561726c79", "81 unmasked 62697264", "8a unmasked 01");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRequestAndAMessageMayComeByteByByte(boolean nonBlocking) throws Exception {
        engine.startEcho(nonBlocking);
        RawClient client = engine.connect();
        for (byte octet : concat(RawClient.request(Engine.PATH), masked(text("slowly")))) {
            client.send(new byte[] {octet});
        }
        client.upgraded();
        client.expectText("slowly");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pingsAreAnsweredBetweenTheFragmentsOfAMessage(boolean nonBlocking) throws Exception {
        engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(frame(0x01, "Hel"), ping((byte) 7));
        client.expect(pong((byte) 7));
        client.sendFrames(frame(0x00, ""), frame(FIN, "lo"));
        client.expectText("Hello");
    }

    @Test
    void anUnaskedPongReachesTheListener() throws Exception {
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        client.sendFrames(pong((byte) 1, (byte) 2), text("a"));
        listener.expect("open", "pong 0102", "text a");
    }

    @Test
    void aConnectionTellsWhatItsRequestSaid() throws Exception {
        Endpoint endpoint = new Endpoint(
                "/a b",
                (connection, message) -> connection.send("%s|%s|%s|%s|%s"
                        .formatted(
                                connection.path(),
                                connection.query(),
                                connection.subprotocol(),
                                connection.remoteAddress(),
                                connection.isOpen())),
                List.of("chat", "superchat"),
                OriginPolicy.SAME,
                100,
                true);
        engine.start(List.of(endpoint));
        RawClient client = engine.connect();
        client.send(RawClient.request("/a%20b?x=%20y", "Sec-WebSocket-Protocol: superchat, chat"));
        assertThat(client.head()).startsWith("HTTP/1.1 101 ").contains("\r\nSec-WebSocket-Protocol: superchat\r\n");
        client.sendFrames(text("?"));
        client.expectText("/a b|x=%20y|superchat|" + client.localAddress() + "|true");

        RawClient plain = engine.connect().upgrade("/a%20b");
        plain.sendFrames(text("?"));
        plain.expectText("/a b|null|null|" + plain.localAddress() + "|true");
    }

    @Test
    void endpointsHaveTheirListenersAndLimitsOfTheirOwn() throws Exception {
        engine.maxMessageSize = 10;
        Endpoint small = engine.endpoint("/small", (connection, message) -> connection.send("small"), false);
        engine.maxMessageSize = 100;
        Endpoint large = engine.endpoint("/large", (connection, message) -> connection.send("large"), true);
        engine.start(List.of(small, large));
        RawClient toSmall = engine.connect().upgrade("/small");
        RawClient toLarge = engine.connect().upgrade("/large");
        toSmall.sendFrames(text("0123456789"), text("0123456789+"));
        toLarge.sendFrames(text("0123456789+"));
        toSmall.expectText("small");
        toSmall.expectClose(1009, "message exceeds websocket.limits.max-message-size=10B");
        toLarge.expectText("large");
    }
}
