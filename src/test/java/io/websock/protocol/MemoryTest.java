package io.websock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.websock.api.Message;
import io.websock.testkit.Frames;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 6455 §10.4: a peer gets no memory for what it declares, only for what it sends. Counted is what the thread allocates. */
class MemoryTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MIB = 1 << 20;
    private static final ProtocolLimits LIMITS = new ProtocolLimits(16 * MIB, 50, 1_000_000);

    private static final Receiver IGNORING = new Receiver() {
        @Override
        public boolean onMessage(Message message) {
            return true;
        }

        @Override
        public void onPong(byte[] payload) {}

        @Override
        public void onEnd() {}
    };

    @BeforeEach
    void loadClasses() {
        for (Role role : Role.values()) {
            Protocol protocol = protocol(role);
            protocol.receive(ByteBuffer.wrap(Frames.to(role, Frames.concat(Frames.text("ä"), Frames.ping()))), 0);
            allocated(() -> protocol.receive(ByteBuffer.allocate(0), 0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anIdleConnectionIsSmall(Role role) {
        Sending sending = new Sending(role, 1000, () -> 0);
        OutboundQueue outbound = new OutboundQueue(sending, null);
        assertThat(allocated(() -> new Protocol(role, LIMITS, null, IGNORING, outbound, 0)))
                .isLessThan(100);
        assertThat(allocated(() -> new OutboundQueue(sending, null))).isLessThan(100);
    }

    @ParameterizedTest
    @EnumSource
    void aMessageInOnePieceCostsNothingBesideItself(Role role) {
        Protocol protocol = protocol(role);
        byte[][] frames = {Frames.text("x".repeat(125)), Frames.binary(new byte[125])};
        ByteBuffer in = ByteBuffer.wrap(Frames.to(role, Frames.concat(frames)));
        protocol.receive(in, 0);
        long message = allocated(() -> Message.wrap(true, new byte[125]));
        long allocated = allocated(() -> {
            for (int i = 0; i < 1000; i++) {
                protocol.receive(in.rewind(), 0);
            }
        });
        assertThat(allocated).isLessThanOrEqualTo(2 * 1000 * message);
    }

    @ParameterizedTest
    @EnumSource
    void aDeclaredLengthCostsNothing(Role role) {
        byte[][] beginnings = {
            Frames.concat(Frames.header(0x82, 16 * MIB), new byte[1]),
            Frames.concat(Frames.header(0x01, 16 * MIB), new byte[1]),
            Frames.concat(Frames.frame(0x02, "a"), Frames.header(0x80, 16 * MIB - 1), new byte[1]),
            Frames.header(0x82, 16 * MIB),
        };
        for (byte[] beginning : beginnings) {
            Protocol[] protocols = new Protocol[1000];
            for (int i = 0; i < protocols.length; i++) {
                protocols[i] = protocol(role);
            }
            ByteBuffer in = ByteBuffer.wrap(Frames.to(role, beginning));
            long each = allocated(() -> {
                        for (int i = 0; i < protocols.length; i++) {
                            protocols[i].receive(in.rewind(), 0);
                            // Else it were the heap that failed, and not this test.
                            protocols[i] = null;
                        }
                    })
                    / protocols.length;
            assertThat(each).isLessThan(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void storageIsAtMostTwiceWhatHasArrivedAndIsNotCopiedForEachByte(Role role) {
        int size = MIB / 4;
        Protocol protocol = protocol(role);
        ByteBuffer in = ByteBuffer.wrap(Frames.to(role, Frames.frame(0x82, new byte[size])));
        int header = in.remaining() - size;
        protocol.receive(in.limit(header), 0);
        // Storage that doubles amounts to four times of what arrived, byte by byte as well.
        for (int arrived = 1; arrived <= size; arrived *= 2) {
            int limit = header + arrived;
            long allocated = allocated(() -> {
                while (in.position() < limit) {
                    protocol.receive(in.limit(in.position() + 1), 0);
                }
            });
            assertThat(allocated).isLessThan(4L * arrived + 1000);
        }
        assertThat(in.position()).isEqualTo(header + size);
    }

    @ParameterizedTest
    @EnumSource
    void aFragmentCostsNoObject(Role role) {
        Protocol protocol = protocol(role);
        protocol.receive(ByteBuffer.wrap(Frames.to(role, Frames.frame(0x02, new byte[100_000]))), 0);
        ByteBuffer fragment = ByteBuffer.wrap(Frames.to(role, Frames.frame(0x00, "x")));
        long allocated = allocated(() -> {
            for (int i = 0; i < 6_000; i++) {
                protocol.receive(fragment.rewind(), 0);
            }
        });
        assertThat(protocol.hasEnded()).isFalse();
        // One growth of the storage.
        assertThat(allocated).isLessThan(2 * 106_000 + 1000);
    }

    @ParameterizedTest
    @EnumSource
    void pingsOfAPeerThatDoesNotReadCostNothingLasting(Role role) {
        OutboundQueue outbound = new OutboundQueue(new Sending(role, 1000, () -> 0), null);
        Protocol protocol = new Protocol(role, LIMITS, null, IGNORING, outbound, 0);
        ByteBuffer ping = ByteBuffer.wrap(Frames.to(role, Frames.ping(new byte[125])));
        protocol.receive(ping, 0);
        for (int i = 0; i < 10_000; i++) {
            outbound.fill(ByteBuffer.allocate(1000));
            outbound.written(0);
            protocol.receive(ping.rewind(), 0);
        }
        assertThat(outbound.bytes()).isLessThan(150);
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatCannotGoOnIsForgotten(Role role) {
        byte[] begun = Frames.to(role, Frames.frame(0x02, new byte[MIB]));
        byte[][] ends = {Frames.to(role, Frames.close()), Frames.to(role, Frames.hex("83")), {}};
        Protocol[] kept = new Protocol[120]; // so many that what other threads leave behind does not matter
        long before = usedHeap();
        for (int i = 0; i < kept.length; i++) {
            kept[i] = protocol(role);
            kept[i].receive(ByteBuffer.wrap(begun), 0);
            kept[i].receive(ByteBuffer.wrap(ends[i % 3]), 0);
            if (i % 3 == 2) {
                kept[i].lost("end of stream");
            }
        }
        assertThat(usedHeap() - before).isLessThan(kept.length / 6 * MIB);
        assertThat(kept).allMatch(Protocol::hasEnded);
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static Protocol protocol(Role role) {
        return new Protocol(role, LIMITS, null, IGNORING, new OutboundQueue(new Sending(role, 1000, () -> 0), null), 0);
    }

    private static long allocated(Runnable work) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
