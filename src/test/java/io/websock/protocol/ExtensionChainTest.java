package io.websock.protocol;

import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.Message;
import io.websock.api.SendResult;
import io.websock.testkit.Exchange;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import io.websock.testkit.XorExtension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 6455 §9.1: several extensions in one connection, and when each of them is closed. */
class ExtensionChainTest {
    private static final byte[] NOTHING = {};

    /**
     * Puts its letter in front of each payload that does not begin with a dot, and owns some reserved bits; writes down what is done to
     * it.
     */
    private record Prefix(char letter, int reservedBits, boolean keepsContext, List<String> log) implements Extension {
        @Override
        public Encoder encoder() {
            return new Encoder() {
                @Override
                public boolean keepsContext() {
                    return keepsContext;
                }

                @Override
                public Encoded encode(Message message) {
                    byte[] payload = message.payload();
                    return payload[0] == '.' || !message.isCompressible()
                            ? null
                            : new Encoded(reservedBits & 0x50, Frames.concat(new byte[] {(byte) letter}, payload));
                }

                @Override
                public void releaseUnused() {
                    log.add(letter + " released");
                }

                @Override
                public void close() {
                    log.add(letter + " encoder closed");
                }
            };
        }

        @Override
        public Decoder decoder() {
            return new Decoder() {
                private boolean begun;

                @Override
                public boolean keepsContext() {
                    return keepsContext;
                }

                @Override
                public void decode(int reservedBits, byte[] part, int from, int to, boolean last, Output out)
                        throws ViolationException {
                    assertThat(reservedBits).isNotZero().isEqualTo(reservedBits & Prefix.this.reservedBits);
                    if (to > from && !begun && part[from] != letter) {
                        throw new ViolationException(Violation.UTF8_INVALID);
                    }
                    out.append(part, begun ? from : Math.min(from + 1, to), to);
                    begun = !last && (begun || to > from);
                }

                @Override
                public void close() {
                    log.add(letter + " decoder closed");
                }
            };
        }
    }

    private final List<String> log = new ArrayList<>();
    private final Extension chain =
            ExtensionChain.of(List.of(new Prefix('a', 0x60, false, log), new Prefix('b', 0x10, true, log)));

    @Test
    void noneAndOneNeedNoChain() {
        Extension one = new XorExtension(0x40);
        assertThat(ExtensionChain.of(List.of())).isNull();
        assertThat(ExtensionChain.of(List.of(one))).isSameAs(one);
        assertThat(chain.reservedBits()).isEqualTo(0x70);
    }

    @Test
    void whatIsReceivedPassesThemInReverseOrder() {
        Exchange.of(
                        frame(0xF2, "ba12"),
                        frame(0xD1, "bax"),
                        frame(0xC1, "ax"),
                        frame(0x91, "bx"),
                        frame(0x81, "x"),
                        frame(0x32, "b"),
                        frame(0x00, NOTHING),
                        frame(0x00, "a1"),
                        frame(0x80, "2"))
                .with(chain)
                .answers(NOTHING, "binary 3132", "text x", "text x", "text x", "text x", "binary 3132");
    }

