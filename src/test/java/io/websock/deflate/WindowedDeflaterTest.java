package io.websock.deflate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.deflate.DeflateExtension.Direction;
import io.websock.protocol.Extension;
import io.websock.protocol.Extension.Encoder;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692 §7.2.1: what is sent, inflated by others than ours: by the JDK, and by one with the very window that was agreed on. */
class WindowedDeflaterTest {
    private static final ZlibPool POOL = new ZlibPool(6, 4);

    private static Encoder encoder(boolean takesOver, int windowBits) {
        return Deflate.extension(POOL, takesOver, windowBits).encoder();
    }

    private static byte[] encode(Encoder encoder, byte[] payload) {
        Extension.Encoded encoded = encoder.encode(Message.binary(payload));
        return encoded == null ? null : encoded.payload();
    }

    private static byte[] inflate(Inflater inflater, byte[] payload) throws DataFormatException {
        inflater.setInput(Frames.concat(payload, Frames.hex("0000ffff")));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        for (int count = inflater.inflate(buffer); count > 0; count = inflater.inflate(buffer)) {
            out.write(buffer, 0, count);
        }
        return out.toByteArray();
    }

    /** What there is to refer back to, and at what distances. */
    private static List<byte[]> payloads() {
        Samples samples = new Samples(10);
        List<byte[]> payloads = new ArrayList<>();
        for (int period : new int[] {1, 200, 256, 257, 300, 1000, 4095, 4097, 9000, 16_384, 32_000, 32_768, 33_000}) {
            payloads.add(samples.repeated(period, 5 * period / 2 + 300));
        }
        for (int size : new int[] {1, 2, 255, 256, 257, 511, 512, 513, 1000, 16_384, 16_385, 40_000, 70_000}) {
            payloads.add(samples.json(size));
            payloads.add(samples.noise(size));
        }
        payloads.add(samples.chat());
        payloads.add(samples.chat());
        return payloads;
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
    void nothingIsReferredToBeyondTheWindow(int windowBits) {
        Encoder takeover = encoder(true, windowBits);
        ReferenceInflater reading = new ReferenceInflater(windowBits);
        for (byte[] payload : payloads()) {
            assertThat(reading.message(encode(takeover, payload))).isEqualTo(payload);
        }
        assertThat(reading.farthest).isBetween((1 << windowBits) / 2, 1 << windowBits);
        takeover.close();

        Encoder shared = encoder(false, windowBits);
        for (byte[] payload : payloads()) {
            byte[] encoded = encode(shared, payload);
            if (encoded != null) {
                reading.forget();
                assertThat(reading.message(encoded)).isEqualTo(payload);
            }
        }
    }

    @Test
    void aMessageRefersToThoseBeforeItIfThatIsAgreed() throws DataFormatException {
        byte[] payload = new Samples(11).json(1024);
        Encoder takeover = encoder(true, 15);
        Inflater inflater = new Inflater(true);
        int first = 0;
        for (int i = 0; i < 50; i++) {
            byte[] encoded = encode(takeover, payload);
            assertThat(inflate(inflater, encoded)).isEqualTo(payload);
            first = i == 0 ? encoded.length : first;
            assertThat(encoded.length).isLessThan(i == 0 ? payload.length : first / 10);
        }
        inflater.end();
        takeover.close();

        Encoder shared = encoder(false, 15);
        byte[] once = encode(shared, payload);
        assertThat(encode(shared, payload)).isEqualTo(once).hasSize(first);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 15})
    void whatWasNotUsedIsReleasedAndTheNextMessageBeginsAnew(int windowBits) {
        ZlibPool pool = new ZlibPool(6, 0);
        byte[] payload = new Samples(12).json(700);
        Encoder takeover = Deflate.extension(pool, true, windowBits).encoder();
        ReferenceInflater reading = new ReferenceInflater(windowBits);
        takeover.releaseUnused();
        byte[] first = encode(takeover, payload);
        takeover.releaseUnused();
        assertThat(pool.deflaterCounts()).isEqualTo(new ZlibPool.Counts(1, 0));
        byte[] second = encode(takeover, payload);
        takeover.releaseUnused();
        assertThat(pool.deflaterCounts()).isEqualTo(new ZlibPool.Counts(1, 0));
        takeover.releaseUnused();
        assertThat(pool.deflaterCounts()).isEqualTo(new ZlibPool.Counts(1, 1));
        takeover.releaseUnused();
        byte[] third = encode(takeover, payload);
        assertThat(third).isEqualTo(first);
        for (byte[] encoded : List.of(first, second, third)) {
            assertThat(reading.message(encoded)).isEqualTo(payload);
        }
        takeover.close();
        assertThat(pool.deflaterCounts()).isEqualTo(new ZlibPool.Counts(2, 2));
    }

