package io.websock.protocol;

import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.header;
import static io.websock.testkit.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.testkit.Exchange;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import io.websock.testkit.XorExtension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §9.2 and §5.2: reserved bits and the seam for what owns them, by an extension that flips all bits. */
class ExtensionTest {
    private static final byte[] NOTHING = {};
    private static final String TOO_BIG = "message exceeds websocket.limits.max-message-size=";

    private static ProtocolLimits limit(int size) {
        return new ProtocolLimits(size, 50, 100);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x40, 0x20, 0x10, 0x60})
    void messagesWithItsBitAreDecodedAndOthersAreNot(int bits) {
        Exchange.of(
                        frame(0x82 | bits, hex("fefdfc")),
                        frame(0x82, hex("fefdfc")),
                        frame(0x02 | bits, hex("fefd")),
                        hex("89 01 2a"),
                        frame(0x00, NOTHING),
                        frame(0x80, hex("fc")),
                        frame(0x02, hex("fe")),
                        frame(0x80, hex("fd")),
                        frame(0x81 | bits, hex("3c5b9e")),
                        frame(0x81 | bits, NOTHING))
                .with(new XorExtension(bits))
                .answers(
                        hex("8a 01 2a"),
                        "binary 010203",
                        "binary fefdfc",
                        "binary 010203",
                        "binary fefd",
                        "text äa",
                        "text ");
    }

    @ParameterizedTest
    @EnumSource
    void messagesAreEncodedWithItsBits(Role role) {
        for (int bits : new int[] {0x40, 0x20, 0x60}) {
            Side side = new Side(role, ProtocolLimits.DEFAULT, new XorExtension(bits));
            Message message = Message.text("ab");
            side.outbound.offer(message);
            side.outbound.offer(Message.binary(hex("0102")));
            side.outbound.offer(Message.binary(hex("07")));
            side.outbound.ping();
            side.outbound.close(1000, "");
            assertThat(Frames.hex(side.send()))
                    .isEqualTo(Frames.hex(Frames.from(
                            role,
                            Frames.concat(
                                    hex("89 00"),
                                    frame(0x81 | bits, hex("9e9d")),
                                    frame(0x82 | bits, hex("fefd")),
                                    hex("82 01 07 88 02 03e8")))));
            assertThat(message.text()).isEqualTo("ab");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x40, 0x20, 0x10})
    void aBitIsLegalOnTheFirstFrameOfAMessageAndIfItIsOwned(int owned) {
        for (int first = 0x80; first < 0x100; first++) {
            int bits = first & 0x70;
            int opcode = first & 0x0F;
            Exchange exchange = Exchange.of(new byte[] {(byte) first}).with(new XorExtension(owned));
            if (bits == owned && (opcode == 1 || opcode == 2)) {
                exchange.answers(NOTHING);
            } else if (bits == owned && opcode > 2 && opcode < 8) {
                exchange.breaks(1002, "opcode is reserved");
            } else if (bits != 0) {
                exchange.breaks(1002, "reserved bit is set");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"40", "c0", "c8", "c9", "ca"})
    void itsBitOnAContinuationOrAControlFrameIsRefused(String first) {
        Exchange.of("41 01 9e" + first).with(new XorExtension(0x40)).breaks(1002, "reserved bit is set");
    }

    @Test
    void withoutAnExtensionAMessageIsNotTakenForAnEncodedOne() {
        Exchange.of("c1").breaks(1002, "reserved bit is set");
    }

    @Test
    void aViolationThatItThrowsFailsTheConnection() {
        Exchange.of("c2 7e 1000 fe 00").with(new XorExtension(0x40)).breaks(1007, XorExtension.CORRUPT);
        Exchange.of("81 01 61 42 01 fe 89 00 00 05 fe 00")
                .with(new XorExtension(0x40))
                .breaks(1007, XorExtension.CORRUPT, hex("8a 00"), "text a");
    }

    @Test
    void decodedTextIsCheckedAtTheFirstBadByte() {
        Exchange.of("c1 05 9e 7f").with(new XorExtension(0x40)).breaks(1007, "text is not UTF-8");
        Exchange.of("c1 02 9e 3c").with(new XorExtension(0x40)).breaks(1007, "text is not UTF-8");
        Exchange.of("41 02 9e 3c 80 01 5b").with(new XorExtension(0x40)).answers(NOTHING, "text aä");
    }

    @Test
    void theDecodedSizeIsLimitedExactly() {
        // Each byte becomes ten.
        XorExtension bomb = new XorExtension(0x40, 10);
        Exchange.of("c2 02 fefd")
                .with(bomb)
                .with(limit(20))
                .answers(NOTHING, "binary " + "01".repeat(10) + "02".repeat(10));
        Exchange.of("c2 02 fefd").with(bomb).with(limit(19)).breaks(1009, TOO_BIG + "19B");
        Exchange.of("42 01 fe 00 01 fd 00 10 fc").with(bomb).with(limit(20)).breaks(1009, TOO_BIG + "20B");
        Exchange.of("42 01 fe 00 01 fd 80 00")
                .with(bomb)
                .with(limit(20))
                .answers(NOTHING, "binary " + "01".repeat(10) + "02".repeat(10));
    }

    @Test
    void whatIsDeclaredMayBeALittleLongerThanTheLimit() {
        XorExtension plain = new XorExtension(0x40);
        // 800 + 800 / 8 + 64
        Exchange.of(header(0xC2, 964)).with(plain).with(limit(800)).answers(NOTHING);
        Exchange.of(header(0xC2, 965)).with(plain).with(limit(800)).breaks(1009, TOO_BIG + "800B");
        Exchange.of(frame(0x42, "x"), header(0x00, 963))
                .with(plain)
                .with(limit(800))
                .answers(NOTHING);
        Exchange.of(frame(0x42, "x"), header(0x00, 964))
                .with(plain)
                .with(limit(800))
                .breaks(1009, TOO_BIG + "800B");
        Exchange.of(header(0xC2, 65)).with(plain).with(limit(0)).breaks(1009, TOO_BIG + "0B");
        Exchange.of("c2 40 ff").with(plain).with(limit(0)).breaks(1009, TOO_BIG + "0B");
        // A message that is not encoded has no slack.
        Exchange.of(header(0x82, 801)).with(plain).with(limit(800)).breaks(1009, TOO_BIG + "800B");
        Exchange.of(header(0xC2, Long.MAX_VALUE))
                .with(plain)
                .with(limit(Integer.MAX_VALUE))
                .breaks(1009, TOO_BIG + "2147483647B");
    }

    /** The contract of {@link Extension.Decoder#decode}: all bytes once and in order, and {@code last} once and at the end. */
    @ParameterizedTest
    @EnumSource
    void isToldOfTheLastPartOfEachMessageOnce(Role role) {
        List<Boolean> lasts = new ArrayList<>();
        List<Byte> bytes = new ArrayList<>();
        Extension recording = new Extension() {
            @Override
            public int reservedBits() {
                return 0x40;
            }

            @Override
            public Encoder encoder() {
                return new XorExtension(0x40).encoder();
            }

            @Override
            public Decoder decoder() {
                return (reservedBits, part, from, to, last, out) -> {
                    assertThat(reservedBits).isEqualTo(0x40);
                    for (int i = from; i < to; i++) {
                        bytes.add(part[i]);
                    }
                    lasts.add(last);
                };
            }
        };
        byte[] in = Frames.to(role, hex("42 02 0102 00 00 80 03 030405"));
        for (int most = 0; most < in.length; most++) {
            lasts.clear();
            bytes.clear();
            Side side = new Side(role, limit(0), recording);
            for (int at = 0; at < in.length; at += most + 1) {
                side.receive(Arrays.copyOfRange(in, at, Math.min(in.length, at + most + 1)));
                side.receive(NOTHING);
            }
            assertThat(bytes).containsExactly((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5);
            assertThat(lasts).endsWith(true).containsOnlyOnce(true);
            assertThat(side.received.take()).containsExactly("binary ");
        }
    }

    @Test
    void aCloseInsideAnEncodedMessageIsLegal() {
        Exchange.of("41 02 9e3c 88 02 03e8").with(new XorExtension(0x40)).closes(hex("88 02 03e8"));
    }
}
