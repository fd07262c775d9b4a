package io.websock.protocol;

import static io.websock.testkit.Frames.binary;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.from;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.pong;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.testkit.Frames;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 6455 §5.4 and §5.5.1 for what goes out: order, partial writes, and the limit. */
class OutboundQueueTest {
    private static final byte[] OVERFLOW = close(1013, "outbound queue is full: websocket.outbound.max-queue");
    private static final byte[] RESPONSE = hex("485454502f312e3120313031");

    /** A queue and what came out of it. */
    private static final class Written {
        final Role role;
        final OutboundQueue queue;
        byte[] bytes = {};

        Written(Role role, long maxBytes) {
            this.role = role;
            this.queue = new OutboundQueue(new Sending(role, maxBytes, () -> Frames.KEY), null);
        }

        ByteBuffer fill(int room) {
            ByteBuffer out = ByteBuffer.allocate(room);
            queue.fill(out);
            return out;
        }

        /** The socket takes {@code count} bytes of what was filled. */
        void written(ByteBuffer out, int count) {
            queue.written(count);
            bytes = concat(bytes, Arrays.copyOf(out.array(), count));
        }

        /** A buffer of {@code room} bytes is filled, and the socket takes {@code most} of it. */
        void write(int room, int most) {
            ByteBuffer out = fill(room);
            written(out, Math.min(most, out.position()));
        }

        /** All is written, and all that was ever written is this; the handshake's response apart, the frames are given unmasked. */
        void assertWrote(byte[]... frames) {
            int queued = Math.toIntExact(queue.bytes());
            ByteBuffer rest = fill(queued + 10);
            assertThat(rest.position()).isEqualTo(queued);
            written(rest, queued);
            assertThat(queue.isEmpty()).isTrue();
            assertThat(queue.bytes()).isZero();
            assertThat(fill(10).position()).isZero();
            byte[][] expected = Arrays.stream(frames)
                    .map(frame -> frame == RESPONSE ? frame : from(role, frame))
                    .toArray(byte[][]::new);
            assertThat(Frames.hex(bytes)).isEqualTo(Frames.hex(concat(expected)));
        }

        SendResult offer(String text) {
            return queue.offer(Message.text(text));
        }
    }

