package io.websock.deflate;

import static io.websock.deflate.Deflate.BINARY;
import static io.websock.deflate.Deflate.FIRST;
import static io.websock.deflate.Deflate.TEXT;
import static io.websock.deflate.Deflate.bomb;
import static io.websock.deflate.Deflate.bombTimes64;
import static io.websock.deflate.Deflate.deflated;
import static io.websock.deflate.Deflate.extension;
import static io.websock.deflate.Deflate.finished;
import static io.websock.deflate.Deflate.stored;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.RecordingReceiver.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.websock.api.Message;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import io.websock.testkit.Exchange;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import io.websock.testkit.Splits;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692 §7.2.2: what is received, for both roles, whole, byte by byte and at every split. */
class MessageInflaterTest {
    private static final byte[] NOTHING = {};
    private static final String CORRUPT = "compressed message is corrupt";
    private static final String TOO_BIG = "message exceeds websocket.limits.max-message-size=";
    private static final String HELLO = "f2 48 cd c9 c9 07 00";

    private static ProtocolLimits limit(int size) {
        return new ProtocolLimits(size, 50, 100);
    }

    private static Exchange shared(byte[]... frames) {
        return Exchange.of(frames).with(extension(false, 15));
    }

    private static Exchange shared(String hex) {
        return shared(hex(hex));
    }

    private static Exchange takeover(byte[]... frames) {
        return Exchange.of(frames).with(extension(true, 15));
    }

    private static Exchange takeover(String hex) {
        return takeover(hex(hex));
    }

    // §7.2.3

    @Test
    void oneBlock() {
        shared("c1 07" + HELLO).answers(NOTHING, "text Hello");
    }

    @Test
    void oneBlockInTwoFrames() {
        shared("41 03 f2 48 cd 80 04 c9 c9 07 00").answers(NOTHING, "text Hello");
    }

    @Test
    void theWindowIsSharedByMessages() {
        takeover("c1 07" + HELLO + "c1 05 f2 00 11 00 00").answers(NOTHING, "text Hello", "text Hello");
        takeover("c1 07" + HELLO + "c1 07" + HELLO).answers(NOTHING, "text Hello", "text Hello");
    }

    @Test
    void aMessageMustNotReferBackIfThatWasNotAgreed() {
        shared("c1 07" + HELLO + "c1 05 f2 00 11").breaks(1007, CORRUPT, "text Hello");
        takeover("c1 05 f2 00 11").breaks(1007, CORRUPT);
    }

    @Test
    void aBlockWithoutCompression() {
        shared("c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00").answers(NOTHING, "text Hello");
    }

    @Test
    void aFinalBlock() {
        shared("c1 08 f3 48 cd c9 c9 07 00 00").answers(NOTHING, "text Hello");
        takeover("c1 08 f3 48 cd c9 c9 07 00 00 c1 05 f2 00 11 00 00").answers(NOTHING, "text Hello", "text Hello");
    }

    @Test
    void twoBlocksInOneMessage() {
        shared("c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00").answers(NOTHING, "text Hello");
    }

    @Test
    void anEmptyMessage() {
        shared("c1 01 00 41 00 00 01 00 80 00").answers(NOTHING, "text ", "text ");
        takeover("c2 01 00 c1 07" + HELLO + "c1 01 00 c1 05 f2 00 11 00 00")
                .answers(NOTHING, "binary ", "text Hello", "text ", "text Hello");
    }

    // Around it

    @Test
    void emptyBlocksAnywhere() {
        byte[] empty = stored(false, NOTHING);
        shared(frame(TEXT, concat(empty, empty, hex(HELLO)))).answers(NOTHING, "text Hello");
        shared(frame(TEXT, concat(hex(HELLO), hex("0000ffff"), empty, hex("00"))))
                .answers(NOTHING, "text Hello");
    }

    @Test
    void finalBlocksWithMoreBehindThem() {
        byte[] hello = finished("Hello".getBytes(UTF_8));
        shared(frame(TEXT, concat(hello, hello, hex(HELLO)))).answers(NOTHING, "text HelloHelloHello");
        shared(frame(TEXT, concat(stored(true, "He".getBytes(UTF_8)), stored(true, "llo".getBytes(UTF_8)), hex("00"))))
                .answers(NOTHING, "text Hello");
        // The window goes on behind a final block, in the same message and in the next.
        shared(frame(TEXT, concat(hello, hex("f2 00 11 00 00")))).answers(NOTHING, "text HelloHello");
        takeover(frame(TEXT, concat(hello, hex("00"))), hex("c1 05 f3 00 11 00 00 c1 05 f2 00 11 00 00"))
                .answers(NOTHING, "text Hello", "text Hello", "text Hello");
        shared(frame(0x41, hello), hex("80 05 f2 00 11 00 00")).answers(NOTHING, "text HelloHello");
    }

