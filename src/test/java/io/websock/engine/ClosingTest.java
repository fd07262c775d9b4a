package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.BINARY;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.masked;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a connection ends (RFC 6455 §7), and that its listener is told once. */
class ClosingTest {
    private static final String LOST = "close 1006 'end of stream without a Close frame' by TRANSPORT";
    private static final String RESET = "close 1006 'connection reset' by TRANSPORT";
    private static final String UNMASKED = "close 1002 'frame from a client is not masked' by LOCAL";

    @RegisterExtension
    final Engine engine = new Engine();

    /** Closes with 1000 when it is told to, else echoes. */
    private static void echoOrClose(WebSocketConnection connection, Message message) {
        if (message.text().equals("close")) {
            connection.close();
        } else {
            connection.send(message);
        }
    }

    private void untilNoneIsOpen() {
        until("no connection is open", () -> engine.server().connections() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePeerCloses(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(close(3001, "Grüße"));
        client.expectClose(3001, "");
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "close 3001 'Grüße' by PEER, clean");
        untilNoneIsOpen();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePeerClosesWithoutACode(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(close());
        client.expect(close());
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "close 1005 '' by PEER, clean");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theServerCloses(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(ClosingTest::echoOrClose, nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(text("a"), text("close"));
        client.expectText("a");
        client.expectClose(1000, "");
        assertThat(client.available()).as("it waits for the peer's Close").isZero();
        client.sendFrames(close(1000, ""));
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "text a", "text close", "close 1000 '' by LOCAL, clean");
        untilNoneIsOpen();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatThePeerSendsBetweenOurCloseAndItsOwnIsDelivered(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(ClosingTest::echoOrClose, nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(text("close"));
        client.expectClose(1000, "");
        client.sendFrames(text("late"), close(1000, ""));
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "text close", "text late", "close 1000 '' by LOCAL, clean");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothCloseAtOnce(boolean nonBlocking) throws Exception {
        WebSocketListener closer = new WebSocketListener() {
            @Override
            public void onOpen(WebSocketConnection connection) {
                connection.close(3000, "ours");
            }

            @Override
            public void onMessage(WebSocketConnection connection, Message message) {}
        };
        RecordingListener listener = engine.start(closer, nonBlocking);
        for (int i = 0; i < 20; i++) {
            RawClient client = engine.connect();
            client.send(concat(RawClient.request(Engine.PATH), masked(close(3001, "theirs"))));
            client.upgraded();
            byte[] code = client.frame().payload();
            client.expectEndOfStream();
            client.close();
            assertThat(listener.next()).isEqualTo("open");
            String end = listener.next();
            // Theirs may be there before ours is queued, and ours may be queued before theirs is answered.
            assertThat(end).isIn("close 3000 'ours' by LOCAL, clean", "close 3001 'theirs' by PEER, clean");
            if (code[1] == (byte) 3001) {
                assertThat(end).contains("theirs");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterAViolationNothingIsAwaited(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.send(masked(text("valid")), text("unmasked"), masked(concat(text("not seen"), close(1000, ""))));
        client.expectText("valid");
        client.expectClose(1002, "frame from a client is not masked");
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "text valid", UNMASKED);
        untilNoneIsOpen();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aViolationAfterOurCloseEndsTheWaiting(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(ClosingTest::echoOrClose, nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(text("close"));
        client.expectClose(1000, "");
        client.send(text("unmasked"));
        client.expectEndOfStream();
        client.close();
        assertThat(listener.take()).startsWith("open", "text close");
        untilNoneIsOpen();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePeerIsGoneWithoutAClose(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        engine.open().close();
        listener.expect("open", LOST);
        RawClient client = engine.open();
        client.sendFrames(text("a"));
        client.send(hex("81"));
        client.expectText("a");
        client.endOutput();
        client.expectEnd();
        listener.expect("open", "text a", LOST);
        untilNoneIsOpen();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePeerIsGoneInsteadOfAnsweringOurClose(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(ClosingTest::echoOrClose, nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(text("close"));
        client.expectClose(1000, "");
        client.close();
        listener.expect("open", "text close", "close 1000 '' by LOCAL");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePeerResetsAtAnyStage(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(ClosingTest::echoOrClose, nonBlocking);
        engine.connect().reset();
        engine.request("GET ").reset();
        engine.request("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").reset();
        engine.connect().close();
        engine.request("GET ").close();

        engine.open().reset();
        assertThat(listener.next()).isEqualTo("open");
        assertThat(listener.next()).isIn(RESET, LOST);

        RawClient inside = engine.open();
        inside.sendFrames(text("a"));
        inside.expectText("a");
        inside.send(hex("81 fe 01 00 00 00 00 00 61"));
        inside.reset();
        listener.expect("open", "text a", RESET);

        RawClient closing = engine.open();
        closing.sendFrames(text("close"));
        closing.expectClose(1000, "");
        closing.reset();
        listener.expect("open", "text close", "close 1000 '' by LOCAL");

        RawClient closed = engine.open();
        closed.sendFrames(close(1000, ""));
        closed.expectClose(1000, "");
        closed.reset();
        listener.expect("open", "close 1000 '' by PEER, clean");

        RawClient broken = engine.open();
        broken.send(text("unmasked"));
        broken.expectClose(1002, "frame from a client is not masked");
        broken.reset();
        listener.expect("open", UNMASKED);

        RawClient unread = engine.open();
        unread.sendFrames(text("b"));
        until("the answer", () -> unread.available() > 0);
        unread.reset();
        assertThat(listener.next()).isEqualTo("open");
        assertThat(listener.next()).isEqualTo("text b");
        assertThat(listener.next()).isIn(RESET, LOST);

        untilNoneIsOpen();
        RawClient client = engine.open();
        client.sendFrames(text("still there"));
        client.expectText("still there");
    }

    @Test
    void thePeerResetsWhileItsListenerIsAtWork() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<WebSocketConnection> seen = new AtomicReference<>();
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    seen.set(connection);
                    release.await();
                    assertThat(connection.send(message)).isEqualTo(SendResult.CLOSED);
                },
                false);
        RawClient client = engine.open();
        client.sendFrames(text("a"), text("b"));
        listener.expect("open", "text a");
        until("the listener at work", () -> seen.get() != null);
        client.reset();
        until("the reset", () -> !seen.get().isOpen());
        assertThat(listener.closed()).isZero();
        assertThat(engine.server().connections())
                .as("its place is free when its listener knows")
                .isOne();
        release.countDown();
        listener.expect("text b", RESET);
        untilNoneIsOpen();
    }

    @Test
    void aPeerThatGoesOnBehindItsCloseWhileTheListenerIsAtWorkIsResetAndTheListenerSeesTheEnd() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<SendResult> results = new CopyOnWriteArrayList<>();
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    release.await();
                    results.add(connection.send(message));
                },
                false);
        RawClient client = engine.open();
        byte[] large = frame(0x82, new byte[60_000]);
        client.sendFrames(large, large, large, large, close(1000, ""));
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        client.send(new byte[1000]);
                        Thread.sleep(0, 100_000);
                    }
                })
                .isInstanceOf(IOException.class);
        release.countDown();
        until("the close", () -> listener.closed() == 1);
        List<String> events = listener.take();
        assertThat(events.get(events.size() - 1)).isEqualTo("close 1000 '' by PEER");
        assertThat(results).containsOnly(SendResult.CLOSED).hasSize(4);
        untilNoneIsOpen();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatEndsItsOutputBehindItsCloseGetsOursAndAFin(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(text("a"), close(1000, ""));
        client.endOutput();
        client.expectText("a");
        client.expectClose(1000, "");
        client.expectEndOfStream();
        listener.expect("open", "text a", "close 1000 '' by PEER, clean");
        untilNoneIsOpen();
    }

    @Test
    void aPeerThatEndsItsOutputWhileItsListenerIsAtWorkGetsTheReplyAndOurClose() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    release.await();
                    connection.send(message);
                },
                false);
        RawClient client = engine.open();
        client.sendFrames(text("a"), text("b"), close(1000, ""));
        client.endOutput();
        listener.expect("open", "text a");
        Thread.sleep(100);
        Engine.assertIdle();
        assertThat(client.available()).isZero();
        release.countDown();
        client.expectText("a");
        client.expectText("b");
        client.expectClose(1000, "");
        client.expectEndOfStream();
        listener.expect("text b", "close 1000 '' by PEER, clean");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatDoesNotAnswerOurCloseIsReset(boolean nonBlocking) throws Exception {
        engine.closeTimeout = Duration.ofMillis(100);
        RecordingListener listener = engine.start(ClosingTest::echoOrClose, nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(text("close"));
        client.expectClose(1000, "");
        client.expectReset();
        listener.expect("open", "text close", "close 1000 '' by LOCAL");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatGoesOnSendingInsteadOfAnsweringOurCloseIsResetAsWell(boolean nonBlocking) throws Exception {
        engine.closeTimeout = Duration.ofMillis(200);
        RecordingListener listener = engine.start(ClosingTest::echoOrClose, nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(text("close"));
        client.expectClose(1000, "");
        assertThatThrownBy(() -> {
                    while (true) {
                        client.sendFrames(text("more"));
                        Thread.sleep(10);
                    }
                })
                .isInstanceOf(IOException.class);
        until("the close", () -> listener.closed() == 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bytesBehindACloseAreDiscarded(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.send(masked(close(1000, "")), new byte[30_000]);
        client.expectClose(1000, "");
        client.send(new byte[30_000]);
        client.expectEndOfStream();
        client.send(new byte[1000]);
        client.close();
        listener.expect("open", "close 1000 '' by PEER, clean");
        untilNoneIsOpen();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatGoesOnAndOnBehindItsCloseIsReset(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(close(1000, ""));
        client.expectClose(1000, "");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        client.send(new byte[1000]);
                        Thread.sleep(0, 100_000);
                    }
                })
                .isInstanceOf(IOException.class);
        listener.expect("open", "close 1000 '' by PEER, clean");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatKeepsTheTcpConnectionOpenIsResetAfterASecond(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(close(1000, ""));
        client.expectClose(1000, "");
        client.expectEndOfStream();
        assertThat(engine.server().connections()).isOne();
        client.expectReset();
        listener.expect("open", "close 1000 '' by PEER, clean");
    }

    @Test
    void theAnswerToACloseComesBehindTheRepliesOfASlowListener() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    release.await();
                    Thread.sleep(20);
                    connection.send(message);
                },
                false);
        RawClient peerCloses = engine.open();
        peerCloses.sendFrames(text("a"), text("b"), close(1000, ""));
        RawClient breaksARule = engine.open();
        breaksARule.send(masked(concat(text("a"), text("b"))), text("unmasked"), new byte[10]);
        Thread.sleep(100);
        assertThat(peerCloses.available() + breaksARule.available()).isZero();
        release.countDown();
        peerCloses.expectText("a");
        peerCloses.expectText("b");
        peerCloses.expectClose(1000, "");
        peerCloses.expectEndOfStream();
        breaksARule.expectText("a");
        breaksARule.expectText("b");
        breaksARule.expectClose(1002, "frame from a client is not masked");
        breaksARule.expectEndOfStream();
        peerCloses.close();
        breaksARule.close();
        until("both are closed", () -> listener.closed() == 2);
        assertThat(listener.take()).contains("close 1000 '' by PEER, clean", UNMASKED);
    }

    @Test
    void theAnswerToACloseWaitsForTheCloseTimeoutAtMost() throws Exception {
        engine.closeTimeout = Duration.ofMillis(200);
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<SendResult> late = new AtomicReference<>();
        RecordingListener listener = engine.start(
                (connection, message) -> {
                    release.await();
                    late.set(connection.send(message));
                },
                false);
        RawClient client = engine.open();
        client.sendFrames(text("a"), close(1000, ""));
        client.expectClose(1000, "");
        client.expectEndOfStream();
        client.close();
        RawClient other = engine.open();
        other.send(masked(text("b")), text("unmasked"));
        other.expectClose(1002, "frame from a client is not masked");
        other.expectEndOfStream();
        other.close();
        release.countDown();
        until("both are closed", () -> listener.closed() == 2);
        assertThat(late).hasValue(SendResult.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAnswerToACloseComesBehindEverythingThatIsQueued(boolean nonBlocking) throws Exception {
        engine.maxMessageSize = 8 << 20;
        RecordingListener listener = engine.startEcho(nonBlocking);
        RawClient client = engine.openWithSmallBuffer();
        byte[] big = frame(FIN | BINARY, new byte[8 << 20]);
        client.sendFramesAside(big, text("behind"), close(1000, "")).join();
        client.expect(big);
        client.expectText("behind");
        client.expectClose(1000, "");
        client.expectEndOfStream();
        client.close();
        assertThat(listener.next()).isEqualTo("open");
        assertThat(listener.next()).startsWith("binary message of 8388608 B");
        listener.expect("text behind", "close 1000 '' by PEER, clean");
    }

    @Test
    void aCloseFromAnyThreadComesBehindWhatThatThreadHasSent() throws Exception {
        AtomicReference<WebSocketConnection> connection = new AtomicReference<>();
        RecordingListener listener = engine.start((opened, message) -> connection.set(opened), false);
        RawClient client = engine.open();
        client.sendFrames(text("here"));
        until("the connection", () -> connection.get() != null);
        for (int i = 0; i < 100; i++) {
            connection.get().send("message " + i);
        }
        connection.get().close(4000, "enough");
        connection.get().close(4001, "twice");
        assertThat(connection.get().isOpen()).isFalse();
        assertThat(connection.get().send("late")).isEqualTo(SendResult.CLOSED);
        for (int i = 0; i < 100; i++) {
            client.expectText("message " + i);
        }
        client.expectClose(4000, "enough");
        client.sendFrames(close(4000, ""));
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "text here", "close 4000 'enough' by LOCAL, clean");
    }

    @Test
    void onlyACloseThatMayBeSentIsTaken() throws Exception {
        AtomicReference<WebSocketConnection> connection = new AtomicReference<>();
        engine.start((opened, message) -> connection.set(opened), false);
        RawClient client = engine.open();
        client.sendFrames(text("here"));
        until("the connection", () -> connection.get() != null);
        for (int code : new int[] {-1, 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 1000 + 65536}) {
            assertThatThrownBy(() -> connection.get().close(code, ""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("" + code);
        }
        assertThatThrownBy(() -> connection.get().close(1000, "ä".repeat(62)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("123");
        assertThat(connection.get().isOpen()).isTrue();
        connection.get().close(1000, "ä".repeat(61) + "b");
        client.expectClose(1000, "ä".repeat(61) + "b");
    }

    /** A close that comes at the very moment when a Ping is due must not catch the event loop in between. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closesRaceWithKeepAlive(boolean nonBlocking) throws Exception {
        engine.keepAlive = new EngineSettings.KeepAlive(Duration.ofMillis(1), Duration.ofSeconds(20));
        RecordingListener listener = engine.start(ClosingTest::echoOrClose, nonBlocking);
        for (int round = 0; round < 5; round++) {
            RawClient[] clients = IntStream.range(0, 60)
                    .mapToObj(i -> {
                        try {
                            return engine.open();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .toArray(RawClient[]::new);
            for (RawClient client : clients) {
                client.sendFrames(text("close"));
            }
            for (RawClient client : clients) {
                while (client.frame().flags() != 0x88) {}
                client.sendFrames(close(1000, ""));
                client.expectEndOfStream();
                client.close();
            }
        }
        until("all are closed", () -> listener.closed() == 300);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nothingCanBeSentInOnClose(boolean nonBlocking) throws Exception {
        AtomicReference<String> result = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        WebSocketListener listener = new WebSocketListener() {
            @Override
            public void onMessage(WebSocketConnection connection, Message message) {}

            @Override
            public void onClose(WebSocketConnection connection, CloseInfo info) {
                connection.close();
                result.set(connection.send("late") + " " + connection.isOpen() + " " + connection.queuedBytes());
                done.countDown();
            }
        };
        engine.start(listener, nonBlocking);
        RawClient client = engine.open();
        client.sendFrames(close(1000, ""));
        client.expectClose(1000, "");
        client.expectEndOfStream();
        client.close();
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(result).hasValue("CLOSED false 0");
    }

    @Test
    void aPeerThatReadsSlowlyButSteadilyGetsTheRepliesAndTheClose() throws Exception {
        engine.closeTimeout = Duration.ofMillis(1500);
        engine.start(
                (connection, message) -> {
                    connection.send(Message.wrap(false, new byte[32 << 20]));
                    connection.close();
                },
                true);
        RawClient client = engine.openWithSmallBuffer();
        client.sendFrames(text("go"));
        int all = (32 << 20) + 10;
        int read = 0;
        int part = 256 * 1024;
        while (read < all) {
            byte[] bytes = client.bytes(Math.min(part, all - read));
            assertThat(bytes).as("after %d bytes", read).isNotEmpty();
            if (read / part < (read + bytes.length) / part) {
                Thread.sleep(20); // in all, for longer than the close time-out
            }
            read += bytes.length;
        }
        client.expectClose(1000, "");
    }
}