    @ParameterizedTest
    @EnumSource
    void framesAreWrittenWithTheShortestLength(Role role) {
        for (int length : new int[] {0, 1, 125, 126, 127, 65535, 65536, 65537}) {
            Written out = new Written(role, Long.MAX_VALUE);
            byte[] payload = new byte[length];
            Arrays.fill(payload, (byte) 7);
            assertThat(out.queue.offer(Message.wrap(false, payload))).isEqualTo(SendResult.ACCEPTED);
            assertThat(out.offer("x".repeat(length))).isEqualTo(SendResult.ACCEPTED);
            assertThat(out.queue.bytes()).isEqualTo(2L * from(role, binary(payload)).length);
            out.assertWrote(binary(payload), text("x".repeat(length)));
            // The message is not masked in place.
            for (byte octet : payload) {
                assertThat(octet).isEqualTo((byte) 7);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachKindOfFrame(Role role) {
        Written out = new Written(role, 1000);
        out.queue.ping();
        out.queue.pong(hex("0102"));
        out.offer("ä");
        out.queue.close(4000, "ö");
        out.assertWrote(ping(), pong((byte) 1, (byte) 2), text("ä"), close(4000, "ö"));
    }

    @Test
    void aClientTakesANewMaskingKeyForEachFrame() {
        PrimitiveIterator.OfInt keys = IntStream.of(0x01020304, 0xFFFEFDFC).iterator();
        OutboundQueue queue = new OutboundQueue(new Sending(Role.CLIENT, 1000, keys::nextInt), null);
        queue.offer(Message.text("aaaaa"));
        queue.ping();
        ByteBuffer out = ByteBuffer.allocate(17);
        queue.fill(out);
        assertThat(out.array()).isEqualTo(hex("8980 fffefdfc 8185 01020304 6063626560"));
    }

    @Test
    void aServerTakesNoMaskingKey() {
        OutboundQueue queue = new OutboundQueue(
                new Sending(Role.SERVER, 1000, () -> {
                    throw new AssertionError();
                }),
                null);
        queue.ping();
        assertThat(queue.bytes()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void partialWritesOfEverySizeLoseNothing(Role role) {
        for (int room = 1; room < 70; room++) {
            for (int most = 1; most <= room; most++) {
                Written out = new Written(role, 1000);
                out.queue.offerHandshake(RESPONSE);
                out.offer("Hello");
                out.queue.pong(hex("0102"));
                out.queue.ping();
                out.offer("x".repeat(130));
                out.queue.close(1000, "bye");
                long queued = out.queue.bytes();
                while (!out.queue.isEmpty()) {
                    out.write(room, most);
                    assertThat(out.queue.bytes()).isEqualTo(queued - out.bytes.length);
                }
                out.assertWrote(
                        RESPONSE,
                        pong((byte) 1, (byte) 2),
                        ping(),
                        text("Hello"),
                        text("x".repeat(130)),
                        close(1000, "bye"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSocketThatTakesNothingChangesNothing(Role role) {
        Written out = new Written(role, 1000);
        out.offer("Hello");
        out.queue.ping();
        for (int i = 0; i < 20; i++) {
            out.write(i, 0);
        }
        out.write(1, 1);
        out.write(100, 0);
        out.assertWrote(ping(), text("Hello"));
    }

    @ParameterizedTest
    @EnumSource
    void controlFramesOvertakeMessagesThatHaveNotBegun(Role role) {
        Written out = new Written(role, 1000);
        out.offer("first");
        out.offer("second");
        out.queue.pong(hex("01"));
        out.queue.ping();
        out.assertWrote(pong((byte) 1), ping(), text("first"), text("second"));
    }

    @ParameterizedTest
    @EnumSource
    void controlFramesNeverCutAFrame(Role role) {
        int length = from(role, text("first")).length;
        for (int begun = 1; begun < length; begun++) {
            Written out = new Written(role, 1000);
            out.offer("first");
            out.offer("second");
            out.write(begun, begun);
            out.queue.ping();
            out.assertWrote(text("first"), ping(), text("second"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aControlFrameThatHasBegunGoesOn(Role role) {
        Written out = new Written(role, 1000);
        out.queue.ping();
        out.offer("first");
        out.write(1, 1);
        out.queue.pong(hex("01"));
        out.assertWrote(ping(), pong((byte) 1), text("first"));
    }

    @ParameterizedTest
    @EnumSource
    void nothingOvertakesTheHandshakesResponse(Role role) {
        for (int begun = 0; begun <= RESPONSE.length; begun++) {
            Written out = new Written(role, 1000);
            out.queue.offerHandshake(RESPONSE);
            out.queue.pong(hex("01"));
            out.write(begun, begun);
            out.queue.ping();
            out.offer("a");
            out.assertWrote(RESPONSE, pong((byte) 1), ping(), text("a"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theCloseComesLastAndNothingIsAcceptedBehindIt(Role role) {
        Written out = new Written(role, 1000);
        out.offer("a");
        assertThat(out.queue.closeCode()).isZero();
        assertThat(out.queue.isClosing()).isFalse();
        assertThat(out.queue.close(1001, "away")).isTrue();
        assertThat(out.queue.isClosing()).isTrue();
        assertThat(out.offer("b")).isEqualTo(SendResult.CLOSED);
        assertThat(out.queue.ping()).isFalse();
        out.queue.pong(hex("01"));
        assertThat(out.queue.close(1002, "again")).isFalse();
        assertThat(out.queue.closeCode()).isEqualTo(1001);
        assertThat(out.queue.closeReason()).isEqualTo("away");
        out.assertWrote(text("a"), close(1001, "away"));
        assertThat(out.offer("c")).isEqualTo(SendResult.CLOSED);
    }

    @ParameterizedTest
    @EnumSource
    void aCloseWithoutACodeIsEmpty(Role role) {
        Written out = new Written(role, 1000);
        out.queue.ping();
        out.queue.close(1005, "");
        out.assertWrote(ping(), close());
    }

    @ParameterizedTest
    @EnumSource
    void aMessageIsAcceptedWhileFewerBytesThanTheLimitAreQueued(Role role) {
        int frame = from(role, text("12345678")).length;
        Written out = new Written(role, 3L * frame);
        for (int i = 0; i < 3; i++) {
            assertThat(out.offer("12345678")).isEqualTo(SendResult.ACCEPTED);
        }
        assertThat(out.offer("12345678")).isEqualTo(SendResult.OVERFLOW);

        Written oneByteLess = new Written(role, 3L * frame);
        for (int i = 0; i < 3; i++) {
            oneByteLess.offer("12345678");
        }
        oneByteLess.write(1, 1);
        assertThat(oneByteLess.offer("x".repeat(100_000))).isEqualTo(SendResult.ACCEPTED);
        assertThat(oneByteLess.offer("")).isEqualTo(SendResult.OVERFLOW);
    }

    @ParameterizedTest
    @EnumSource
    void overflowDropsWhatHasNotBegunAndCloses(Role role) {
        Written out = new Written(role, 10);
        out.offer("a long enough one");
        out.queue.ping();
        assertThat(out.offer("b")).isEqualTo(SendResult.OVERFLOW);
        assertThat(out.offer("c")).isEqualTo(SendResult.CLOSED);
        assertThat(out.queue.closeCode()).isEqualTo(1013);
        out.assertWrote(ping(), OVERFLOW);
    }

    @ParameterizedTest
    @EnumSource
    void overflowFinishesTheFrameThatHasBegun(Role role) {
        for (int begun = 1; begun < from(role, text("first")).length; begun++) {
            Written out = new Written(role, from(role, text("first")).length + 1);
            out.offer("first");
            out.offer("a longer second one");
            out.write(begun, begun);
            assertThat(out.offer("third")).isEqualTo(SendResult.OVERFLOW);
            out.assertWrote(text("first"), OVERFLOW);
        }
    }

    @ParameterizedTest
    @EnumSource
    void overflowBehindAControlFrameThatHasBegunDropsAllMessages(Role role) {
        Written out = new Written(role, from(role, concat(ping(), text("first"))).length + 1);
        out.queue.ping();
        out.offer("first");
        out.offer("second");
        out.write(1, 1);
        assertThat(out.offer("third")).isEqualTo(SendResult.OVERFLOW);
        out.assertWrote(ping(), OVERFLOW);
    }

    @ParameterizedTest
    @EnumSource
    void overflowKeepsTheHandshakesResponse(Role role) {
        for (int begun = 0; begun < RESPONSE.length; begun++) {
            Written out = new Written(role, RESPONSE.length + 1);
            out.queue.offerHandshake(RESPONSE);
            out.offer("a long one");
            out.write(begun, begun);
            out.queue.pong(hex("01"));
            assertThat(out.offer("third")).isEqualTo(SendResult.OVERFLOW);
            out.assertWrote(RESPONSE, pong((byte) 1), OVERFLOW);
        }
    }

    @ParameterizedTest
    @EnumSource
    void overflowDuringAWriteKeepsWhatIsBeingWritten(Role role) {
        int first = from(role, text("first")).length;
        for (int room = 1; room < 3 * first; room++) {
            for (int count = 0; count <= room; count++) {
                Written out = new Written(role, 3L * first);
                out.offer("first");
                out.offer("other");
                out.offer("third");
                ByteBuffer inFlight = out.fill(room);
                assertThat(out.offer("fourth")).isEqualTo(SendResult.OVERFLOW);
                out.written(inFlight, count);
                out.write(1000, 1000);
                byte[] all = out.bytes;
                assertThat(Frames.hex(all)).startsWith(Frames.hex(Arrays.copyOf(inFlight.array(), count)));
                assertThat(Frames.decode(all).get(0).payload()).isEqualTo("first".getBytes());
                assertThat(all).endsWith(from(role, OVERFLOW));
                assertThat(out.queue.bytes()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whileTheSocketTakesNothingTheNewestPongReplacesAnUnsentOne(Role role) {
        Written out = new Written(role, 1000);
        out.queue.pong(hex("01"));
        out.write(100, 0);
        for (int i = 2; i < 100; i++) {
            out.queue.pong(new byte[i]);
        }
        out.queue.pong(hex("02"));
        assertThat(out.queue.bytes()).isEqualTo(from(role, pong((byte) 2)).length);
        out.assertWrote(pong((byte) 2));
    }

    @ParameterizedTest
    @EnumSource
    void aPongThatHasBegunIsNotReplaced(Role role) {
        Written out = new Written(role, 1000);
        out.queue.pong(hex("01"));
        out.write(100, 1);
        out.queue.pong(hex("0202"));
        out.queue.pong(hex("030303"));
        out.assertWrote(pong((byte) 1), pong((byte) 3, (byte) 3, (byte) 3));
    }

    @ParameterizedTest
    @EnumSource
    void aPongThatIsBeingWrittenIsNotReplaced(Role role) {
        Written out = new Written(role, 1000);
        out.queue.pong(hex("01"));
        out.write(100, 0);
        ByteBuffer inFlight = out.fill(100);
        out.queue.pong(hex("0202"));
        out.written(inFlight, inFlight.position());
        out.assertWrote(pong((byte) 1), pong((byte) 2, (byte) 2));
    }

    @ParameterizedTest
    @EnumSource
    void aPongBehindAMessageThatHasBegunIsReplaced(Role role) {
        Written out = new Written(role, 1000);
        out.offer("first");
        out.write(100, 3);
        out.queue.pong(hex("01"));
        out.queue.pong(hex("02"));
        out.assertWrote(text("first"), pong((byte) 2));
    }

    @ParameterizedTest
    @EnumSource
    void aPingIsNotReplacedAndKeepsItsPlace(Role role) {
        Written out = new Written(role, 1000);
        out.offer("first");
        out.write(100, 0);
        out.queue.pong(hex("01"));
        out.queue.ping();
        out.queue.pong(hex("02"));
        out.queue.pong(hex("03"));
        out.assertWrote(pong((byte) 1), ping(), pong((byte) 3), text("first"));
    }

    @ParameterizedTest
    @EnumSource
    void onceTheSocketTakesAllAgainEveryPongIsSent(Role role) {
        Written out = new Written(role, 1000);
        out.queue.pong(hex("01"));
        out.write(100, 2);
        out.write(100, 100);
        out.queue.pong(hex("02"));
        out.queue.pong(hex("03"));
        out.assertWrote(pong((byte) 1), pong((byte) 2), pong((byte) 3));
    }

    @ParameterizedTest
    @EnumSource
    void aBufferThatWasTooSmallIsNotASocketThatTakesNothing(Role role) {
        Written out = new Written(role, 1000);
        out.offer("first");
        out.write(3, 3);
        out.queue.pong(hex("02"));
        out.queue.pong(hex("03"));
        out.assertWrote(text("first"), pong((byte) 2), pong((byte) 3));
    }

    @ParameterizedTest
    @EnumSource
    void abortDropsEverything(Role role) {
        for (int begun = 0; begun < 10; begun++) {
            Written out = new Written(role, 1000);
            out.queue.ping();
            out.offer("first");
            out.write(begun, begun);
            out.queue.abort();
            out.bytes = new byte[0];
            assertThat(out.queue.isClosing()).isTrue();
            assertThat(out.queue.closeCode()).isZero();
            assertThat(out.offer("b")).isEqualTo(SendResult.CLOSED);
            assertThat(out.queue.close(1000, "")).isFalse();
            out.assertWrote();
        }
    }

    @ParameterizedTest
    @EnumSource
    void abortDuringAWriteLeavesNothingBehind(Role role) {
        for (int count = 0; count < 10; count++) {
            Written out = new Written(role, 1000);
            out.queue.ping();
            out.offer("first");
            ByteBuffer inFlight = out.fill(10);
            out.queue.abort();
            out.written(inFlight, count);
            out.bytes = new byte[0];
            out.assertWrote();
        }
    }
}