    @Test
    void theWindowIsWholeBehindAFinalBlock() {
        Samples samples = new Samples(1);
        for (int size : new int[] {1, 1000, 1023, 1024, 1025, 4096, 20_000, 32_767, 32_768}) {
            // What is in front of it is pushed out of the window; behind a final block is a reference as far back as it
            // goes.
            for (int more : new int[] {0, 10, 50_000}) {
                byte[] noise = samples.noise(more + size);
                String before = event(Message.binary(noise));
                byte[] copy = new byte[258];
                for (int i = 0; i < 258; i++) {
                    copy[i] = noise[more + i % size];
                }
                byte[] far = farReference(size);
                byte[] all = concat(noise, copy);
                receives(false, frame(BINARY, concat(finished(noise), far)), event(Message.binary(all)));
                receives(
                        true,
                        concat(frame(BINARY, concat(finished(noise), hex("00"))), frame(BINARY, far)),
                        before,
                        event(Message.binary(copy)));
                receives(
                        true,
                        concat(frame(BINARY, deflated(noise)), frame(BINARY, far)),
                        before,
                        event(Message.binary(copy)));
            }
        }
    }

    /** For messages that are too long for all their splits. */
    private static void receives(boolean takesOver, byte[] frames, String... events) {
        for (Role role : Role.values()) {
            for (int most : new int[] {100, 10_000, 1_000_000}) {
                Side side = new Side(role, limit(1 << 20), extension(takesOver, 15));
                side.receive(Splits.random(Frames.to(role, frames), most, new Random(most)));
                assertThat(side.received.take()).containsExactly(events);
                assertThat(side.protocol.hasEnded()).isFalse();
            }
        }
    }

    /** A fixed block that copies 258 bytes from {@code distance} bytes back, and the first byte of an empty stored one. */
    private static byte[] farReference(int distance) {
        int[] bases = {
            1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
            6145, 8193, 12289, 16385, 24577
        };
        int code = 29;
        while (bases[code] > distance) {
            code--;
        }
        StringBuilder bits = new StringBuilder("0" + "10").append("11000101"); // 285: 197 of 8 bits
        bits.append(String.format("%5s", Integer.toBinaryString(code)).replace(' ', '0'));
        int extra = distance - bases[code];
        for (int i = 0; i < code / 2 - 1; i++) {
            bits.append(extra >> i & 1);
        }
        bits.append("0000000").append("000");
        byte[] block = new byte[(bits.length() + 7) / 8];
        for (int i = 0; i < bits.length(); i++) {
            block[i / 8] |= (byte) (bits.charAt(i) - '0' << i % 8);
        }
        return block;
    }

    @Test
    void aMessageInManyFragmentsWithControlFramesBetween() {
        byte[] payload = new Samples(2).json(800);
        byte[] compressed = deflated(payload);
        byte[][] frames = new byte[2 * compressed.length + 1][];
        for (int i = 0; i < compressed.length; i++) {
            frames[2 * i] = frame(i == 0 ? FIRST : 0x00, new byte[] {compressed[i]});
            frames[2 * i + 1] = i % 20 == 10 ? Frames.ping((byte) i) : frame(0x00, NOTHING);
        }
        frames[2 * compressed.length] = frame(0x80, NOTHING);
        byte[] pongs = NOTHING;
        for (int i = 10; i < compressed.length; i += 20) {
            pongs = concat(pongs, Frames.pong((byte) i));
        }
        Side side = new Side(Role.SERVER, limit(65536), extension(false, 15));
        side.receiveFrames(frame(0x81, "plain"));
        side.receive(Frames.masked(concat(frames)));
        assertThat(side.received.take()).containsExactly("text plain", event(Message.binary(payload)));
        assertThat(Frames.hex(side.send())).isEqualTo(Frames.hex(pongs));
    }

    @Test
    void plainMessagesBetweenAreNotReferredTo() {
        takeover("c1 07" + HELLO + "81 03 61 62 63 c1 05 f2 00 11 00 00")
                .answers(NOTHING, "text Hello", "text abc", "text Hello");
    }

    @Test
    void aCloseInsideACompressedMessageIsLegal() {
        shared("41 03 f2 48 cd 88 02 03 e8").closes(hex("88 02 03 e8"));
    }

