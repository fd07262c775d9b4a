package io.websock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.CloseInfo;
import io.websock.api.CloseInfo.Initiator;
import io.websock.api.Message;
import io.websock.testkit.Frames;
import io.websock.testkit.Pipe;
import io.websock.testkit.RecordingReceiver;
import io.websock.testkit.Side;
import io.websock.testkit.Splits;
import io.websock.testkit.XorExtension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two protocols that talk to each other, and one that is told the same in different pieces. */
class PipeTest {
    private static final ProtocolLimits NO_FLOOD = new ProtocolLimits(70_000, 50, 1_000_000);

    @ParameterizedTest
    @ValueSource(ints = {0, 0x40, 0x20})
    void clientAndServerUnderstandEachOther(int reservedBits) {
        Extension extension = reservedBits == 0 ? null : new XorExtension(reservedBits);
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            Pipe pipe = new Pipe(random, NO_FLOOD, extension);
            List<String> toServer = new ArrayList<>();
            List<String> toClient = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                boolean fromClient = random.nextBoolean();
                Side from = fromClient ? pipe.client : pipe.server;
                if (random.nextInt(4) == 0) {
                    from.outbound.ping();
                } else {
                    Message message = randomMessage(random);
                    from.outbound.offer(message);
                    (fromClient ? toServer : toClient).add(RecordingReceiver.event(message));
                }
                for (int steps = random.nextInt(5); steps > 0; steps--) {
                    pipe.step();
                }
            }
            pipe.run();
            boolean clientFirst = random.nextBoolean();
            (clientFirst ? pipe.client : pipe.server).outbound.close(3001, "done");
            pipe.run();
            toServer.add("end");
            toClient.add("end");
            assertThat(withoutPongs(pipe.server)).isEqualTo(toServer);
            assertThat(withoutPongs(pipe.client)).isEqualTo(toClient);
            pipe.client.protocol.lost("end of stream");
            pipe.server.protocol.lost("end of stream");
            assertThat((clientFirst ? pipe.client : pipe.server).protocol.closeInfo())
                    .isEqualTo(new CloseInfo(3001, "done", Initiator.LOCAL, true));
            assertThat((clientFirst ? pipe.server : pipe.client).protocol.closeInfo())
                    .isEqualTo(new CloseInfo(3001, "done", Initiator.PEER, true));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerMayFragmentAsItLikes(Role role) {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            List<byte[]> frames = new ArrayList<>();
            List<byte[]> answers = new ArrayList<>();
            List<String> events = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Message message = randomMessage(random);
                addFragments(message, random, frames, answers, events);
                events.add(RecordingReceiver.event(message));
            }
            Side side = new Side(role, NO_FLOOD, null);
            byte[] in = Frames.to(role, Frames.concat(frames.toArray(byte[][]::new)));
            side.receive(Splits.random(in, 1 + random.nextInt(500), random));
            assertThat(side.received.take()).as("seed %s", seed).isEqualTo(events);
            assertThat(side.send()).isEqualTo(Frames.from(role, Frames.concat(answers.toArray(byte[][]::new))));
        }
    }

    private static void addFragments(
            Message message, Random random, List<byte[]> frames, List<byte[]> answers, List<String> events) {
        int opcode = message.isText() ? Frames.TEXT : Frames.BINARY;
        int at = 0;
        boolean last = false;
        while (!last) {
            int to = Math.min(message.size(), at + random.nextInt(message.size() / 2 + 2));
            last = to == message.size() && random.nextBoolean();
            frames.add(Frames.frame((last ? Frames.FIN : 0) | opcode, Arrays.copyOfRange(message.payload(), at, to)));
            opcode = Frames.CONTINUATION;
            at = to;
            byte[] control = new byte[random.nextInt(126)];
            random.nextBytes(control);
            if (!last && random.nextInt(3) == 0) {
                frames.add(Frames.ping(control));
                answers.add(Frames.pong(control));
            } else if (!last && random.nextInt(3) == 0) {
                frames.add(Frames.pong(control));
                events.add(RecordingReceiver.pong(control));
            }
        }
    }

    /** Valid streams with a few octets changed, and plain noise: never an exception, and always the same outcome. */
    @ParameterizedTest
    @EnumSource
    void hostileBytesHaveTheSameOutcomeHoweverTheyAreCut(Role role) {
        for (int seed = 0; seed < 600; seed++) {
            Random random = new Random(seed);
            byte[] in = hostile(role, random);
            Outcome whole = outcome(role, List.of(in));
            assertThat(outcome(role, Splits.byteByByte(in))).as("seed %s", seed).isEqualTo(whole);
            assertThat(outcome(role, Splits.random(in, 20, random)))
                    .as("seed %s", seed)
                    .isEqualTo(whole);
            assertThat(whole.events.stream().filter("end"::equals).count()).isEqualTo(whole.info == null ? 0 : 1);
        }
    }

    private static byte[] hostile(Role role, Random random) {
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            addFragments(
                    Message.binary(new byte[random.nextInt(20)]), random, frames, new ArrayList<>(), new ArrayList<>());
            addFragments(
                    Message.text("aä€🌍".repeat(random.nextInt(3))),
                    random,
                    frames,
                    new ArrayList<>(),
                    new ArrayList<>());
        }
        frames.add(Frames.close(1000, "ü"));
        byte[] bytes = Frames.to(role, Frames.concat(frames.toArray(byte[][]::new)));
        if (random.nextInt(10) == 0) {
            random.nextBytes(bytes);
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private record Outcome(List<String> events, CloseInfo info, String sent) {}

    private static Outcome outcome(Role role, List<byte[]> parts) {
        Side side = new Side(role);
        side.receive(parts);
        side.protocol.finish();
        return new Outcome(side.received.take(), side.protocol.closeInfo(), Frames.hex(side.send()));
    }

    private static Message randomMessage(Random random) {
        int size = switch (random.nextInt(4)) {
            case 0 -> random.nextInt(3);
            case 1 -> random.nextInt(130);
            case 2 -> 120 + random.nextInt(10);
            default -> random.nextInt(1000);
        };
        if (random.nextBoolean()) {
            return Message.text("é€🌍z".repeat(size / 10) + "a".repeat(size % 10));
        }
        byte[] payload = new byte[size];
        random.nextBytes(payload);
        for (int i = 0; i < size; i++) {
            // XorExtension takes an encoded 0 for corrupt.
            payload[i] = payload[i] == -1 ? 1 : payload[i];
        }
        return Message.wrap(false, payload);
    }

    private static List<String> withoutPongs(Side side) {
        return side.received.take().stream()
                .filter(event -> !event.startsWith("pong"))
                .toList();
    }
}