    @Test
    void whatWouldNotBecomeSmallerGoesOutPlainUnlessItMayBeReferredTo() {
        Samples samples = new Samples(13);
        Encoder shared = encoder(false, 15);
        Encoder takeover = encoder(true, 15);
        for (int size : new int[] {1, 2, 3, 10, 300, 20_000, 100_000}) {
            byte[] noise = samples.noise(size);
            assertThat(shared.encode(Message.binary(noise))).isNull();
            assertThat(encode(takeover, noise).length).isLessThan(size + size / 1000 + 20);
        }
        takeover.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10, 15})
    void evenNoiseIsWithinTheSlackThatWeGiveOurPeers(int windowBits) {
        Encoder takeover = encoder(true, windowBits);
        for (int size : new int[] {1, 256, 10_000}) {
            assertThat(encode(takeover, new Samples(14).noise(size)).length).isLessThan(size + size / 8 + 64);
        }
        takeover.close();
    }

    @ParameterizedTest
    @EnumSource
    void theExamplesOfTheRfcAreWhatIsSent(Role role) {
        // It would be longer, and goes out plain if nothing can refer to it.
        assertThat(sent(role, false, Message.text("Hello")))
                .isEqualTo(Frames.hex(Frames.from(role, Frames.text("Hello"))));
        assertThat(sent(role, true, Message.text("Hello"), Message.text("Hello")))
                .isEqualTo(
                        Frames.hex(Frames.from(role, Frames.hex("c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00"))));
    }

    private static String sent(Role role, boolean takesOver, Message... messages) {
        Side side = new Side(role, ProtocolLimits.DEFAULT, Deflate.extension(POOL, takesOver, 15));
        for (Message message : messages) {
            side.outbound.offer(message);
        }
        byte[] sent = side.send();
        side.protocol.lost("gone");
        return Frames.hex(sent);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shortAndEmptyMessagesGoOutPlain(boolean takesOver) {
        Direction both = new Direction(takesOver, 15);
        Encoder encoder = new DeflateExtension(POOL, 100, both, both).encoder();
        assertThat(encoder.encode(Message.text("a".repeat(99)))).isNull();
        assertThat(encoder.encode(Message.text("a".repeat(100)))).isNotNull();
        encoder.close();
        Encoder all = encoder(takesOver, 15);
        assertThat(all.encode(Message.text(""))).isNull();
        assertThat(all.keepsContext()).isEqualTo(takesOver);
        all.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSecretGoesOutPlainAndIsNeverReferredTo(boolean takesOver) {
        String secret = "token=" + "0123456789abcdef".repeat(10);
        Message message = Message.text(secret).uncompressed();
        Encoder encoder = encoder(takesOver, 15);
        Encoder other = encoder(takesOver, 15);
        assertThat(encoder.encode(message)).isNull();
        // What follows is as long as on a connection that has not seen it.
        assertThat(encode(encoder, secret.getBytes(UTF_8))).isEqualTo(encode(other, secret.getBytes(UTF_8)));
        assertThat(message.isCompressible()).isFalse();
        assertThat(message.text()).isEqualTo(secret);
        assertThat(message.isText()).isTrue();
        encoder.close();
        other.close();
    }
}
