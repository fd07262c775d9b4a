package io.websock.protocol;

import static io.websock.testkit.Frames.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.websock.api.Message;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a receiver may do, and what it sees of the buffers. */
class ReceiverTest {

    @ParameterizedTest
    @EnumSource
    void stopsAfterAMessageAndGoesOnLater(Role role) {
        Side side = new Side(role);
        side.received.stopAfterEachMessage(true);
        byte[] first = Frames.to(role, hex("01 01 61 89 01 07 80 01 62"));
        byte[] second = Frames.to(role, hex("8a 01 08 82 00"));
        byte[] rest = Frames.to(role, hex("89 01 09 88 00 81 01 63"));
        ByteBuffer in = ByteBuffer.wrap(Frames.concat(first, second, rest));

        side.protocol.receive(in, 0);
        assertThat(side.received.take()).containsExactly("text ab");
        assertThat(in.position()).isEqualTo(first.length);

        side.protocol.receive(in, 0);
        assertThat(side.received.take()).containsExactly("pong 08", "binary ");
        assertThat(in.position()).isEqualTo(first.length + second.length);

        side.protocol.receive(in, 0);
        assertThat(side.received.take()).containsExactly("end");
        assertThat(in.hasRemaining()).isFalse();
        side.protocol.finish();
        assertThat(side.send()).isEqualTo(Frames.from(role, hex("8a 01 07 8a 01 09 88 00")));
    }

    @ParameterizedTest
    @EnumSource
    void mayStopAtTheEndOfTheBuffer(Role role) {
        Side side = new Side(role);
        side.received.stopAfterEachMessage(true);
        side.receiveFrames(hex("81 01 61"));
        side.receive(new byte[0]);
        side.receiveFrames(hex("81 01 62"));
        assertThat(side.received.take()).containsExactly("text a", "text b");
    }

    @ParameterizedTest
    @EnumSource
    void mayGiveThePeerUpInsideACall(Role role) {
        OutboundQueue outbound = new OutboundQueue(new Sending(role, 1000, () -> Frames.KEY), null);
        class Leaving implements Receiver {
            Protocol protocol;
            int calls;

            @Override
            public boolean onMessage(Message message) {
                calls++;
                protocol.abort("enough");
                return true;
            }

            @Override
            public void onPong(byte[] payload) {
                throw new AssertionError();
            }

            @Override
            public void onEnd() {
                throw new AssertionError();
            }
        }
        Leaving receiver = new Leaving();
        receiver.protocol = new Protocol(role, ProtocolLimits.DEFAULT, null, receiver, outbound, 0);
        ByteBuffer in = ByteBuffer.wrap(Frames.to(role, hex("81 01 61 81 01 62 8a 00 83")));
        receiver.protocol.receive(in, 0);
        assertThat(receiver.calls).isEqualTo(1);
        assertThat(in.hasRemaining()).isFalse();
        assertThat(receiver.protocol.closeInfo().reason()).isEqualTo("enough");
    }

    @ParameterizedTest
    @EnumSource
    void mayThrowAndTheNextMessageIsWhole(Role role) {
        OutboundQueue outbound = new OutboundQueue(new Sending(role, 1000, () -> Frames.KEY), null);
        StringBuilder seen = new StringBuilder();
        Receiver receiver = new Receiver() {
            @Override
            public boolean onMessage(Message message) {
                seen.append(message.text()).append(';');
                if (message.size() == 2) {
                    throw new IllegalStateException("on purpose");
                }
                return true;
            }

            @Override
            public void onPong(byte[] payload) {}

            @Override
            public void onEnd() {}
        };
        Protocol protocol = new Protocol(role, ProtocolLimits.DEFAULT, null, receiver, outbound, 0);
        ByteBuffer in = ByteBuffer.wrap(Frames.to(role, hex("01 01 61 80 01 62 81 01 63")));
        assertThatIllegalStateException().isThrownBy(() -> protocol.receive(in, 0));
        protocol.receive(in, 0);
        assertThat(seen).hasToString("ab;c;");
    }

    @Test
    void directAndReadOnlyBuffersAreReadFromTheirPosition() {
        byte[] bytes = Frames.masked(hex("81 02 c3a4 89 01 07"));
        for (ByteBuffer in : new ByteBuffer[] {
            ByteBuffer.allocateDirect(100), ByteBuffer.allocate(100),
        }) {
            Side side = new Side(Role.SERVER);
            in.position(5).put(bytes).limit(5 + bytes.length).position(5);
            side.protocol.receive(in.isDirect() ? in : in.asReadOnlyBuffer(), 0);
            assertThat(side.received.take()).containsExactly("text ä");
            assertThat(side.send()).isEqualTo(hex("8a 01 07"));
        }
    }
}
