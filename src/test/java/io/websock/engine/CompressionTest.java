package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.BINARY;
import static io.websock.testkit.Frames.CONTINUATION;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;
import static io.websock.testkit.Frames.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.deflate.Deflate;
import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.deflate.ReferenceInflater;
import io.websock.deflate.ZlibPool;
import io.websock.testkit.DeflatePeer;
import io.websock.testkit.Frames;
import io.websock.testkit.Frames.Frame;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692 on a server. After each of these tests, every deflater and inflater that was created has ended. */
class CompressionTest {
    private static final int RSV1 = 0x40;
    private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate";
    private static final String TOO_BIG = "message exceeds websocket.limits.max-message-size=";

    /** It keeps none that is idle, so that each deflation in {@link Mode#SHARED} takes a new one. */
    private final ZlibPool pool = new ZlibPool(6, 0);

    /** After the engine has stopped. */
    @RegisterExtension
    @Order(1)
    final AfterEachCallback everythingNativeHasEnded = context -> {
        pool.close();
        assertThat(inUse(pool.deflaterCounts())).isZero();
        assertThat(inUse(pool.inflaterCounts())).isZero();
    };

    @RegisterExtension
    @Order(2)
    final Engine engine = new Engine();

    private static long inUse(ZlibPool.Counts counts) {
        return counts.created() - counts.ended();
    }

    /** What endpoints have from now on. */
    private void compress(Mode mode, int minSize) {
        engine.extensions = List.of(new PermessageDeflate(mode, minSize, pool));
    }

    private RecordingListener startEcho(Mode mode, boolean nonBlocking) throws IOException {
        compress(mode, 1);
        return engine.startEcho(nonBlocking);
    }

    private RawClient open(String parameters) throws IOException {
        return engine.connect().upgrade(Engine.PATH, OFFER + parameters);
    }

    private RawClient open() throws IOException {
        return open("");
    }

    /** What the response to these offers says of extensions; null if it says nothing. */
    private static String answer(RawClient client, String... offers) throws IOException {
        client.send(RawClient.request(
                Engine.PATH,
                Arrays.stream(offers)
                        .map(offer -> "Sec-WebSocket-Extensions: " + offer)
                        .toArray(String[]::new)));
        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 101 ");
        List<String> answers = head.lines()
                .filter(line -> line.startsWith("Sec-WebSocket-Extensions: "))
                .map(line -> line.substring("Sec-WebSocket-Extensions: ".length()))
                .toList();
        assertThat(answers).hasSizeLessThan(2);
        return answers.isEmpty() ? null : answers.get(0);
    }

    /** The same noise again and again: compressed by references back that are as long as the period, and no longer ones. */
    private static byte[] repeated(int period, int size) {
        byte[] once = new byte[period];
        new Random(period).nextBytes(once);
        byte[] all = new byte[size];
        for (int i = 0; i < size; i++) {
            all[i] = once[i % period];
        }
        return all;
    }

    private static String json(int entries) {
        return IntStream.range(0, entries)
                .mapToObj(i -> "{\"symbol\":\"%c%c-USD\",\"price\":%d.%d}"
                        .formatted('A' + i * 7 % 26, 'A' + i * 11 % 26, i * 37 % 1000, i * 13 % 100))
                .collect(Collectors.joining(",", "[", "]"));
    }

