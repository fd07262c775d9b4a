package io.websock.deflate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.CloseCode;
import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.deflate.DeflateExtension.Direction;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.handshake.Agreement;
import io.websock.handshake.ExtensionOffer;
import io.websock.protocol.Extension;
import io.websock.protocol.ExtensionChain;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import io.websock.testkit.Frames;
import io.websock.testkit.RecordingReceiver;
import io.websock.testkit.Side;
import io.websock.testkit.Splits;
import io.websock.testkit.XorExtension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random messages both ways over connections with random parameters, and random damage; each seed gives the same ones. */
class RandomTest {
    private static final ProtocolLimits LIMITS = new ProtocolLimits(200_000, 50, 100);

    private static String randomOffer(Random random) {
        return (random.nextBoolean() ? "snct " : "")
                + (random.nextBoolean() ? "cnct " : "")
                + (random.nextBoolean() ? "smwb=" + (8 + random.nextInt(8)) + " " : "")
                + (random.nextBoolean() ? "cmwb=" + (8 + random.nextInt(8)) : random.nextBoolean() ? "cmwb" : "");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void whatIsSentArrives(long seed) {
        Samples samples = new Samples(seed);
        Random random = samples.random();
        ZlibPool pool = new ZlibPool(1 + random.nextInt(9), random.nextInt(3));
        Mode mode = random.nextBoolean() ? Mode.SHARED : Mode.TAKEOVER;
        ExtensionOffer offer = PermessageDeflateTest.element(randomOffer(random));
        Agreement agreement = new PermessageDeflate(mode, 1, pool).accept(offer);
        DeflateExtension there = (DeflateExtension) agreement.extension();
        Extension here = new DeflateExtension(pool, 1 + random.nextInt(50), there.in(), there.out());
        boolean chained = random.nextInt(3) == 0;
        Side server = new Side(Role.SERVER, LIMITS, chained ? chain(there) : there);
        Side client = new Side(Role.CLIENT, LIMITS, chained ? chain(here) : here);
        for (int i = 0; i < 60; i++) {
            Side from = random.nextBoolean() ? server : client;
            Side to = from == server ? client : server;
            List<String> expected = new ArrayList<>();
            for (int count = random.nextInt(3); count >= 0; count--) {
                Message message = Message.wrap(false, samples.any(random.nextInt(4) == 0 ? 100_000 : 1000));
                message = random.nextInt(10) == 0 ? message.uncompressed() : message;
                from.outbound.offer(message);
                expected.add(RecordingReceiver.event(message));
            }
            to.receive(Splits.random(from.send(), 5000, random));
            assertThat(to.received.take()).as("%s, %s", mode, offer).isEqualTo(expected);
            if (random.nextInt(5) == 0) {
                from.outbound.releaseUnused();
            }
        }
        server.protocol.lost("gone");
        client.protocol.lost("gone");
        pool.close();
        assertThat(pool.deflaterCounts().ended())
                .isEqualTo(pool.deflaterCounts().created());
        assertThat(pool.inflaterCounts().ended())
                .isEqualTo(pool.inflaterCounts().created());
    }

    private static Extension chain(Extension deflate) {
        return ExtensionChain.of(List.of(deflate, new TransparentXor()));
    }

    /** As {@link XorExtension}, but for all bytes. */
    private static final class TransparentXor implements Extension {
        @Override
        public int reservedBits() {
            return 0x20;
        }

        @Override
        public Encoder encoder() {
            return new XorExtension(0x20).encoder();
        }

        @Override
        public Decoder decoder() {
            return (reservedBits, part, from, to, last, out) ->
                    out.append(XorExtension.flipped(Arrays.copyOfRange(part, from, to)), 0, to - from);
        }
    }

    /** Ten thousand damaged streams: each is received whole or answered by the code of a rule, the same in whatever parts it comes. */
    @Test
    void damageIsNeverMoreThanAViolation() {
        Random random = new Random(42);
        Samples samples = new Samples(43);
        ZlibPool pool = new ZlibPool(6, 2);
        byte[][] seeds = new byte[40][];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = stream(pool, samples, i % 2 == 0, 8 + i % 8);
        }
        int broken = 0;
        long start = System.nanoTime();
        for (int i = 0; i < 10_000; i++) {
            int seed = random.nextInt(seeds.length);
            byte[] damaged = seeds[seed].clone();
            for (int times = random.nextInt(4); times >= 0; times--) {
                damaged = damage(damaged, seeds[random.nextInt(seeds.length)], random);
            }
            Role role = random.nextBoolean() ? Role.SERVER : Role.CLIENT;
            byte[] in = Frames.to(role, Frames.concat(Frames.header(0xC2, damaged.length), damaged));
            CloseInfo whole = receive(pool, role, List.of(in), seed % 2 == 0);
            CloseInfo parts = receive(pool, role, Splits.random(in, 40, random), seed % 2 == 0);
            assertThat(parts).isEqualTo(whole);
            if (whole != null) {
                broken++;
                assertThat(whole.code()).isIn(CloseCode.INVALID_DATA, CloseCode.TOO_BIG, CloseCode.POLICY_VIOLATION);
            }
        }
        assertThat(broken).isBetween(5000, 9999);
        assertThat(System.nanoTime() - start).isLessThan(60_000_000_000L);
        pool.close();
        assertThat(pool.inflaterCounts().ended())
                .isEqualTo(pool.inflaterCounts().created());
        assertThat(pool.inflaterCounts().created()).isLessThan(10);
    }

    private static CloseInfo receive(ZlibPool pool, Role role, List<byte[]> parts, boolean takesOver) {
        Direction both = new Direction(takesOver, 15);
        Side side = new Side(role, new ProtocolLimits(20_000, 50, 100), new DeflateExtension(pool, 1, both, both));
        side.receive(parts);
        CloseInfo info = side.protocol.closeInfo();
        side.protocol.lost("done");
        return info;
    }

    private static byte[] stream(ZlibPool pool, Samples samples, boolean takesOver, int windowBits) {
        byte[] payload = samples.any(3000);
        if (samples.random().nextInt(4) == 0) {
            return Frames.concat(Deflate.finished(payload), Deflate.deflated(samples.chat()));
        }
        Extension.Encoder encoder = Deflate.extension(pool, true, windowBits).encoder();
        byte[] encoded = encoder.encode(Message.binary(Frames.concat(payload, "!".getBytes(ISO_8859_1))))
                .payload();
        encoder.close();
        return encoded;
    }

    private static byte[] damage(byte[] bytes, byte[] other, Random random) {
        if (bytes.length == 0) {
            return bytes;
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 3 -> {
                byte[] more = new byte[random.nextInt(20)];
                random.nextBytes(more);
                return Frames.concat(Arrays.copyOf(bytes, at), more, Arrays.copyOfRange(bytes, at, bytes.length));
            }
            case 4 -> {
                return Frames.concat(
                        Arrays.copyOf(bytes, at),
                        Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length));
            }
            default -> {
                int to = at + random.nextInt(bytes.length - at);
                return Frames.concat(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, bytes.length));
            }
        }
        return bytes;
    }
}
