package io.websock;

import static io.websock.testkit.Frames.FIN;
import static io.websock.testkit.Frames.TEXT;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.websock.testkit.Frames;
import io.websock.testkit.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The fat jar is told to stop while a thousand clients talk to it. */
class DrainIT {
    private static final int CLIENTS = 1000;
    /** Of which so many never answer a Close frame. */
    private static final int SILENT = 10;

    private static final int WINDOW = 20;
    /** Accept delay, window, close time-out, FINs, and the end of the process. */
    private static final int BUDGET = 2 + WINDOW + 5 + 2 + 5;

    private static final String MESSAGE = "m".repeat(1000);

    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    /** What a probe was told, and when. */
    private record Probe(long time, int liveness, int readiness) {}

    /** A client that talks to its echo without a pause. */
    private static final class Client {
        private final SocketChannel channel;
        private final boolean silent;
        private final ByteBuffer in = ByteBuffer.allocate(8192);
        private boolean open;
        private int echoes;
        private int code;
        private long closedAt;
        private boolean ended;

        Client(SocketChannel channel, boolean silent) {
            this.channel = channel;
            this.silent = silent;
        }

        void readable() throws IOException {
            int count;
            try {
                count = channel.read(in);
            } catch (IOException reset) {
                assertThat(silent).as("only who does not answer is reset").isTrue();
                count = -1;
            }
            if (count < 0) {
                ended = true;
                channel.close();
                return;
            }
            in.flip();
            while (step()) {}
            in.compact();
        }

        private boolean step() throws IOException {
            if (!open) {
                String head = new String(in.array(), in.position(), in.remaining(), ISO_8859_1);
                int end = head.indexOf("\r\n\r\n");
                if (end < 0) {
                    return false;
                }
                assertThat(head).startsWith("HTTP/1.1 101 ");
                in.position(in.position() + end + 4);
                open = true;
                say(Frames.text(MESSAGE));
                return true;
            }
            if (in.remaining() < 4) {
                return false;
            }
            int flags = in.get(in.position()) & 0xFF;
            int length = in.get(in.position() + 1);
            int header = length == 126 ? 4 : 2;
            length = length == 126 ? in.getShort(in.position() + 2) : length;
            if (in.remaining() < header + length) {
                return false;
            }
            byte[] payload = new byte[length];
            in.position(in.position() + header).get(payload);
            assertThat(code).as("nothing comes behind the Close frame").isZero();
            if (flags == (FIN | TEXT)) {
                assertThat(new String(payload, UTF_8)).isEqualTo(MESSAGE);
                echoes++;
            } else {
                assertThat(flags).isEqualTo(FIN | Frames.CLOSE);
                code = ByteBuffer.wrap(payload).getShort();
                closedAt = System.nanoTime();
                if (!silent) {
                    say(Frames.close(code, ""));
                }
            }
            return true;
        }

        void say(byte[] frame) throws IOException {
            ByteBuffer out = ByteBuffer.wrap(Frames.masked(frame));
            channel.write(out);
            assertThat(out.hasRemaining()).isFalse();
        }
    }

