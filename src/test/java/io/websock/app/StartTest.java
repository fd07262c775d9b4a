package io.websock.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The application as a process: what it says and how it ends if it cannot start, or is told to stop. */
@ExtendWith(OutputCaptureExtension.class)
class StartTest {

    @Test
    void takenPortEndsTheStartWithOneClearMessage() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            Run run = run("--websocket.server.port=" + taken.getLocalPort());
            assertThat(run.output)
                    .contains("APPLICATION FAILED TO START")
                    .contains("Address already in use (websocket.server.port=" + taken.getLocalPort() + ")")
                    .contains("set websocket.server.port to a port that is free")
                    .doesNotContain("\tat ");
            assertThat(run.exitCode).isEqualTo(1);
        }
    }

    @Test
    void addressOfAnotherMachineIsNamed(CapturedOutput output) {
        // TEST-NET-1 (RFC 5737) is nobody's.
        runHere("--websocket.server.port=0", "--websocket.server.address=192.0.2.1");
        assertThat(output)
                .containsOnlyOnce("APPLICATION FAILED TO START")
                .contains("(websocket.server.port=0, websocket.server.address=192.0.2.1)")
                .contains("Set websocket.server.address to an address of this machine");
    }

    @Test
    void invalidPropertyIsNamedByUsAndNotByBoot(CapturedOutput output) {
        runHere("--websocket.server.port=65536");
        assertThat(output)
                .containsOnlyOnce("APPLICATION FAILED TO START")
                .contains("Invalid property websocket.server.port=65536")
                .doesNotContain("Failed to bind");
    }

    @Test
    void invalidPropertyEndsTheStartWithOneClearMessage() throws Exception {
        Run run = run("--websocket.server.port=0", "--websocket.limits.max-message-size=lots");
        assertThat(run.output)
                .containsOnlyOnce("APPLICATION FAILED TO START")
                .contains("Invalid property websocket.limits.max-message-size=lots")
                .contains("It has to be a size such as 64KB or 16MB.")
                .contains("Correct websocket.limits.max-message-size")
                .doesNotContain("\tat ");
        assertThat(run.exitCode).isEqualTo(1);
    }

    @Test
    void eventLoopsKeepTheProcessAliveUntilItIsToldToStop() throws Exception {
        Process process = start("--websocket.server.port=0");
        try (var output = process.inputReader()) {
            String line;
            List<String> lines = new ArrayList<>();
            while ((line = output.readLine()) != null) {
                lines.add(line);
                if (line.contains("Started WebsockApplication")) {
                    assertThat(process.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
                    process.toHandle().destroy();
                }
            }
            assertThat(lines)
                    .anyMatch(text -> text.contains("WebSocket server listening on port"))
                    .anyMatch(text -> text.contains("endpoints [/ws]"))
                    .anyMatch(text -> text.contains("WebSocket server stopped"));
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    private record Run(int exitCode, String output) {}

    private static void runHere(String... arguments) {
        assertThatThrownBy(() -> WebsockApplication.main(withFreeManagementPort(arguments)))
                .isInstanceOf(RuntimeException.class);
    }

    private static Run run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        try {
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                WebsockApplication.class.getName()));
        command.addAll(List.of(withFreeManagementPort(arguments)));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** The default could be taken by another test; said twice, it would be two values. */
    private static String[] withFreeManagementPort(String... arguments) {
        boolean said = Stream.of(arguments).anyMatch(argument -> argument.startsWith("--management.server.port="));
        return Stream.concat(said ? Stream.empty() : Stream.of("--management.server.port=0"), Stream.of(arguments))
                .toArray(String[]::new);
    }
}
