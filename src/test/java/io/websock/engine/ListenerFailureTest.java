package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.pong;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.testkit.RawClient;
import io.websock.testkit.RecordingListener;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that fails, and an executor that takes nothing: their own connection ends, the others do not notice. */
class ListenerFailureTest {
    private static final String FAILED = "close 1011 '' by LOCAL, clean";

    @RegisterExtension
    final Engine engine = new Engine();

    @FunctionalInterface
    private interface Fault {
        void happen() throws Exception;
    }

    /** Does {@code fault} in one of its methods, but for connections whose query is {@code good}; else echoes. */
    private static WebSocketListener failingIn(String method, Fault fault) {
        return new WebSocketListener() {
            private void in(String name, WebSocketConnection connection) throws Exception {
                if (name.equals(method) && !"good".equals(connection.query())) {
                    fault.happen();
                }
            }

            @Override
            public void onOpen(WebSocketConnection connection) throws Exception {
                in("onOpen", connection);
            }

            @Override
            public void onMessage(WebSocketConnection connection, Message message) throws Exception {
                in("onMessage", connection);
                connection.send(message);
            }

            @Override
            public void onPong(WebSocketConnection connection, byte[] payload) throws Exception {
                in("onPong", connection);
            }

            @Override
            public void onClose(WebSocketConnection connection, CloseInfo info) throws Exception {
                in("onClose", connection);
            }
        };
    }

    private static void expectEcho(RawClient client) throws Exception {
        client.sendFrames(text("still there"));
        client.expectText("still there");
    }

