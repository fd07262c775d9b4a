package io.websock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.management.OperatingSystemMXBean;
import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.deflate.ZlibPool;
import io.websock.handshake.HeadLimits;
import io.websock.handshake.OriginPolicy;
import io.websock.protocol.ProtocolLimits;
import io.websock.testkit.RawClient;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.jspecify.annotations.NullMarked;
import org.slf4j.LoggerFactory;

/** An echo server in a process of its own, which answers questions about itself. */
final class Child implements AutoCloseable {
    private static final String ANSWER = "> ";

    private final Process process;
    private final BufferedReader answers;
    private final List<String> log = new ArrayList<>();
    private final InetSocketAddress address;

    /**
     * @param descriptors how many file descriptors the process may open; 0 for as many as this one
     * @param directory for its class path, which is made of jars only: a class in a directory costs a descriptor when it is loaded
     */
    Child(int descriptors, int maxMessageSize, Path directory) throws IOException {
        this(descriptors, maxMessageSize, Mode.OFF, directory);
    }

    /** @param mode in which messages are compressed, however short they are */
    Child(int descriptors, int maxMessageSize, Mode mode, Path directory) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String limit = descriptors == 0 ? "" : "ulimit -n " + descriptors + "; ";
        process = new ProcessBuilder(
                        "bash",
                        "-c",
                        limit + "exec \"$0\" \"$@\"",
                        java,
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath(directory),
                        Child.class.getName(),
                        "" + maxMessageSize,
                        mode.name())
                .redirectErrorStream(true)
                .start();
        answers = process.inputReader();
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(answer()));
    }

    private static String classPath(Path directory) throws IOException {
        List<String> jars = new ArrayList<>();
        for (Class<?> type : List.of(
                Child.class,
                WebSocketServer.class,
                LoggerFactory.class,
                Logger.class,
                Level.class,
                NullMarked.class,
                ch.qos.logback.core.Appender.class)) {
            try {
                Path place = Path.of(
                        type.getProtectionDomain().getCodeSource().getLocation().toURI());
                jars.add((Files.isDirectory(place) ? jar(place, directory) : place).toString());
            } catch (URISyntaxException e) {
                throw new AssertionError(e);
            }
        }
        return jars.stream().distinct().collect(Collectors.joining(File.pathSeparator));
    }

    private static Path jar(Path classes, Path directory) throws IOException {
        Path jar = directory.resolve(Integer.toHexString(classes.hashCode()) + ".jar");
        if (!Files.exists(jar)) {
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                    Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                    Files.copy(file, out);
                }
            }
        }
        return jar;
    }

    InetSocketAddress address() {
        return address;
    }

    /** The processor time of the process so far, in nanoseconds. */
    long processorTime() throws IOException {
        return Long.parseLong(ask("processor"));
    }

    int connections() throws IOException {
        return Integer.parseInt(ask("connections"));
    }

    /** How many deflaters and inflaters there are, in use or idle. */
    int zlib() throws IOException {
        return Integer.parseInt(ask("zlib"));
    }

    /** Lines of {@code jcmd GC.class_histogram}, after a garbage collection. */
    List<String> histogram() throws IOException {
        List<String> lines = new ArrayList<>();
        ask("histogram");
        for (String line; !(line = answer()).equals("end"); ) {
            lines.add(line);
        }
        return lines;
    }

    /** What it has logged so far. */
    List<String> log() {
        return log;
    }

    private String ask(String question) throws IOException {
        OutputStream questions = process.getOutputStream();
        questions.write((question + "\n").getBytes());
        questions.flush();
        return answer();
    }

    private String answer() throws IOException {
        for (String line; (line = answers.readLine()) != null; ) {
            if (line.startsWith(ANSWER)) {
                return line.substring(ANSWER.length());
            }
            log.add(line);
        }
        throw new AssertionError("the process has ended: " + log);
    }

    /** Lets the process stop its server and end, which it has to do properly. */
    @Override
    public void close() throws IOException {
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
            assertThat(process.exitValue()).as("%s", log).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }

    /** In the process. */
    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger("ROOT")).setLevel(Level.WARN);
        var executor = Executors.newFixedThreadPool(2);
        EngineSettings settings = new EngineSettings(
                new EngineSettings.Limits(
                        ProtocolLimits.DEFAULT,
                        HeadLimits.DEFAULT,
                        Duration.ofSeconds(60),
                        Duration.ofMillis(500),
                        20_000,
                        20_000),
                EngineSettings.KeepAlive.DEFAULT,
                EngineSettings.Inbound.DEFAULT,
                EngineSettings.Outbound.DEFAULT);
        ZlibPool pool = new ZlibPool(6, 2);
        Endpoint echo = new Endpoint(
                Engine.PATH,
                (connection, message) -> connection.send(message),
                List.of(),
                OriginPolicy.SAME,
                List.of(new PermessageDeflate(Mode.valueOf(arguments[1]), 1, pool)),
                Integer.parseInt(arguments[0]),
                false);
        WebSocketServer server = new WebSocketServer(settings, 2, List.of(echo), List.of(), executor);
        int port = server.start(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .get(0)
                .getPort();
        // Everything that will be needed is loaded while there are descriptors.
        histogramOfThisProcess();
        processorTimeOfThisProcess();
        try (RawClient client = RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            client.send(RawClient.request(Engine.PATH));
            client.head();
        }
        System.out.println(ANSWER + port);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
        for (String question; (question = questions.readLine()) != null; ) {
            if (question.equals("histogram")) {
                System.out.println(ANSWER);
                histogramOfThisProcess().lines().forEach(line -> System.out.println(ANSWER + line));
                System.out.println(ANSWER + "end");
            } else {
                System.out.println(ANSWER
                        + switch (question) {
                            case "connections" -> server.connections();
                            case "zlib" -> count(pool.deflaterCounts()) + count(pool.inflaterCounts());
                            default -> processorTimeOfThisProcess();
                        });
            }
        }
        server.stop();
        executor.shutdown();
    }

    private static long count(ZlibPool.Counts counts) {
        return counts.created() - counts.ended();
    }

    private static String histogramOfThisProcess() throws Exception {
        return (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {null},
                        new String[] {String[].class.getName()});
    }

    private static long processorTimeOfThisProcess() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }
}