    @Test
    void largeMessages() {
        Samples samples = new Samples(3);
        byte[] payload = concat(samples.json(70_000), samples.repeated(30_000, 100_000), samples.noise(20_000));
        String event = event(Message.binary(payload));
        byte[] frame = frame(BINARY, deflated(payload));
        receives(false, frame, event);
        receives(true, concat(frame, frame, frame), event, event, event);
    }

    // Corrupt

    @ParameterizedTest
    @ValueSource(
            strings = {
                "07", // block of the reserved type
                "06",
                "f2 48 cd c9 c9 07 00 00 00 ff ff 07", // and behind others
                "f3 48 cd c9 c9 07 00 07",
                "00 05 00 fb ff", // length of a stored block
                "00 00 00 ff ff 01 00 00 00",
                "fc ff ff", // more codes than there are
                "f2 00 11 00 00", // reference to what is before the beginning
            })
    void dataThatNoDeflaterSends(String payload) {
        byte[] bytes = hex(payload);
        for (int end = bytes.length; ; end--) {
            Side side = new Side(Role.CLIENT, limit(100), extension(false, 15));
            side.receiveFrames(frame(FIRST, Arrays.copyOf(bytes, end)));
            if (!side.protocol.hasEnded()) {
                shared(concat(Frames.header(FIRST, end + 20), Arrays.copyOf(bytes, end + 1)))
                        .breaks(1007, CORRUPT);
                takeover(concat(Frames.header(FIRST, end + 20), Arrays.copyOf(bytes, end + 1)))
                        .breaks(1007, CORRUPT);
                return;
            }
        }
    }

    /** What is cut short, or has garbage behind it that is no block, or is not followed by the header of a stored block. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // not even the empty message's byte
                "f2",
                "f2 48 cd c9 c9",
                "f2 48 cd c9 c9 07",
                "f3 48 cd c9 c9 07 00", // §7.2.3.4: the last octet is necessary
                "03 00",
                "00 00",
                "00 05 00 fa ff 48 65 6c 6c",
                "00 05 00 fa ff 48 65 6c 6c 6f",
                "00 04 00 fb ff", // the tail is taken for the stored bytes
                "00 0a 00 f5 ff", // and what is behind it, too
                "00 06 00 f9 ff",
                "f2 48 cd c9 c9 07 00 00",
                "f2 48 cd c9 c9 07 00 00 00 ff ff",
                "05 c0 81 00",
            })
    void whatIsNoWholeMessage(String payload) {
        byte[] bytes = hex(payload);
        shared(frame(BINARY, bytes)).breaks(1007, CORRUPT);
        takeover(frame(BINARY, bytes)).breaks(1007, CORRUPT);
        shared(frame(FIRST, bytes), frame(0x80, NOTHING)).breaks(1007, CORRUPT);
    }

    @Test
    void everyTruncationIsNoticed() {
        byte[] compressed = deflated(new Samples(4).chat());
        for (int size = 0; size < compressed.length; size++) {
            Side side = new Side(Role.CLIENT, limit(65536), extension(false, 15));
            side.receiveFrames(frame(BINARY, Arrays.copyOf(compressed, size)));
            assertThat(side.protocol.closeInfo().reason()).isEqualTo(CORRUPT);
        }
    }

    @Test
    void invalidTextIsToldBeforeTheFaultBehindIt() {
        byte[] bad = stored(false, hex("61 ff 62"));
        shared(concat(Frames.header(TEXT, 50), Arrays.copyOf(bad, 7))).breaks(1007, "text is not UTF-8");
        assertThat(firstRuleBroken(concat(bad, hex("07")), 100)).isEqualTo("text is not UTF-8");
        assertThat(firstRuleBroken(concat(stored(false, hex("61 62 63")), hex("07")), 100))
                .isEqualTo(CORRUPT);
        assertThat(firstRuleBroken(concat(stored(false, hex("61 62 63")), hex("07")), 2))
                .isEqualTo(TOO_BIG + "2B");
        assertThat(firstRuleBroken(concat(bad, bomb(5000)), 2000)).isEqualTo("text is not UTF-8");
        assertThat(firstRuleBroken(concat(deflated("a".repeat(5000)), hex("0000ffff"), bad), 2000))
                .isEqualTo(TOO_BIG + "2000B");
    }

    /** The reason, which is the same for the payload whole and byte by byte. */
    private static String firstRuleBroken(byte[] payload, int limit) {
        Side whole = new Side(Role.CLIENT, limit(limit), extension(false, 15));
        whole.receive(frame(TEXT, payload));
        Side single = new Side(Role.CLIENT, limit(limit), extension(false, 15));
        for (byte octet : frame(TEXT, payload)) {
            single.receive(new byte[] {octet});
        }
        assertThat(single.protocol.closeInfo()).isEqualTo(whole.protocol.closeInfo());
        return whole.protocol.closeInfo().reason();
    }

