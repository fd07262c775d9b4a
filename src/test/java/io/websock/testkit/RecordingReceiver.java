package io.websock.testkit;

import io.websock.api.Message;
import io.websock.protocol.Receiver;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** Writes down what it is told, one line each, until a test takes it: {@code text Hello}, {@code binary 0102}, {@code pong }, {@code end}. */
public final class RecordingReceiver implements Receiver {
    private static final int SHORT = 256;

    private final List<String> events = new ArrayList<>();
    private boolean stopping;

    /** Whether {@link #onMessage} shall ask to stop after each message. */
    public void stopAfterEachMessage(boolean stopping) {
        this.stopping = stopping;
    }

    @Override
    public boolean onMessage(Message message) {
        events.add(event(message));
        return !stopping;
    }

    @Override
    public void onPong(byte[] payload) {
        events.add(pong(payload));
    }

    @Override
    public void onEnd() {
        events.add("end");
    }

    /** What has happened since the last call. */
    public List<String> take() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** To be called at the end of a test: nothing has happened that it did not ask about. */
    public void assertExhausted() {
        if (!events.isEmpty()) {
            throw new AssertionError("not expected: " + events);
        }
    }

    /** The line that stands for {@code message}. */
    public static String event(Message message) {
        byte[] payload = message.payload();
        if (payload.length > SHORT) {
            CRC32 crc = new CRC32();
            crc.update(payload);
            return "%s with CRC %08x".formatted(message, crc.getValue());
        }
        return message.isText() ? "text " + message.text() : "binary " + Frames.hex(payload);
    }

    public static String pong(byte[] payload) {
        return "pong " + Frames.hex(payload);
    }
}