    // Negotiation

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
    void everyWindowIsKeptToInBothDirections(int bits) throws Exception {
        startEcho(Mode.TAKEOVER, false);
        RawClient client = engine.connect();
        assertThat(answer(
                        client,
                        "permessage-deflate; client_max_window_bits=%1$d; server_max_window_bits=%1$d".formatted(bits)))
                .isEqualTo(
                        "permessage-deflate; server_max_window_bits=%1$d; client_max_window_bits=%1$d".formatted(bits));
        ReferenceInflater inflater = new ReferenceInflater(bits);
        // As far back as the client may refer; zlib itself goes no further than 262 bytes less than the largest window.
        int period = Math.min(1 << bits, (1 << 15) - 262);
        DeflatePeer peer = new DeflatePeer(true);
        byte[] json = json(900).getBytes(UTF_8);
        for (byte[] payload : List.of(repeated(period, period), repeated(period, period / 2), json, json)) {
            // JSON would have references back that are too long.
            client.sendFrames(
                    payload == json
                            ? frame(FIN | BINARY, payload)
                            : frame(FIN | RSV1 | BINARY, peer.compressed(payload)));
            Frame echo = client.frame();
            assertThat(echo.flags()).isEqualTo(FIN | RSV1 | BINARY);
            assertThat(Arrays.equals(inflater.message(echo.payload()), payload)).isTrue();
            if (payload == json) {
                assertThat(echo.payload().length).isLessThan(payload.length / 2);
            }
        }
        peer.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '→',
            value = {
                // what is offered → what is agreed on by a server that takes over → by one that shares
                "permessage-deflate → permessage-deflate"
                        + " → permessage-deflate; server_no_context_takeover; client_no_context_takeover",
                "permessage-deflate; client_max_window_bits → permessage-deflate"
                        + " → permessage-deflate; server_no_context_takeover; client_no_context_takeover",
                "x, permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=9, permessage-deflate"
                        + " → permessage-deflate; server_max_window_bits=9"
                        + " → permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9",
                "permessage-deflate; unknown, permessage-deflate; client_no_context_takeover"
                        + " → permessage-deflate; client_no_context_takeover"
                        + " → permessage-deflate; server_no_context_takeover; client_no_context_takeover",
                "permessage-deflate; server_max_window_bits=\"10\" → permessage-deflate; server_max_window_bits=10"
                        + " → permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10",
                "Permessage-Deflate → →",
            })
    void offersAreTriedInTheirOrder(String offers, String takingOver, String sharing) throws Exception {
        compress(Mode.TAKEOVER, 1);
        Endpoint takeover = engine.endpoint(Engine.PATH, engine.record((connection, message) -> {}), true);
        engine.start(List.of(takeover));
        assertThat(answer(engine.connect(), offers)).isEqualTo(takingOver);
        // A list may be in several lines (RFC 9110 §5.3).
        assertThat(answer(engine.connect(), offers.split(", "))).isEqualTo(takingOver);
        startEcho(Mode.SHARED, true);
        assertThat(answer(engine.connect(), offers)).isEqualTo(sharing);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server_max_window_bits",
                "server_max_window_bits=0",
                "server_max_window_bits=7",
                "server_max_window_bits=16",
                "server_max_window_bits=999",
                "server_max_window_bits=-8",
                "server_max_window_bits=08",
                "server_max_window_bits=8; server_max_window_bits=8",
                "server_max_window_bits=8; server_max_window_bits=9",
                "server_max_window_bits=\"7\"",
                "server_max_window_bits=\"-8\"",
                "client_max_window_bits=7",
                "client_max_window_bits=16",
                "client_max_window_bits; client_max_window_bits",
                "server_no_context_takeover=1",
                "client_no_context_takeover=\"true\"",
                "client_no_context_takeover; client_no_context_takeover",
                "unknown",
            })
    void anIllegalParameterDeclinesTheOfferAndTheConnectionOpensWithoutIt(String parameters) throws Exception {
        startEcho(Mode.SHARED, false);
        RawClient client = engine.connect();
        assertThat(answer(client, "permessage-deflate; " + parameters)).isNull();
        client.sendFrames(text("x".repeat(1000)));
        client.expectText("x".repeat(1000));
        client.sendFrames(frame(FIN | RSV1 | BINARY, Deflate.deflated("x")));
        client.expectClose(1002, "reserved bit is set");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server_max_window_bits=",
                "server_max_window_bits=\"\"",
                "server_max_window_bits=\"8",
                "server_max_window_bits==8",
                "server_max_window_bits=8 9",
                "=8",
                ";",
            })
    void brokenGrammarIsRefused(String parameters) throws Exception {
        startEcho(Mode.SHARED, false);
        RawClient client =
                engine.request(new String(RawClient.request(Engine.PATH, OFFER + "; " + parameters), ISO_8859_1));
        assertThat(client.head()).startsWith("HTTP/1.1 400 ");
        assertThat(client.rest()).startsWith("Sec-WebSocket-Extensions is malformed");
    }

    @Test
    void anEndpointThatIsOffCompressesNothing() throws Exception {
        startEcho(Mode.OFF, false);
        assertThat(answer(engine.connect(), "permessage-deflate")).isNull();
    }

    // Messages

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void messagesAreInflatedAndDeflatedWhereverTheyAreSplit(Mode mode) throws Exception {
        RecordingListener listener = startEcho(mode, false);
        try (DeflatePeer peer = new DeflatePeer(mode == Mode.TAKEOVER)) {
            RawClient client = open();
            for (int i = 0; i < 20; i++) {
                String text = "message " + i + " " + json(i);
                byte[] payload = peer.text(text);
                byte[] compressed = Frames.decode(payload).get(0).payload();
                int split = compressed.length * i / 20;
                client.sendFrames(
                        frame(RSV1 | Frames.TEXT, Arrays.copyOf(compressed, split)),
                        ping((byte) i),
                        frame(CONTINUATION, ""),
                        frame(FIN | CONTINUATION, Arrays.copyOfRange(compressed, split, compressed.length)));
                client.expect(pong((byte) i));
                Frame echo = client.frame();
                assertThat(new String(peer.payload(echo), UTF_8)).isEqualTo(text);
            }
            client.sendFrames(text("and plain"));
            assertThat(new String(peer.payload(client.frame()))).isEqualTo("and plain");
            client.sendFrames(close(1000, ""));
            client.expectClose(1000, "");
        }
        assertThat(listener.take()).contains("text message 0 []", "text and plain");
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void shortMessagesSecretsAndControlFramesGoOutPlain(Mode mode) throws Exception {
        compress(mode, 100);
        engine.start(
                (connection, message) -> {
                    connection.send("x".repeat(99));
                    connection.send(Message.text("x".repeat(500)).uncompressed());
                    connection.send("x".repeat(100));
                    connection.send("x".repeat(100));
                    connection.close(1000, "x".repeat(120));
                },
                false);
        RawClient client = open();
        client.sendFrames(ping(new byte[125]), text("go")); // nothing is answered behind the close
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Frame frame = client.frame();
            if (frame.flags() == (FIN | Frames.PONG)) {
                assertThat(frame.payload()).isEqualTo(new byte[125]);
            } else {
                frames.add(frame);
            }
        }
        assertThat(frames).extracting(Frame::flags).containsExactly(0x81, 0x81, 0xC1, 0xC1, 0x88);
        assertThat(frames.get(1).payload()).hasSize(500);
        // Nothing refers to what went out plain: it is not in the window, which begins with the first compressed one.
        ReferenceInflater inflater = new ReferenceInflater(15);
        assertThat(inflater.message(frames.get(2).payload())).hasSize(100);
        assertThat(inflater.message(frames.get(3).payload())).hasSize(100);
    }

    @Test
    void whatWouldNotBecomeShorterGoesOutPlainIfNothingCanReferToIt() throws Exception {
        startEcho(Mode.SHARED, false);
        byte[] noise = new byte[5000];
        new Random(1).nextBytes(noise);
        RawClient client = open();
        client.sendFrames(frame(FIN | BINARY, noise));
        client.expect(frame(FIN | BINARY, noise));
    }

    /** One step of reading after the other, while messages wait for a slow listener and replies for a slow peer. */
    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void nothingIsLostWhereReadingPausesAndGoesOn(Mode mode) throws Exception {
        engine.inbound = new EngineSettings.Inbound(2, 10_000);
        engine.outbound = new EngineSettings.Outbound(256 * 1024, 8 * 1024, 4 * 1024, Duration.ofSeconds(10));
        compress(mode, 1);
        engine.start(
                (connection, message) -> {
                    if (message.size() % 7 == 0) {
                        Thread.sleep(1);
                    }
                    connection.send(message);
                },
                false);
        try (DeflatePeer peer = new DeflatePeer(mode == Mode.TAKEOVER)) {
            RawClient client =
                    engine.owned(RawClient.connect(engine.address(), 32 * 1024)).upgrade(Engine.PATH, OFFER);
            Random random = new Random(7);
            byte[][] payloads = new byte[600][];
            byte[][] frames = new byte[payloads.length][];
            for (int i = 0; i < payloads.length; i++) {
                payloads[i] = random.nextBoolean() ? json(random.nextInt(200)).getBytes(UTF_8) : new byte[3000];
                if (i % 3 == 0) {
                    random.nextBytes(payloads[i]);
                }
                frames[i] = frame(FIN | RSV1 | BINARY, peer.compressed(payloads[i]));
            }
            CompletableFuture<Void> sending = client.sendFramesAside(frames);
            Thread.sleep(100);
            for (byte[] payload : payloads) {
                assertThat(Arrays.equals(peer.payload(client.frame()), payload)).isTrue();
            }
            sending.join();
        }
    }

    // Broken rules

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void corruptDataFailsTheConnection(Mode mode) throws Exception {
        RecordingListener listener = startEcho(mode, false);
        RawClient client = open();
        client.sendFrames(frame(FIN | RSV1 | BINARY, Deflate.deflated("fine")), frame(FIN | RSV1 | BINARY, hex("07")));
        client.frame();
        client.expectClose(1007, "compressed message is corrupt");
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "binary 66696e65", "close 1007 'compressed message is corrupt' by LOCAL");

        RawClient badText = open();
        badText.sendFrames(frame(FIN | RSV1 | Frames.TEXT, Deflate.deflated(new byte[] {'a', (byte) 0xFF})));
        badText.expectClose(1007, "text is not UTF-8");
        RawClient continuation = open();
        continuation.sendFrames(frame(RSV1 | BINARY, "a"), frame(FIN | RSV1 | CONTINUATION, "a"));
        continuation.expectClose(1002, "reserved bit is set");
    }

    /** A megabyte that inflates to a gigabyte; the loop's thread allocates what the limit allows, some times, and no more. */
    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void aBombEndsAtTheLimit(Mode mode) throws Exception {
        int limit = 1 << 20;
        engine.maxMessageSize = limit;
        RecordingListener listener = startEcho(mode, false);
        byte[] bomb = Deflate.bombTimes64(16 << 20);
        assertThat(bomb).hasSizeBetween(1000 << 10, 1100 << 10);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long loop = Engine.loopThreads().get(0).getId();
        long before = threads.getThreadAllocatedBytes(loop);
        int bombs = 20;
        for (int i = 0; i < bombs; i++) {
            RawClient client = open();
            // The server reads on for a while only; what matters is what it says.
            CompletableFuture<Void> sending = client.sendFramesAside(frame(FIN | RSV1 | BINARY, bomb));
            client.expectClose(1009, TOO_BIG + "1MB");
            client.close();
            sending.handle((done, failure) -> done).join();
        }
        until("all are closed", () -> listener.closed() == bombs);
        long allocated = threads.getThreadAllocatedBytes(loop) - before;
        System.out.printf("%s: %d B allocated per bomb, limit %d B%n", mode, allocated / bombs, limit);
        assertThat(allocated / bombs).isLessThan(4L * limit);
        assertThat(inUse(pool.inflaterCounts())).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void aTinyBombOfOneByteMoreThanTheLimitIsRefused(Mode mode) throws Exception {
        int size = 30_000;
        byte[] bomb = Deflate.bomb(size);
        assertThat(bomb).hasSizeLessThanOrEqualTo(64);
        compress(mode, 1);
        engine.maxMessageSize = size;
        Endpoint roomy =
                engine.endpoint("/roomy", engine.record((connection, message) -> connection.send(message)), false);
        engine.maxMessageSize = size - 1;
        Endpoint tight =
                engine.endpoint("/tight", engine.record((connection, message) -> connection.send(message)), false);
        engine.start(List.of(roomy, tight));
        RawClient client = engine.connect().upgrade("/roomy", OFFER);
        client.sendFrames(frame(FIN | RSV1 | BINARY, bomb));
        assertThat(new ReferenceInflater(15).message(client.frame().payload())).hasSize(size);
        RawClient refused = engine.connect().upgrade("/tight", OFFER);
        refused.sendFrames(frame(FIN | RSV1 | BINARY, bomb));
        refused.expectClose(1009, TOO_BIG + (size - 1) + "B");
        refused.expectEndOfStream();
    }

    // Native memory

    /** However it ends: the count is checked after each test, here with connections in every state. */
    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void everyEndReleasesWhatAConnectionHas(Mode mode) throws Exception {
        engine.closeTimeout = Duration.ofMillis(300);
        RecordingListener listener = startEcho(mode, false);
        byte[] message = frame(FIN | RSV1 | BINARY, Deflate.deflated(json(50)));
        byte[] begun = frame(RSV1 | BINARY, Deflate.deflated(json(50)));
        for (int i = 0; i < 60; i++) {
            RawClient client = open();
            client.sendFrames(message);
            client.frame();
            switch (i % 6) {
                case 0 -> client.reset();
                case 1 -> client.sendFrames(close(1000, ""));
                case 2 -> client.sendFrames(begun, hex("83"));
                case 3 -> {
                    client.sendFrames(begun);
                    client.endOutput();
                }
                case 4 -> client.sendFrames(begun); // until the server stops
                default -> {} // until then, too
            }
        }
        until("those have ended", () -> listener.closed() == 40);
        assertThat(inUse(pool.deflaterCounts())).isEqualTo(mode == Mode.TAKEOVER ? 20 : 0);
        until("the last one has begun", () -> inUse(pool.inflaterCounts()) == 10);
    }

    @Test
    void anIdleConnectionThatSharesOwnsNothing() throws Exception {
        startEcho(Mode.SHARED, false);
        for (int i = 0; i < 20; i++) {
            RawClient client = open();
            client.sendFrames(frame(FIN | RSV1 | BINARY, Deflate.deflated(json(50))));
            client.frame();
        }
        assertThat(pool.deflaterCounts()).isEqualTo(new ZlibPool.Counts(20, 20));
        assertThat(pool.inflaterCounts()).isEqualTo(new ZlibPool.Counts(20, 20));
    }

    /** It is not, as long as there are messages; and whether the peer is silent or not makes no difference. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatTakesOverReleasesItsDeflaterWhenItIsNotUsedForAWhile(boolean pinging) throws Exception {
        engine.keepAlive = new EngineSettings.KeepAlive(Duration.ofMillis(100), Duration.ofSeconds(10));
        startEcho(Mode.TAKEOVER, false);
        RawClient client = open();
        ReferenceInflater inflater = new ReferenceInflater(15);
        byte[] message = json(100).getBytes(UTF_8);
        client.sendFrames(frame(FIN | RSV1 | BINARY, Deflate.deflated(message)));
        int first = client.frame().payload().length;
        assertThat(inUse(pool.deflaterCounts())).isEqualTo(1);
        for (int i = 0; i < 2000 && inUse(pool.deflaterCounts()) > 0; i++) {
            if (pinging) {
                // More often than the server would ask.
                client.sendFrames(ping());
                client.expect(pong());
                Thread.sleep(20);
            } else if (client.available() > 0) {
                client.expect(ping());
                client.sendFrames(pong());
            } else {
                Thread.sleep(5);
            }
        }
        assertThat(inUse(pool.deflaterCounts())).isZero();
        // The next message begins without references, which a peer need not know of.
        client.sendFrames(frame(FIN | RSV1 | BINARY, Deflate.deflated(message)));
        Frame next;
        while ((next = client.frame()).flags() != (FIN | RSV1 | BINARY)) {}
        assertThat(next.payload()).hasSize(first);
        assertThat(inflater.message(next.payload())).isEqualTo(message);
    }

    // Broadcasts

    @ParameterizedTest
    @EnumSource(names = {"SHARED", "TAKEOVER"})
    void aBroadcastIsDeflatedOncePerSetOfParameters(Mode mode) throws Exception {
        compress(mode, 1);
        Queue<WebSocketConnection> connections = new ConcurrentLinkedQueue<>();
        engine.start(
                new WebSocketListener() {
                    @Override
                    public void onOpen(WebSocketConnection connection) {
                        connections.add(connection);
                    }

                    @Override
                    public void onMessage(WebSocketConnection connection, Message message) {
                        connections.forEach(each -> each.send(message));
                    }
                },
                true);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(
                    i % 4 == 0
                            ? engine.open()
                            : open(i % 4 == 1 ? "" : "; server_max_window_bits=" + (i % 4 == 2 ? 9 : 12)));
        }
        until("all are open", () -> connections.size() == 40);
        String text = json(100);
        clients.get(0).sendFrames(text(text));
        for (int i = 0; i < 40; i++) {
            if (i % 4 == 0) {
                clients.get(i).expectText(text);
            } else {
                Frame frame = clients.get(i).frame();
                assertThat(frame.flags()).isEqualTo(0xC1);
                byte[] payload = new ReferenceInflater(i % 4 == 2 ? 9 : i % 4 == 3 ? 12 : 15).message(frame.payload());
                assertThat(new String(payload, UTF_8)).isEqualTo(text);
            }
        }
        assertThat(pool.deflaterCounts().created()).isEqualTo(mode == Mode.SHARED ? 3 : 30);
    }
}