    @Test
    void aBrokenRuleInAnyOfThemFailsTheConnection() {
        Exchange.of(frame(0xC1, "b")).with(chain).breaks(1007, "text is not UTF-8");
        Exchange.of(frame(0x51, "b"), frame(0x00, "b")).with(chain).breaks(1007, "text is not UTF-8");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSentPassesThemInOrder(Role role) {
        Side side = new Side(role, ProtocolLimits.DEFAULT, chain);
        side.outbound.offer(Message.text("x"));
        side.outbound.offer(Message.text(".x"));
        side.outbound.offer(Message.text("y").uncompressed());
        assertThat(Frames.hex(side.send()))
                .isEqualTo(Frames.hex(
                        Frames.from(role, Frames.concat(frame(0xD1, "bax"), frame(0x81, ".x"), frame(0x81, "y")))));
    }

    @Test
    void whatOneMakesOfASecretIsOneForTheNext() {
        Extension secretive = ExtensionChain.of(List.of(new XorExtension(0x20), new Prefix('b', 0x10, false, log)));
        Side side = new Side(Role.SERVER, ProtocolLimits.DEFAULT, secretive);
        side.outbound.offer(Message.binary(hex("0102")).uncompressed());
        side.outbound.offer(Message.binary(hex("0102")));
        assertThat(Frames.hex(side.send())).isEqualTo("a202fefd" + "b20362fefd");
    }

    /** The first may refer to that message from now on; the peer cannot. */
    @Test
    void aFaultOfOneEndsAConnectionThatKeepsContext() {
        Extension faulty = new Extension() {
            @Override
            public int reservedBits() {
                return RSV2;
            }

            @Override
            public Encoder encoder() {
                return message -> {
                    throw new IllegalStateException("a fault");
                };
            }

            @Override
            public Decoder decoder() {
                return (reservedBits, part, from, to, last, out) -> {};
            }
        };
        Extension chain = ExtensionChain.of(List.of(new Prefix('a', 0x40, true, log), faulty));
        Side side = new Side(Role.SERVER, ProtocolLimits.DEFAULT, chain);
        assertThatThrownBy(() -> side.outbound.offer(Message.text("x"))).hasMessage("a fault");
        assertThat(side.outbound.offer(Message.text("y"))).isEqualTo(SendResult.CLOSED);
        assertThat(Frames.hex(side.send())).isEqualTo("880203f3");
        assertThat(log).containsExactly("a encoder closed");
    }

    @Test
    void oneThatKeepsContextMakesTheChainKeepIt() {
        assertThat(chain.encoder().keepsContext()).isTrue();
        assertThat(chain.decoder().keepsContext()).isTrue();
        Extension free = ExtensionChain.of(List.of(new XorExtension(0x40), new XorExtension(0x20)));
        assertThat(free.encoder().keepsContext()).isFalse();
        assertThat(free.decoder().keepsContext()).isFalse();
    }

    @Test
    void aDecoderWithoutContextIsClosedAfterEachMessage() {
        Side side = new Side(Role.CLIENT, ProtocolLimits.DEFAULT, new Prefix('a', 0x40, false, log));
        side.receiveFrames(frame(0x41, "a1"));
        assertThat(log).isEmpty();
        side.receiveFrames(frame(0x80, "2"));
        assertThat(log).containsExactly("a decoder closed");
        side.receiveFrames(frame(0xC1, "a12"), frame(0x81, "12"));
        assertThat(log).containsExactly("a decoder closed", "a decoder closed");
        side.protocol.lost("gone");
        assertThat(log).containsExactly("a decoder closed", "a decoder closed", "a encoder closed");
        assertThat(side.received.take()).containsExactly("text 12", "text 12", "text 12");
    }

    @Test
    void withoutAnEncodedMessageThereIsNoDecoder() {
        Side side = new Side(Role.CLIENT, ProtocolLimits.DEFAULT, chain);
        side.receiveFrames(frame(0x81, "1"), hex("88 00"));
        assertThat(log).isEmpty();
    }

    @Test
    void unusedStateIsReleasedWhileTheConnectionIsOpen() {
        Side side = new Side(Role.SERVER, ProtocolLimits.DEFAULT, chain);
        side.outbound.releaseUnused();
        assertThat(log).containsExactly("a released", "b released");
        side.outbound.close(1000, "");
        log.clear();
        side.outbound.releaseUnused();
        assertThat(log).isEmpty();
        new Side(Role.SERVER).outbound.releaseUnused();
    }

    /** The ways in which a connection can end, after which nothing is left of its extensions. */
    private enum End {
        CLOSED_BY_PEER("88 02 03e8"),
        VIOLATION("83"),
        VIOLATION_IN_THE_CHAIN("c1 01 62"),
        VIOLATION_INSIDE_A_MESSAGE("41 01 61 83"),
        CLOSED_INSIDE_A_MESSAGE("51 01 62 88 00"),
        LOST(""),
        LOST_INSIDE_A_MESSAGE("51 01 62"),
        ABORTED(""),
        CLOSED_BY_US(""),
        OVERFLOW("");

        final byte[] in;

        End(String in) {
            this.in = hex(in);
        }

        void happenTo(Side side) {
            side.receiveFrames(in);
            switch (this) {
                case LOST, LOST_INSIDE_A_MESSAGE -> side.protocol.lost("gone");
                case ABORTED -> side.protocol.abort("enough");
                case CLOSED_BY_US -> {
                    side.outbound.close(1000, "");
                    side.receiveFrames(hex("88 02 03e8"));
                }
                case OVERFLOW -> {
                    byte[] much = new byte[(int) Side.MAX_QUEUE];
                    Arrays.fill(much, (byte) '.');
                    side.outbound.offer(Message.binary(much));
                    side.outbound.offer(Message.text("x"));
                    side.protocol.abort("too slow");
                }
                default -> side.protocol.finish();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachPartIsClosedOnceHoweverTheConnectionEnds(End end) {
        for (Role role : Role.values()) {
            Side side = new Side(role, ProtocolLimits.DEFAULT, chain);
            side.outbound.offer(Message.text("x"));
            side.receiveFrames(frame(0xD1, "bax"));
            assertThat(log).isEmpty();
            end.happenTo(side);
            assertThat(log)
                    .containsExactlyInAnyOrder(
                            "a encoder closed", "b encoder closed", "a decoder closed", "b decoder closed");
            side.protocol.finish();
            side.protocol.lost("gone");
            side.protocol.abort("twice");
            side.outbound.close(1000, "");
            side.outbound.abort();
            side.protocol.receive(ByteBuffer.wrap(hex("81 00")), 0);
            assertThat(log).hasSize(4);
            log.clear();
        }
    }
}
