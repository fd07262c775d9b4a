package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.masked;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.deflate.Deflate;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.testkit.Frames.Frame;
import io.websock.testkit.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an open connection costs that has done its work and waits for more. */
class IdleConnectionTest {
    private static final int COUNT = 5000;
    /** 1 KiB, and what a measurement is off. */
    private static final int MOST = 1024 + 64;

    /** Bytes of live heap, by class. */
    private static Map<String, Long> heap(Child child) throws IOException {
        // "   1:          5000         360000  io.websock.engine.Connection", some with a module behind it
        return child.histogram().stream()
                .map(line -> line.trim().split("\\s+"))
                .filter(column -> column.length >= 4 && column[0].endsWith(":"))
                .collect(Collectors.toMap(column -> column[3], column -> Long.parseLong(column[2]), Long::sum));
    }

    /** Opens {@code count} connections, which offer compression, and exchanges something on each. */
    private static List<RawClient> open(int count, Mode mode, Child child) throws IOException {
        byte[] request = RawClient.request(Engine.PATH, "Sec-WebSocket-Extensions: permessage-deflate");
        String text = "x".repeat(1000);
        byte[] message = mode == Mode.OFF ? text(text) : frame(0xC1, Deflate.deflated(text));
        byte[] frames = masked(concat(message, ping((byte) 1)));
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(RawClient.connect(child.address()));
            clients.get(i).send(request, frames);
        }
        for (RawClient client : clients) {
            client.upgraded();
            List<Frame> answers = List.of(client.frame(), client.frame());
            assertThat(answers).extracting(Frame::flags).contains(mode == Mode.OFF ? 0x81 : 0xC1, 0x8A);
        }
        return clients;
    }

    private static void reset(List<RawClient> clients) throws IOException {
        for (RawClient client : clients) {
            client.reset();
        }
    }

    /** Live heap per connection in bytes. */
    private static double measure(int maxMessageSize, Mode mode, Path directory) throws IOException {
        try (Child child = new Child(0, maxMessageSize, mode, directory)) {
            reset(open(200, mode, child));
            until("these are closed", () -> child.connections() == 0);
            heap(child);
            Map<String, Long> before = heap(child);
            List<RawClient> clients = open(COUNT, mode, child);
            Map<String, Long> after = heap(child);
            assertThat(child.zlib()).isLessThanOrEqualTo(4);
            reset(clients);
            before.forEach((type, bytes) -> after.merge(type, -bytes, Long::sum));
            double perConnection =
                    (double) after.values().stream().mapToLong(bytes -> bytes).sum() / COUNT;
            System.out.printf(
                    "messages up to %d B, compression %s: %.0f B of live heap per idle connection%n",
                    maxMessageSize, mode, perConnection);
            after.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                    .filter(entry -> entry.getValue() >= 4 * COUNT)
                    .forEach(entry ->
                            System.out.printf("%8.1f B  %s%n", (double) entry.getValue() / COUNT, entry.getKey()));
            return perConnection;
        }
    }

    @Test
    void anIdleConnectionHoldsNoBufferWhateverTheLimitOfItsMessages(@TempDir Path directory) throws Exception {
        double small = measure(64 << 10, Mode.OFF, directory);
        double large = measure(16 << 20, Mode.OFF, directory);
        assertThat(small).isLessThan(MOST);
        assertThat(large / small).isBetween(0.95, 1.05);
    }

    @Test
    void sharedCompressionAddsNothingToIt(@TempDir Path directory) throws Exception {
        double plain = measure(64 << 10, Mode.OFF, directory);
        double compressed = measure(64 << 10, Mode.SHARED, directory);
        assertThat(compressed / plain).isBetween(0.95, 1.05);
    }
}
