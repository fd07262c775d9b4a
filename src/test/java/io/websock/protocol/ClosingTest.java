package io.websock.protocol;

import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.from;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.CloseInfo;
import io.websock.api.CloseInfo.Initiator;
import io.websock.api.Message;
import io.websock.testkit.Frames;
import io.websock.testkit.Side;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 6455 §7: who begins to close, who follows, and what is left of it. */
class ClosingTest {
    private static final String RESERVED_BIT = "reserved bit is set";

    @ParameterizedTest
    @EnumSource
    void thePeerClosesAndWeFollow(Role role) {
        Side side = new Side(role);
        assertThat(side.protocol.closeInfo()).isNull();
        assertThat(side.protocol.hasEnded()).isFalse();
        side.receiveFrames(close(3000, "you"));
        assertThat(side.received.take()).containsExactly("end");
        assertThat(side.protocol.hasEnded()).isTrue();
        // Replies to earlier messages go first, whenever they come.
        assertThat(side.send()).isEmpty();
        side.outbound.offer(Message.text("reply"));
        side.protocol.finish();
        side.protocol.finish();
        assertThat(side.send()).isEqualTo(from(role, concat(text("reply"), close(3000, ""))));
        side.protocol.lost("end of stream");
        assertThat(side.protocol.closeInfo()).isEqualTo(new CloseInfo(3000, "you", Initiator.PEER, true));
        side.received.assertExhausted();
    }

    @ParameterizedTest
    @EnumSource
    void weCloseAndThePeerFollows(Role role) {
        Side side = new Side(role);
        side.outbound.close(1001, "bye");
        assertThat(side.send()).isEqualTo(from(role, close(1001, "bye")));
        // Until the peer has closed, what it sends is received, and pings get no answer.
        side.receiveFrames(text("late"), Frames.ping(), Frames.pong((byte) 1));
        assertThat(side.received.take()).containsExactly("text late", "pong 01");
        assertThat(side.protocol.hasEnded()).isFalse();
        side.receiveFrames(close(1001, "answer"));
        assertThat(side.received.take()).containsExactly("end");
        side.protocol.finish();
        assertThat(side.send()).isEmpty();
        side.protocol.lost("end of stream");
        assertThat(side.protocol.closeInfo()).isEqualTo(new CloseInfo(1001, "bye", Initiator.LOCAL, true));
    }

    @ParameterizedTest
    @EnumSource
    void bothCloseAtOnce(Role role) {
        Side side = new Side(role);
        side.outbound.close(1001, "bye");
        side.receiveFrames(close(1000, "crossing"));
        side.protocol.finish();
        assertThat(side.send()).isEqualTo(from(role, close(1001, "bye")));
        side.protocol.lost("end of stream");
        assertThat(side.protocol.closeInfo()).isEqualTo(new CloseInfo(1001, "bye", Initiator.LOCAL, true));
    }

