package io.websock.protocol;

import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.header;
import static io.websock.testkit.Frames.hex;

import io.websock.api.Message;
import io.websock.testkit.Exchange;
import io.websock.testkit.RecordingReceiver;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §5.2. */
class BaseFramingTest {
    private static final byte[] NOTHING = {};

    static IntStream octets() {
        return IntStream.range(0, 256);
    }

    /** What each first byte gets where no message has begun; null for a legal one. */
    private static String refusalOfFirst(int octet) {
        if ((octet & 0x70) != 0) {
            return "reserved bit is set";
        }
        return switch (octet & 0x0F) {
            case 0x0 -> "continuation without a message to continue";
            case 0x1, 0x2 -> null;
            case 0x8, 0x9, 0xA -> octet < 0x80 ? "control frame is fragmented" : null;
            default -> "opcode is reserved";
        };
    }

    /** The same inside a fragmented message. */
    private static String refusalOfNext(int octet) {
        return switch (octet) {
            case 0x00, 0x80 -> null;
            case 0x01, 0x81, 0x02, 0x82 -> "new message inside a fragmented one";
            default -> refusalOfFirst(octet);
        };
    }

    @ParameterizedTest
    @MethodSource("octets")
    void eachFirstByteIsLegalOrRefusedAtOnce(int octet) {
        byte[] first = {(byte) octet};
        if (refusalOfFirst(octet) != null) {
            Exchange.of(first).breaks(1002, refusalOfFirst(octet));
        } else {
            Exchange.of(first).answers(NOTHING);
        }
    }

    @ParameterizedTest
    @MethodSource("octets")
    void eachFirstByteInsideAMessageIsLegalOrRefusedAtOnce(int octet) {
        byte[] next = {(byte) octet};
        if (refusalOfNext(octet) != null) {
            Exchange.of(hex("02 01 aa"), next).breaks(1002, refusalOfNext(octet));
        } else {
            Exchange.of(hex("02 01 aa"), next).answers(NOTHING);
        }
    }

    @Test
    void aReservedOpcodeIsRefusedBeforeItsPayloadAndBehindWhatWasValid() {
        Exchange.of("89 01 2a 81 02 6869 83").breaks(1002, "opcode is reserved", frame(0x8A, "*"), "text hi");
    }

    @ParameterizedTest
    @CsvSource({"0, 7", "1, 7", "125, 7", "126, 16", "127, 16", "65535, 16", "65536, 64", "65537, 64"})
    void lengthsInTheirShortestFormAreRead(int length, int form) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        Exchange.of(header(0x82, length, form), payload)
                .with(new ProtocolLimits(65537, 50, 100))
                .answers(NOTHING, RecordingReceiver.event(Message.binary(payload)));
    }

    static Stream<byte[]> tooLongForms() {
        return Stream.of(
                        IntStream.range(0, 126).mapToObj(length -> header(0x82, length, 16)),
                        // Six zeros prove it.
                        IntStream.of(0, 1, 125, 126, 127, 128, 255, 256, 32767, 32768, 65535)
                                .mapToObj(length -> Arrays.copyOf(header(0x82, length, 64), 8)))
                .flatMap(headers -> headers);
    }

    @ParameterizedTest
    @MethodSource("tooLongForms")
    void aLengthNotInItsShortestFormIsRefused(byte[] header) {
        // The masking key, which follows, is not awaited.
        byte[] masked = header.clone();
        masked[1] |= (byte) 0x80;
        Exchange.of(header).asIsTo(Role.CLIENT).breaks(1002, "length is not in its shortest form");
        Exchange.of(masked).asIsTo(Role.SERVER).breaks(1002, "length is not in its shortest form");
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "ff", "81"})
    void a64BitLengthWithItsTopBitSetIsRefusedAtThatBit(String top) {
        Exchange.of("82 7f" + top).breaks(1002, "64-bit length has its top bit set");
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                65537,
                1L << 31,
                (1L << 31) - 1,
                1L << 32,
                (1L << 32) + 5,
                1L << 33,
                1L << 62,
                Long.MAX_VALUE - 1,
                Long.MAX_VALUE
            })
    void aLengthOverTheLimitIsRefusedFromTheHeader(long length) {
        Exchange.of(header(0x81, length)).breaks(1009, "message exceeds websocket.limits.max-message-size=64KB");
        Exchange.of(concat(frame(0x02, "a"), header(0x00, length)))
                .breaks(1009, "message exceeds websocket.limits.max-message-size=64KB");
    }

    @Test
    void theReservedBitComesBeforeTheOpcodeAndTheOpcodeBeforeTheLength() {
        Exchange.of("f3").breaks(1002, "reserved bit is set");
        Exchange.of("03").breaks(1002, "opcode is reserved");
        Exchange.of("09").breaks(1002, "control frame is fragmented");
    }
}