    @ParameterizedTest
    @CsvSource({"onOpen,false", "onOpen,true", "onMessage,false", "onMessage,true", "onPong,false", "onPong,true"})
    void aListenerThatThrowsEndsItsConnectionWith1011(String method, boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(
                failingIn(method, () -> {
                    throw new Exception("thrown by a test");
                }),
                nonBlocking);
        RawClient good = engine.connect().upgrade(Engine.PATH + "?good");
        listener.expect("open");
        RawClient bad = engine.open();
        bad.sendFrames(pong((byte) 1), text("a"), text("not seen"));
        bad.expectClose(1011, "");
        bad.sendFrames(text("not seen either"), close(1011, ""));
        bad.expectEndOfStream();
        bad.close();
        until("the close", () -> listener.closed() == 1);
        List<String> events = listener.take();
        switch (method) {
            case "onOpen" -> assertThat(events).containsExactly("open", FAILED);
            case "onPong" -> assertThat(events).containsExactly("open", "pong 01", FAILED);
            default -> assertThat(events).containsExactly("open", "pong 01", "text a", FAILED);
        }
        expectEcho(good);
        assertThat(engine.logged("Listener failed")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListenerThatThrowsInOnCloseHarmsNobody(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(
                failingIn("onClose", () -> {
                    throw new Exception("thrown by a test");
                }),
                nonBlocking);
        RawClient good = engine.connect().upgrade(Engine.PATH + "?good");
        RawClient bad = engine.open();
        bad.sendFrames(close(1000, ""));
        bad.expectClose(1000, "");
        bad.expectEndOfStream();
        bad.close();
        until("the close", () -> listener.closed() == 1);
        until("it is logged", () -> engine.logged("Listener failed").size() == 1);
        expectEcho(good);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anErrorIsAFailureLikeAnyOther(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(
                failingIn("onMessage", () -> {
                    throw new AssertionError("thrown by a test");
                }),
                nonBlocking);
        RawClient good = engine.connect().upgrade(Engine.PATH + "?good");
        listener.expect("open");
        RawClient bad = engine.open();
        bad.sendFrames(text("a"));
        bad.expectClose(1011, "");
        bad.sendFrames(close(1011, ""));
        bad.expectEndOfStream();
        bad.close();
        listener.expect("open", "text a", FAILED);
        expectEcho(good);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outOfMemoryEndsTheConnectionAtOnceAndTheLoopLives(boolean nonBlocking) throws Exception {
        RecordingListener listener = engine.start(
                failingIn("onMessage", () -> {
                    throw new OutOfMemoryError("thrown by a test");
                }),
                nonBlocking);
        RawClient good = engine.connect().upgrade(Engine.PATH + "?good");
        listener.expect("open");
        RawClient bad = engine.open();
        bad.sendFrames(text("a"), text("b"));
        bad.expectReset();
        listener.expect("open", "text a", "close 1006 'listener failed' by LOCAL");
        expectEcho(good);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aListenerThatInterruptsItsThreadHarmsNobody(boolean nonBlocking) throws Exception {
        engine.start(failingIn("onMessage", () -> Thread.currentThread().interrupt()), nonBlocking);
        RawClient client = engine.open();
        for (int i = 0; i < 20; i++) {
            expectEcho(client);
        }
        Engine.assertIdle();
    }

    @Test
    void aListenerThatBlocksHoldsUpItsOwnConnectionOnly() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        RecordingListener listener = engine.start(failingIn("onMessage", release::await), false);
        RawClient bad = engine.open();
        bad.sendFrames(text("a"));
        listener.expect("open", "text a");
        expectEcho(engine.connect().upgrade(Engine.PATH + "?good"));
        assertThat(bad.available()).isZero();
        release.countDown();
        bad.expectText("a");
    }

    @Test
    void anExecutorThatTakesNothingEndsTheConnectionWith1011AndTheListenerSeesTheEnd() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicBoolean rejecting = new AtomicBoolean();
        Executor real = engine.executor;
        engine.executor = task -> {
            if (rejecting.get()) {
                throw new RejectedExecutionException("rejected by a test");
            }
            running.incrementAndGet();
            real.execute(() -> {
                task.run();
                running.decrementAndGet();
            });
        };
        RecordingListener listener = engine.startEcho(false);
        RawClient client = engine.open();
        expectEcho(client);
        listener.expect("open", "text still there");
        until("the executor is idle", () -> running.get() == 0);
        rejecting.set(true);
        client.sendFrames(text("missed"));
        client.expectClose(1011, "");
        client.sendFrames(close(1011, ""));
        client.expectEndOfStream();
        client.close();
        listener.expect(FAILED);
        rejecting.set(false);
        expectEcho(engine.open());
        assertThat(engine.logged("Listener failed")).isNotEmpty();
    }

    @Test
    void anExecutorThatTakesNothingFromTheBeginningEndsTheConnectionToo() throws Exception {
        engine.executor = task -> {
            throw new RejectedExecutionException("rejected by a test");
        };
        engine.start(List.of(engine.endpoint(Engine.PATH, (connection, message) -> connection.send(message), false)));
        RawClient client = engine.open();
        client.expectClose(1011, "");
        client.sendFrames(close(1011, ""));
        client.expectEndOfStream();
        client.close();
        until("no connection is open", () -> engine.server().connections() == 0);
    }

    @Test
    void anExecutorThatTakesNothingWhileAnInterceptorIsToBeAskedRefusesTheClient() throws Exception {
        engine.executor = task -> {
            throw new RejectedExecutionException("rejected by a test");
        };
        engine.interceptors.add(request -> {});
        engine.startEcho(true);
        RawClient client = engine.connect();
        client.send(RawClient.request(Engine.PATH));
        assertThat(client.rest()).startsWith("HTTP/1.1 503 ");
    }

    @Test
    void anExecutorThatRunsTasksInTheCallersThreadWorks() throws Exception {
        engine.executor = Runnable::run;
        engine.startEcho(false);
        RawClient client = engine.open();
        byte[][] frames = new byte[5000][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = text("message " + i);
        }
        client.sendFramesAside(frames);
        for (byte[] frame : frames) {
            client.expect(frame);
        }
    }

    @Test
    void oneThreadServesAllConnections() throws Exception {
        ExecutorService one = Executors.newSingleThreadExecutor();
        try {
            engine.executor = one;
            engine.startEcho(false);
            RawClient busy = engine.open();
            byte[][] frames = new byte[5000][];
            Arrays.fill(frames, text("a"));
            busy.sendFramesAside(frames);
            RawClient other = engine.open();
            expectEcho(other);
            for (byte[] frame : frames) {
                busy.expect(frame);
            }
            busy.sendFrames(close(1000, ""));
            busy.expectClose(1000, "");
            busy.expectEndOfStream();
            other.sendFrames(close(1000, ""));
            other.expectClose(1000, "");
            other.expectEndOfStream();
            engine.server().stop();
        } finally {
            one.shutdown();
        }
    }
}
