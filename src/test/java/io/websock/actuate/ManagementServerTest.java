package io.websock.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.spring.WebSocketServerLifecycle;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;

/** When the server listens, and what it does under pressure. */
@ExtendWith(OutputCaptureExtension.class)
class ManagementServerTest {

    private static final String LIVENESS = "/actuator/health/liveness";

    /** Hangs until it is released. */
    @WebEndpoint(id = "slow")
    static class Slow {
        private final Semaphore entered = new Semaphore(0);
        private final CountDownLatch released = new CountDownLatch(1);

        @ReadOperation
        String wait(@Selector String who) throws InterruptedException {
            entered.release();
            released.await();
            return "done";
        }
    }

    private static List<Thread> threads(String... prefixes) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> List.of(prefixes).stream().anyMatch(thread.getName()::startsWith))
                .toList();
    }

    @Test
    void listensWhileTheContextIsOpen(CapturedOutput output) {
        int port;
        try (Application application = Application.run(List.of())) {
            port = application.port();
            assertThat(application.get(LIVENESS).statusCode()).isEqualTo(200);
            assertThat(output).contains("Management server listening on port " + port + ", endpoints [health]");
            assertThat(threads("management-", "HTTP-Dispatcher"))
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allMatch(Thread::isDaemon);
        }
        assertThat(output).containsOnlyOnce("Management server stopped");
        assertThatThrownBy(() -> new Socket("localhost", port).close()).isInstanceOf(ConnectException.class);
    }

    @Test
    void portMinusOneBindsNothing(CapturedOutput output) {
        try (Application application = Application.run(List.of(), "management.server.port=-1")) {
            assertThat(application.context.getBean(ManagementServer.class).isRunning())
                    .isFalse();
            assertThat(application.context.getEnvironment().containsProperty("local.management.port"))
                    .isFalse();
        }
        assertThat(output).doesNotContain("Management server");
    }

    @Test
    void listensOnTheConfiguredAddressOnly() throws IOException {
        try (Application application = Application.run(List.of(), "management.server.address=127.0.0.2")) {
            new Socket("127.0.0.2", application.port()).close();
            assertThatThrownBy(() -> new Socket("127.0.0.1", application.port()).close())
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void startsAndStopsMoreThanOnce() {
        try (Application application = Application.run(List.of())) {
            ManagementServer server = application.context.getBean(ManagementServer.class);
            server.stop();
            server.stop();
            assertThat(server.isRunning()).isFalse();
            server.start();
            assertThat(application.get(LIVENESS).statusCode()).isEqualTo(200);
        }
    }

    /** Starts and stops with the WebSocket server, and asks for liveness both times. */
    static class Neighbour implements SmartLifecycle {
        private final Environment environment;
        private final List<Integer> statuses = new ArrayList<>();

        Neighbour(Environment environment) {
            this.environment = environment;
        }

        @Override
        public int getPhase() {
            return WebSocketServerLifecycle.PHASE;
        }

        @Override
        public void start() {
            ask();
        }

        @Override
        public void stop() {
            ask();
        }

        @Override
        public boolean isRunning() {
            return statuses.size() == 1;
        }

        private void ask() {
            String port = environment.getRequiredProperty("local.management.port");
            try {
                HttpURLConnection connection =
                        (HttpURLConnection) new URL("http://localhost:" + port + LIVENESS).openConnection();
                statuses.add(connection.getResponseCode());
            } catch (IOException e) {
                statuses.add(-1);
            }
        }
    }

    @Test
    void answersFromBeforeTheWebSocketServerStartsUntilAfterItHasStopped(CapturedOutput output) {
        Application application =
                Application.run(List.of(Neighbour.class), "websocket.server.enabled=true", "websocket.server.port=0");
        Neighbour neighbour = application.context.getBean(Neighbour.class);
        application.close();
        // Not alive before the context has been started: a state is only published then.
        assertThat(neighbour.statuses).containsExactly(503, 200);
        assertThat(output.getOut().lines().filter(line -> line.matches(".*server (listening|stopped).*")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("Management server listening"),
                        line -> assertThat(line).contains("WebSocket server listening"),
                        line -> assertThat(line).contains("WebSocket server stopped"),
                        line -> assertThat(line).contains("Management server stopped"));
    }

    @Test
    void takenPortIsNamed(CapturedOutput output) throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = "management.server.port=" + taken.getLocalPort();
            assertThatThrownBy(() -> Application.run(List.of(), port)).isInstanceOf(RuntimeException.class);
            assertThat(output)
                    .containsOnlyOnce("APPLICATION FAILED TO START")
                    .contains("The management server did not start: Address already in use (" + port + ").")
                    .contains("set management.server.port to a port that is free (0 takes any, -1 starts none)");
        }
    }

    @Test
    void addressOfAnotherMachineIsNamed(CapturedOutput output) {
        // TEST-NET-1 (RFC 5737) is nobody's.
        assertThatThrownBy(() -> Application.run(List.of(), "management.server.address=192.0.2.1"))
                .isInstanceOf(RuntimeException.class);
        assertThat(output)
                .containsOnlyOnce("APPLICATION FAILED TO START")
                .contains("(management.server.port=0, management.server.address=192.0.2.1)")
                .contains("management.server.address to an address of this machine.");
    }

    @Test
    void endpointThatHangsHoldsUpOnlyItself() throws InterruptedException {
        try (Application application =
                Application.run(List.of(Slow.class), "management.endpoints.web.exposure.include=*")) {
            Slow slow = application.context.getBean(Slow.class);
            List<CompletableFuture<HttpResponse<String>>> hanging = new ArrayList<>();
            for (String who : List.of("a", "b", "c")) {
                for (int i = 0; i < EndpointHandler.SAME_PATH; i++) {
                    hanging.add(Application.CLIENT.sendAsync(
                            application.request("/actuator/slow/" + who).build(), BodyHandlers.ofString()));
                }
            }
            assertThat(slow.entered.tryAcquire(hanging.size(), 10, TimeUnit.SECONDS))
                    .isTrue();
            HttpResponse<String> oneMore = application.get("/actuator/slow/a");
            assertThat(oneMore.statusCode()).isEqualTo(503);
            assertThat(oneMore.headers().firstValue("Retry-After")).contains("1");
            assertThat(application.get(LIVENESS).statusCode()).isEqualTo(200);
            slow.released.countDown();
            assertThat(hanging)
                    .allSatisfy(request -> assertThat(request.join().body()).isEqualTo("done"));
            assertThat(application.get("/actuator/slow/a").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void stopLetsARequestFinish() throws Exception {
        Application application = Application.run(List.of(Slow.class), "management.endpoints.web.exposure.include=*");
        Slow slow = application.context.getBean(Slow.class);
        var request = Application.CLIENT.sendAsync(
                application.request("/actuator/slow/a").build(), BodyHandlers.ofString());
        assertThat(slow.entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        Thread stop = new Thread(application::close);
        stop.start();
        while (!turnsAway(application.port())) {
            Thread.onSpinWait();
        }
        slow.released.countDown();
        assertThat(request.join().body()).isEqualTo("done");
        stop.join();
    }

    private static boolean turnsAway(int port) throws IOException {
        try (Socket late = new Socket("localhost", port)) {
            late.setSoTimeout(100);
            late.getOutputStream().write('G');
            return late.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void clientsThatDoNotFinishTheirRequestsAreCutOff() throws IOException {
        try (Application application = Application.run(List.of())) {
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Socket socket = new Socket("localhost", application.port());
                socket.getOutputStream()
                        .write("GET /actuator HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            assertThat(application.get(LIVENESS).statusCode()).isEqualTo(200);
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void limitsOfTheJvmAreSetUnlessSomebodyHasSetThem() {
        System.setProperty("jdk.httpserver.maxConnections", "77");
        try (Application application = Application.run(List.of())) {
            assertThat(application.port()).isPositive();
            assertThat(System.getProperty("jdk.httpserver.maxConnections")).isEqualTo("77");
            assertThat(System.getProperty("sun.net.httpserver.nodelay")).isEqualTo("true");
        } finally {
            System.clearProperty("jdk.httpserver.maxConnections");
        }
    }
}