    @Test
    void textIsCheckedAsItIsInflated() {
        shared(frame(TEXT, deflated("äöü€😀"))).answers(NOTHING, "text äöü€😀");
        shared(frame(TEXT, stored(false, hex("61 c3"))), NOTHING).breaks(1007, CORRUPT);
        shared(frame(TEXT, concat(stored(false, hex("61 c3")), hex("00")))).breaks(1007, "text is not UTF-8");
    }

    // Limits

    @Test
    void theInflatedSizeIsLimitedExactly() {
        byte[] compressed = deflated("a".repeat(1000));
        shared(frame(TEXT, compressed)).with(limit(1000)).answers(NOTHING, event(Message.text("a".repeat(1000))));
        assertThat(firstRuleBroken(compressed, 999)).isEqualTo(TOO_BIG + "999B");
        shared(frame(TEXT, deflated(""))).with(limit(0)).answers(NOTHING, "text ");
    }

    @Test
    void aFewBytesThatBecomeOneMoreThanTheLimit() {
        byte[] bomb = bomb(65537);
        byte[] small = Arrays.copyOf(bomb, bomb.length);
        assertThat(small.length).isLessThan(128);
        Side side = new Side(Role.SERVER, limit(65536), extension(false, 15));
        side.receiveFrames(frame(BINARY, small));
        assertThat(side.protocol.closeInfo().code()).isEqualTo(1009);
        Side atLimit = new Side(Role.SERVER, limit(65536), extension(false, 15));
        atLimit.receiveFrames(frame(BINARY, bomb(65536)));
        assertThat(atLimit.received.take()).containsExactly(event(Message.binary(new byte[65536])));
        // Of 64 bytes.
        Side tiny = new Side(Role.SERVER, limit(40_000), extension(false, 15));
        byte[] sixtyFour = bomb(40_001);
        assertThat(sixtyFour.length).isLessThanOrEqualTo(64);
        tiny.receiveFrames(frame(BINARY, sixtyFour));
        assertThat(tiny.protocol.closeInfo().reason()).isEqualTo(TOO_BIG + "40000B");
    }

    @ParameterizedTest
    @EnumSource
    void aMebibyteThatWouldBecomeAGibibyte(Role role) {
        byte[] bomb = bombTimes64(1 << 24);
        assertThat(bomb.length).isBetween(1_000_000, 1 << 20);
        ZlibPool pool = new ZlibPool(6, 0);
        Side side = new Side(role, limit(1 << 20), extension(pool, false, 15));
        byte[] in = Frames.to(role, frame(BINARY, bomb));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        for (int at = 0; at < in.length; at += 16 * 1024) {
            side.receive(Arrays.copyOfRange(in, at, Math.min(in.length, at + 16 * 1024)));
        }
        assertThat(side.protocol.closeInfo().reason()).isEqualTo(TOO_BIG + "1MB");
        // The copies of the input are 2 MiB, storage that doubles up to the limit as much.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
        assertThat(pool.inflaterCounts()).isEqualTo(new ZlibPool.Counts(1, 1));
    }

    @Test
    void aMessageThatIsStoredMayBeALittleLongerThanTheLimit() {
        byte[] payload = new Samples(5).noise(1000);
        byte[] pieces = NOTHING;
        for (int at = 0; at < payload.length; at += 50) {
            pieces = concat(pieces, stored(false, Arrays.copyOfRange(payload, at, at + 50)));
        }
        assertThat(pieces.length).isEqualTo(1100);
        shared(frame(BINARY, concat(pieces, hex("00"))))
                .with(limit(1000))
                .answers(NOTHING, event(Message.binary(payload)));
        shared(Frames.header(BINARY, 1190)).with(limit(1000)).breaks(1009, TOO_BIG + "1000B");
    }

    @Test
    void finalBlocksMayBeManyOrTiny() {
        String text = "x".repeat(100);
        byte[] block = stored(true, text.getBytes(UTF_8));
        byte[] many = concat(Collections.nCopies(2000, block).toArray(byte[][]::new));
        receives(false, frame(TEXT, concat(many, hex("00"))), event(Message.text(text.repeat(2000))));
        byte[] tiny = hex("0300".repeat(1024));
        shared(frame(TEXT, concat(tiny, hex("00")))).answers(NOTHING, "text ");
        shared(Frames.header(TEXT, 3000), tiny, hex("0300"))
                .breaks(1008, "too many tiny final blocks in a compressed message");
    }
}
