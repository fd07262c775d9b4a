package io.websock.deflate;

import static io.websock.deflate.Deflate.BINARY;
import static io.websock.deflate.Deflate.FIRST;
import static io.websock.deflate.Deflate.deflated;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.deflate.ZlibPool.Counts;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every deflater and inflater is ended, whatever happens to its connection; and while a connection is idle, it has none. */
class NativeMemoryTest {
    private static final byte[] JSON = new Samples(30).json(4000);
    private static final byte[] COMPRESSED = deflated(JSON);

    private final ZlibPool pool = new ZlibPool(6, 2);

    /** What happens to a connection on which messages have gone both ways. */
    private enum Fate {
        CLOSED_BY_PEER,
        CLOSED_BY_US,
        VIOLATION,
        VIOLATION_INSIDE_A_MESSAGE,
        CORRUPT,
        CORRUPT_FRAGMENT,
        BOMB,
        INVALID_TEXT,
        LOST,
        LOST_INSIDE_A_MESSAGE,
        CLOSED_INSIDE_A_MESSAGE,
        ABORTED,
        OVERFLOW,
        RELEASED_AND_ABORTED;

        void happenTo(Side side) {
            switch (this) {
                case CLOSED_BY_PEER -> side.receiveFrames(hex("88 02 03e8"));
                case CLOSED_BY_US -> {
                    side.outbound.close(1000, "");
                    assertThat(side.outbound.offer(Message.binary(JSON))).isEqualTo(SendResult.CLOSED);
                    side.receiveFrames(frame(BINARY, COMPRESSED), hex("88 02 03e8"));
                }
                case VIOLATION -> side.receiveFrames(hex("83"));
                case VIOLATION_INSIDE_A_MESSAGE -> side.receiveFrames(frame(FIRST, COMPRESSED), hex("83"));
                case CORRUPT -> side.receiveFrames(frame(BINARY, hex("07")));
                case CORRUPT_FRAGMENT -> side.receiveFrames(frame(FIRST, COMPRESSED), frame(0x00, hex("0000ffff07")));
                case BOMB -> side.receiveFrames(frame(BINARY, Deflate.bomb(1 << 20)));
                case INVALID_TEXT -> side.receiveFrames(frame(0xC1, deflated(new byte[] {-1})));
                case LOST -> side.protocol.lost("gone");
                case LOST_INSIDE_A_MESSAGE -> {
                    side.receiveFrames(frame(FIRST, COMPRESSED));
                    side.protocol.lost("gone");
                }
                case CLOSED_INSIDE_A_MESSAGE -> side.receiveFrames(frame(FIRST, COMPRESSED), hex("88 00"));
                case ABORTED -> side.protocol.abort("enough");
                case OVERFLOW -> {
                    Message much = Message.binary(new Samples(31).noise((int) Side.MAX_QUEUE));
                    assertThat(side.outbound.offer(much)).isEqualTo(SendResult.ACCEPTED);
                    assertThat(side.outbound.offer(much)).isEqualTo(SendResult.OVERFLOW);
                    side.protocol.abort("too slow");
                }
                case RELEASED_AND_ABORTED -> {
                    side.outbound.releaseUnused();
                    side.outbound.releaseUnused();
                    side.protocol.abort("enough");
                }
            }
            side.protocol.finish();
        }
    }

    private Side connected(Role role, boolean takesOver) {
        Side side = new Side(role, ProtocolLimits.DEFAULT, Deflate.extension(pool, takesOver, 15));
        for (int i = 0; i < 3; i++) {
            side.outbound.offer(Message.binary(JSON));
            side.receiveFrames(frame(BINARY, takesOver && i > 0 ? hex("00") : COMPRESSED));
        }
        return side;
    }