    @ParameterizedTest
    @EnumSource
    void anOverflowIsOurClose(Role role) {
        Side side = new Side(role);
        side.outbound.offer(Message.wrap(false, new byte[(int) Side.MAX_QUEUE]));
        side.outbound.offer(Message.text("too much"));
        side.receiveFrames(close(1000, ""));
        assertThat(side.protocol.closeInfo())
                .isEqualTo(new CloseInfo(
                        1013, "outbound queue is full: websocket.outbound.max-queue", Initiator.LOCAL, true));
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsProcessedAfterAViolation(Role role) {
        Side side = new Side(role);
        side.receiveFrames(text("a"), hex("f0 00"), close(1000, ""));
        side.receiveFrames(close(1000, ""));
        side.receive(new byte[100_000]);
        assertThat(side.received.take()).containsExactly("text a", "end");
        assertThat(side.send()).isEmpty();
        side.protocol.finish();
        side.receiveFrames(Frames.ping());
        assertThat(side.send()).isEqualTo(from(role, close(1002, RESERVED_BIT)));
        side.protocol.lost("end of stream");
        assertThat(side.protocol.closeInfo()).isEqualTo(new CloseInfo(1002, RESERVED_BIT, Initiator.LOCAL, false));
    }

    @ParameterizedTest
    @EnumSource
    void endOfStreamWithoutACloseIs1006(Role role) {
        for (String before : new String[] {"", "81", "81 05 48", "01 01 61", "89 7d"}) {
            Side side = new Side(role);
            side.receiveFrames(hex(before));
            side.outbound.offer(Message.text("never sent"));
            side.protocol.lost("end of stream");
            assertThat(side.protocol.hasEnded()).isTrue();
            assertThat(side.protocol.closeInfo())
                    .isEqualTo(new CloseInfo(1006, "end of stream", Initiator.TRANSPORT, false));
            side.protocol.finish();
            side.receiveFrames(text("behind the end"));
            assertThat(side.send()).isEmpty();
            // The caller knows that it is over; onEnd is for what the peer sends.
            side.received.assertExhausted();
        }
    }

    @ParameterizedTest
    @EnumSource
    void finishBeforeTheEndDoesNothing(Role role) {
        Side side = new Side(role);
        side.protocol.finish();
        assertThat(side.outbound.isClosing()).isFalse();
        assertThat(side.send()).isEmpty();
        side.receiveFrames(text("a"));
        assertThat(side.received.take()).containsExactly("text a");
    }

    /** What can happen to a connection. */
    private enum Step {
        LOCAL_CLOSE,
        PEER_CLOSE,
        VIOLATION,
        LOST,
        ABORT,
        FINISH,
        WRITE
    }

    @ParameterizedTest
    @EnumSource
    void everyOrderOfFiveSteps(Role role) {
        int steps = Step.values().length;
        int orders = steps * steps * steps * steps * steps;
        for (int order = 0; order < orders; order++) {
            Step[] sequence = new Step[5];
            for (int i = 0, rest = order; i < 5; i++, rest /= steps) {
                sequence[i] = Step.values()[rest % steps];
            }
            try {
                check(role, sequence);
            } catch (AssertionError e) {
                throw new AssertionError(role + " " + List.of(sequence), e);
            }
        }
    }

    private static void check(Role role, Step[] steps) {
        Side side = new Side(role);
        byte[] sent = {};
        for (Step step : steps) {
            switch (step) {
                case LOCAL_CLOSE -> side.outbound.close(1001, "bye");
                case PEER_CLOSE -> side.receiveFrames(close(3000, "you"));
                case VIOLATION -> side.receiveFrames(hex("f0"));
                case LOST -> side.protocol.lost("lost");
                case ABORT -> side.protocol.abort("abort");
                case FINISH -> side.protocol.finish();
                case WRITE -> sent = concat(sent, side.send());
            }
        }
        int end = first(steps, 0, Step.PEER_CLOSE, Step.VIOLATION, Step.LOST, Step.ABORT);
        int gone = first(steps, 0, Step.LOST, Step.ABORT);
        int localClose = first(steps, 0, Step.LOCAL_CLOSE);
        int answer = end < gone ? first(steps, end, Step.FINISH) : steps.length;
        int queued = Math.min(localClose, answer);
        boolean written = queued < gone && first(steps, queued, Step.WRITE) < gone;

        assertThat(side.protocol.hasEnded()).isEqualTo(end < steps.length);
        assertThat(side.received.take()).hasSize(end < gone ? 1 : 0);
        assertThat(side.protocol.closeInfo())
                .isEqualTo(end == steps.length ? null : info(steps, end, gone, localClose < end, written));
        byte[] ours = localClose < answer
                ? close(1001, "bye")
                : end < steps.length && steps[end] == Step.PEER_CLOSE ? close(3000, "") : close(1002, RESERVED_BIT);
        assertThat(Frames.hex(sent)).isEqualTo(written ? Frames.hex(from(role, ours)) : "");
    }

    private static CloseInfo info(Step[] steps, int end, int gone, boolean localFirst, boolean written) {
        boolean clean = steps[end] == Step.PEER_CLOSE && (gone == steps.length || written);
        if (localFirst) {
            return new CloseInfo(1001, "bye", Initiator.LOCAL, clean);
        }
        return switch (steps[end]) {
            case PEER_CLOSE -> new CloseInfo(3000, "you", Initiator.PEER, clean);
            case VIOLATION -> new CloseInfo(1002, RESERVED_BIT, Initiator.LOCAL, false);
            case LOST -> new CloseInfo(1006, "lost", Initiator.TRANSPORT, false);
            default -> new CloseInfo(1006, "abort", Initiator.LOCAL, false);
        };
    }

    /** Where one of {@code wanted} comes first; behind the last step if nowhere. */
    private static int first(Step[] steps, int from, Step... wanted) {
        for (int i = from; i < steps.length; i++) {
            for (Step step : wanted) {
                if (steps[i] == step) {
                    return i;
                }
            }
        }
        return steps.length;
    }
}
