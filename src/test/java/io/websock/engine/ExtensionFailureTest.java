package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.BINARY;
import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.SendResult;
import io.websock.api.WebSocketConnection;
import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.deflate.ZlibPool;
import io.websock.handshake.Agreement;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.ExtensionOffer;
import io.websock.handshake.HandshakeFailure;
import io.websock.protocol.Extension;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An extension of somebody else's that fails, or has no memory: its own connection ends, the others do not notice. */
class ExtensionFailureTest {
    @RegisterExtension
    final Engine engine = new Engine();

    /** Throws what it is told to, and where. */
    private record Faulty(String where, Throwable fault) implements ExtensionNegotiator, Extension {
        @SuppressWarnings("unchecked")
        private <T extends Throwable> void in(String place) throws T {
            if (place.equals(where)) {
                throw (T) fault;
            }
        }

        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public Agreement accept(ExtensionOffer offer) {
            in("accept");
            return new Agreement(offer, this);
        }

        @Override
        public List<ExtensionOffer> offers() {
            in("offers");
            return List.of(new ExtensionOffer("faulty", List.of()));
        }

        @Override
        public Extension confirm(ExtensionOffer answer) {
            in("confirm");
            return this;
        }

        @Override
        public int reservedBits() {
            return RSV2;
        }

        @Override
        public Encoder encoder() {
            in("encoder");
            return message -> {
                in("encode");
                return null;
            };
        }

        @Override
        public Decoder decoder() {
            in("decoder");
            return (reservedBits, part, from, to, last, out) -> in("decode");
        }
    }

    private final AtomicReference<WebSocketConnection> connection = new AtomicReference<>();

    private RecordingListener start(String where, Throwable fault, boolean nonBlocking) throws Exception {
        engine.extensions =
                List.of(new PermessageDeflate(Mode.TAKEOVER, 1, new ZlibPool(6, 0)), new Faulty(where, fault));
        return engine.start(
                (opened, message) -> {
                    connection.set(opened);
                    if (message.text().equals("echo")) {
                        opened.send(message);
                    }
                },
                nonBlocking);
    }

    private RawClient open() throws Exception {
        return engine.connect().upgrade(Engine.PATH, "Sec-WebSocket-Extensions: permessage-deflate, faulty");
    }

    private void expectEchoElsewhere() throws Exception {
        RawClient client = engine.open();
        client.sendFrames(text("echo"));
        client.expectText("echo");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEncoderThatThrowsInAListenerEndsTheConnectionWith1011(boolean nonBlocking) throws Exception {
        RecordingListener listener = start("encode", new IllegalStateException("thrown by a test"), nonBlocking);
        RawClient client = open();
        client.sendFrames(text("echo"));
        client.expectClose(1011, "");
        client.sendFrames(close(1011, ""));
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "text echo", "close 1011 '' by LOCAL, clean");
        assertThat(engine.logged("Listener failed")).hasSize(1);
        expectEchoElsewhere();
    }

    @Test
    void anEncoderThatThrowsOnAnotherThreadTellsWhoSendsAndEndsTheConnection() throws Exception {
        RecordingListener listener = start("encode", new OutOfMemoryError("thrown by a test"), false);
        RawClient client = open();
        client.sendFrames(text("here"));
        until("the connection", () -> connection.get() != null);
        assertThatThrownBy(() -> connection.get().send("x")).isInstanceOf(OutOfMemoryError.class);
        assertThat(connection.get().send("x")).isEqualTo(SendResult.CLOSED);
        client.expectClose(1011, "");
        client.sendFrames(close(1011, ""));
        client.expectEndOfStream();
        client.close();
        listener.expect("open", "text here", "close 1011 '' by LOCAL, clean");
        expectEchoElsewhere();
    }

    @Test
    void aListenerThatHasNoMemoryToEncodeIsReset() throws Exception {
        RecordingListener listener = start("encode", new OutOfMemoryError("thrown by a test"), false);
        RawClient client = open();
        client.sendFrames(text("echo"));
        client.expectEnd();
        listener.expect("open", "text echo", "close 1011 '' by LOCAL");
        expectEchoElsewhere();
    }

    @ParameterizedTest
    @ValueSource(strings = {"decode", "decoder"})
    void aDecoderThatThrowsResetsTheConnection(String where) throws Exception {
        RecordingListener listener = start(where, new IllegalStateException("thrown by a test"), false);
        RawClient client = open();
        client.sendFrames(frame(FIN | 0x20 | BINARY, hex("01")));
        client.expectReset();
        listener.expect("open", "close 1006 'internal error' by LOCAL");
        engine.forget("Failure on");
        expectEchoElsewhere();
    }

    @Test
    void whoCannotEvenBeginIsReset() throws Exception {
        start("encoder", new IllegalStateException("thrown by a test"), false);
        RawClient client =
                engine.request(new String(RawClient.request(Engine.PATH, "Sec-WebSocket-Extensions: faulty")));
        client.expectReset();
        engine.forget("Failure on");
        until("nothing is open", () -> engine.server().connections() == 0);
        expectEchoElsewhere();
    }

    @Test
    void aNegotiatorThatThrowsIsAnsweredWith500AndCannotFloodTheLog() throws Exception {
        start("accept", new IllegalStateException("a secret"), false);
        engine.quiet();
        for (int i = 0; i < 200; i++) {
            RawClient client =
                    engine.request(new String(RawClient.request(Engine.PATH, "Sec-WebSocket-Extensions: faulty")));
            assertThat(client.head()).startsWith("HTTP/1.1 500 ");
            assertThat(client.rest()).isEqualTo("internal error\n");
            client.close();
        }
        assertThat(engine.logged("Extension failed")).hasSizeBetween(1, 199);
        expectEchoElsewhere();
    }

    // A client's

    private WebSocketClient client(String where) {
        return engine.client(settings ->
                settings.withExtensions(List.of(new Faulty(where, new IllegalStateException("thrown by a test")))));
    }

    @Test
    void aClientFindsOutAtOnceThatNothingCanBeOffered() {
        assertThatThrownBy(() -> client("offers")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aNegotiatorThatThrowsFailsItsConnection() throws Exception {
        start("nowhere", new IllegalStateException(), false);
        assertThat(Outcomes.failed(
                                client("confirm").connect(Outcomes.to(engine), (opened, message) -> {}),
                                HandshakeFailure.EXTENSION_MISMATCH)
                        .text())
                .endsWith(": thrown by a test");
        expectEchoElsewhere();
    }

    @Test
    void aConnectionThatCannotEvenBeginIsReset() throws Exception {
        start("nowhere", new IllegalStateException(), false);
        WebSocketClient client = client("encoder");
        RecordingListener listener = engine.record((opened, message) -> {});
        Outcomes.failed(client.connect(Outcomes.to(engine), listener), HandshakeFailure.CONNECTION_LOST);
        engine.forget("Failure on");
        until(
                "nothing is open",
                () -> client.connections() == 0 && engine.server().connections() == 0);
        assertThat(listener.take()).isEmpty();
        expectEchoElsewhere();
    }
}