    @ParameterizedTest
    @EnumSource
    void isReleasedOnEveryPath(Fate fate) {
        for (Role role : Role.values()) {
            for (boolean takesOver : new boolean[] {true, false}) {
                List<Side> sides = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    sides.add(connected(role, takesOver));
                }
                sides.forEach(fate::happenTo);
                assertThat(inUseOrIdle(pool.deflaterCounts())).isLessThanOrEqualTo(2);
                assertThat(inUseOrIdle(pool.inflaterCounts())).isLessThanOrEqualTo(2);
            }
        }
        assertThat(pool.deflaterCounts().created()).isPositive();
        assertThat(pool.inflaterCounts().created()).isPositive();
        pool.close();
        assertAllEnded();
    }

    @Test
    void whatIsInUseWhenThePoolIsClosedIsEndedLater() {
        Side open = connected(Role.SERVER, true);
        open.receiveFrames(frame(FIRST, hex("00 00 00")));
        pool.close();
        assertThat(inUseOrIdle(pool.deflaterCounts())).isEqualTo(1);
        assertThat(inUseOrIdle(pool.inflaterCounts())).isEqualTo(1);
        Side late = connected(Role.SERVER, false);
        late.protocol.lost("gone");
        open.protocol.lost("gone");
        assertAllEnded();
        pool.close();
        assertAllEnded();
    }

    /** Nothing may refer to a message that the peer has not got. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatFailsIsReleasedAndNothingIsSentThatRefersToIt(boolean takesOver) {
        boolean[] failing = {false};
        ZlibPool failingPool = new ZlibPool(2, () -> new Deflater(6, true) {
            @Override
            public int deflate(byte[] out, int from, int size, int flush) {
                int count = super.deflate(out, from, size, flush);
                if (failing[0]) {
                    throw new OutOfMemoryError("by a test");
                }
                return count;
            }
        });
        Side side = new Side(Role.SERVER, ProtocolLimits.DEFAULT, Deflate.extension(failingPool, takesOver, 15));
        side.outbound.offer(Message.binary(JSON));
        String first = Frames.hex(side.send());
        failing[0] = true;
        assertThatThrownBy(() -> side.outbound.offer(Message.binary(JSON))).isInstanceOf(OutOfMemoryError.class);
        failing[0] = false;
        if (takesOver) {
            assertThat(side.outbound.offer(Message.binary(JSON))).isEqualTo(SendResult.CLOSED);
            assertThat(Frames.hex(side.send())).isEqualTo("880203f3");
        } else {
            assertThat(side.outbound.offer(Message.binary(JSON))).isEqualTo(SendResult.ACCEPTED);
            assertThat(Frames.hex(side.send())).isEqualTo(first);
        }
        side.protocol.lost("gone");
        failingPool.close();
        assertThat(failingPool.deflaterCounts()).isEqualTo(new Counts(1, 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void idleConnectionsOwnNone(boolean takesOver) {
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sides.add(connected(Role.SERVER, takesOver));
        }
        assertThat(inUseOrIdle(pool.deflaterCounts())).isEqualTo(takesOver ? 100 : 1);
        assertThat(inUseOrIdle(pool.inflaterCounts())).isEqualTo(1);
        for (Side side : sides) {
            side.outbound.releaseUnused();
            side.outbound.releaseUnused();
        }
        assertThat(inUseOrIdle(pool.deflaterCounts())).isLessThanOrEqualTo(2);
        // The peer's messages refer to what it has sent before.
        for (Side side : sides) {
            side.received.take();
            side.receiveFrames(frame(BINARY, takesOver ? backBy(JSON.length) : hex("00")));
            assertThat(side.received.take().get(0)).startsWith(takesOver ? "binary 7b22" : "binary ");
        }
    }

    /** A fixed block that copies 3 bytes from 4000 bytes back: distance code 23 (3073) and 10 extra bits. */
    private static byte[] backBy(int distance) {
        StringBuilder bits = new StringBuilder("010").append("0000001").append("10111");
        for (int i = 0; i < 10; i++) {
            bits.append(distance - 3073 >> i & 1);
        }
        bits.append("0000000").append("000");
        byte[] block = new byte[(bits.length() + 7) / 8];
        for (int i = 0; i < bits.length(); i++) {
            block[i / 8] |= (byte) (bits.charAt(i) - '0' << i % 8);
        }
        return block;
    }

    @Test
    void sendersOnManyThreadsShareThePool() throws Exception {
        int senders = 4;
        ExecutorService threads = Executors.newFixedThreadPool(senders);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> results = new ArrayList<>();
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sides.add(new Side(Role.SERVER, ProtocolLimits.DEFAULT, Deflate.extension(pool, i % 2 == 0, 15)));
        }
        for (int sender = 0; sender < senders; sender++) {
            Samples samples = new Samples(sender);
            results.add(threads.submit(() -> {
                start.await();
                for (int i = 0; i < 2000; i++) {
                    Side side = sides.get(samples.random().nextInt(sides.size()));
                    switch (samples.random().nextInt(20)) {
                        case 0 -> side.outbound.releaseUnused();
                        case 1 -> side.outbound.close(1000, "");
                        default -> side.outbound.offer(Message.binary(samples.json(200)));
                    }
                }
                return null;
            }));
        }
        start.countDown();
        for (Future<?> result : results) {
            result.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();
        sides.forEach(side -> side.protocol.abort("done"));
        pool.close();
        assertAllEnded();
    }

    private static long inUseOrIdle(Counts counts) {
        return counts.created() - counts.ended();
    }

    private void assertAllEnded() {
        assertThat(pool.deflaterCounts().ended())
                .isEqualTo(pool.deflaterCounts().created());
        assertThat(pool.inflaterCounts().ended())
                .isEqualTo(pool.inflaterCounts().created());
    }
}