    @Test
    void thousandClientsAreSentAwayOneByOne() throws Exception {
        Process process = start();
        try (Selector selector = Selector.open()) {
            InetSocketAddress server =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port("WebSocket server listening"));
            URI management =
                    URI.create("http://localhost:" + port("Management server listening") + "/actuator/health/");
            List<Client> clients = connect(server, selector);
            serve(clients, selector, () -> clients.stream().allMatch(client -> client.echoes > 0));
            assertThat(probe(management)).extracting(Probe::readiness).isEqualTo(200);

            long begin = System.nanoTime();
            process.toHandle().destroy(); // SIGTERM
            await().until(() -> probe(management).readiness == 503);
            try (RawClient late = RawClient.connect(server)) {
                late.send(RawClient.request("/ws"));
                assertThat(late.rest()).startsWith("HTTP/1.1 503 ").contains("\r\nRetry-After: ");
            }
            Thread again = aside(() -> {
                Thread.sleep(8000);
                process.toHandle().destroy();
            });
            List<Probe> probes = new ArrayList<>();
            Thread prober = aside(() -> {
                for (Probe probe; (probe = probe(management)) != null; Thread.sleep(200)) {
                    probes.add(probe);
                }
            });
            serve(clients, selector, () -> clients.stream().allMatch(client -> client.ended));

            assertThat(process.waitFor(BUDGET - elapsed(begin), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
            again.join();
            prober.join();
            assertThat(clients).extracting(client -> client.code).containsOnly(1001);
            assertThat(clients).allMatch(client -> client.in.position() == 0, "nothing is cut off");
            long[] times = clients.stream()
                    .mapToLong(client -> client.closedAt)
                    .sorted()
                    .toArray();
            assertThat(most(times)).as("Close frames in a second").isLessThanOrEqualTo(75);
            assertThat(times[CLIENTS - 1] - times[0])
                    .isGreaterThan(Duration.ofSeconds(WINDOW - 2).toNanos());
            assertThat(probes).allMatch(probe -> probe.liveness == 200 && probe.readiness == 503);
            assertThat(probes.get(probes.size() - 1).time).isGreaterThan(times[CLIENTS - 1]);
            assertThat(log)
                    .anyMatch(line -> line.contains("Drain begins: " + CLIENTS + " connections open"))
                    .anyMatch(line -> line.contains("Drain goes on: "))
                    .anyMatch(line -> line.contains("Drain complete after ")
                            && line.contains(
                                    CLIENTS + " connections closed, " + SILENT + " of them without the peer's Close"));
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-jar",
                        System.getProperty("websock.exec-jar"),
                        "--websocket.server.port=0",
                        "--management.server.port=0",
                        "--websocket.drain.accept-delay=2s",
                        "--websocket.drain.window=" + WINDOW + "s")
                .redirectErrorStream(true)
                .start();
        aside(() -> {
            try (BufferedReader lines = process.inputReader()) {
                lines.lines().forEach(log::add);
            }
        });
        await().atMost(Duration.ofSeconds(60))
                .until(() -> log.stream().anyMatch(line -> line.contains("Started WebsockApplication")));
        return process;
    }

    private int port(String message) {
        return Pattern.compile(message + " on port (\\d+)")
                .matcher(String.join("\n", log))
                .results()
                .map((MatchResult match) -> Integer.parseInt(match.group(1)))
                .findFirst()
                .orElseThrow();
    }

    private static List<Client> connect(InetSocketAddress server, Selector selector) throws IOException {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            SocketChannel channel = SocketChannel.open(server);
            Client client = new Client(channel, i < SILENT);
            clients.add(client);
            channel.write(ByteBuffer.wrap(RawClient.request("/ws")));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, client);
        }
        return clients;
    }

    /** Reads for the clients, and every now and then has some of them say something, until the condition holds. */
    private static void serve(List<Client> clients, Selector selector, BooleanSupplier done) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(2 * BUDGET).toNanos();
        for (int turn = 0; !done.getAsBoolean(); turn++) {
            assertThat(System.nanoTime()).isLessThan(end);
            selector.select(20);
            for (SelectionKey key : selector.selectedKeys()) {
                ((Client) key.attachment()).readable();
            }
            selector.selectedKeys().clear();
            for (int i = 0; i < 10; i++) {
                Client client = clients.get((10 * turn + i) % CLIENTS);
                if (client.open && client.code == 0 && !client.ended) {
                    client.say(Frames.text(MESSAGE));
                }
            }
        }
    }

    /** Null once there is nobody to ask. */
    private Probe probe(URI management) throws IOException, InterruptedException {
        try {
            return new Probe(
                    System.nanoTime(), status(management.resolve("liveness")), status(management.resolve("readiness")));
        } catch (IOException e) {
            return null;
        }
    }

    private int status(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static long elapsed(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin).toSeconds();
    }

    /** The largest number of times within one second; they are sorted. */
    private static int most(long[] times) {
        int most = 0;
        int from = 0;
        for (int to = 0; to < times.length; to++) {
            while (times[to] - times[from] >= Duration.ofSeconds(1).toNanos()) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }

    @FunctionalInterface
    private interface Task {
        void run() throws Exception;
    }

    private static Thread aside(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
