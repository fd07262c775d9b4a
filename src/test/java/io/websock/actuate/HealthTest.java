package io.websock.actuate;

import static io.websock.actuate.Application.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.spring.WebSocketEndpoint;
import io.websock.testkit.Frames;
import io.websock.testkit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** What probes are told. */
class HealthTest {

    private static final String[] PROBES = {"/actuator/health/liveness", "/actuator/health/readiness"};

    static class Disk implements HealthIndicator {
        private volatile boolean full;

        @Override
        public Health health() {
            return (full ? Health.down() : Health.up()).withDetail("path", "/").build();
        }
    }

    @Test
    void probesFollowTheStateOfTheApplication() {
        try (Application application = Application.run(List.of())) {
            for (String probe : PROBES) {
                assertThat(application.get(probe).body()).isEqualTo("{\"status\":\"UP\"}");
            }
            AvailabilityChangeEvent.publish(application.context, ReadinessState.REFUSING_TRAFFIC);
            assertThat(application.get(PROBES[0]).statusCode()).isEqualTo(200);
            HttpResponse<String> readiness = application.get(PROBES[1]);
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(readiness.body()).isEqualTo("{\"status\":\"OUT_OF_SERVICE\"}");
            AvailabilityChangeEvent.publish(application.context, LivenessState.BROKEN);
            assertThat(application.get(PROBES[0]).statusCode()).isEqualTo(503);
        }
    }

    @Test
    void probesCanBeSwitchedOff() {
        try (Application application = Application.run(List.of(), "management.endpoint.health.probes.enabled=false")) {
            assertThat(application.get("/actuator/health").statusCode()).isEqualTo(200);
            assertThat(application.get(PROBES[0]).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void statusOfHealthIsOneOfHttp() {
        try (Application application = Application.run(List.of(Disk.class))) {
            assertThat(application.get("/actuator/health").statusCode()).isEqualTo(200);
            application.context.getBean(Disk.class).full = true;
            HttpResponse<String> down = application.get("/actuator/health");
            assertThat(down.statusCode()).isEqualTo(503);
            assertThat(json(down).path("status").asString()).isEqualTo("DOWN");
            assertThat(application.get(PROBES[0]).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void groupsStatusesAndDetailsAreConfigurable() {
        try (Application application = Application.run(
                List.of(Disk.class),
                "management.endpoint.health.status.http-mapping.down=500",
                "management.endpoint.health.show-details=always",
                "management.endpoint.health.group.storage.include=healthTest.Disk")) {
            application.context.getBean(Disk.class).full = true;
            HttpResponse<String> group = application.get("/actuator/health/storage");
            assertThat(group.statusCode()).isEqualTo(500);
            assertThat(json(group)
                            .at("/components/healthTest.Disk/details/path")
                            .asString())
                    .isEqualTo("/");
            HttpResponse<String> one = application.get("/actuator/health/healthTest.Disk");
            assertThat(one.statusCode()).isEqualTo(500);
            assertThat(json(one).at("/details/path").asString()).isEqualTo("/");
        }
    }

    @WebSocketEndpoint(path = "/stuck", nonBlocking = true)
    static class Stuck implements WebSocketListener {
        static final int LOOPS = 2;

        private final CountDownLatch entered = new CountDownLatch(LOOPS);
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public void onMessage(WebSocketConnection connection, Message message) throws InterruptedException {
            entered.countDown();
            released.await();
        }
    }

    @Test
    void probesAreAnsweredWhileAllEventLoopsAreStuck() throws Exception {
        try (Application application = Application.run(
                List.of(Stuck.class),
                "websocket.server.enabled=true",
                "websocket.server.port=0",
                "websocket.server.event-loops=" + Stuck.LOOPS)) {
            Stuck stuck = application.context.getBean(Stuck.class);
            String port = application.context.getEnvironment().getRequiredProperty("local.websocket.port");
            for (int loop = 0; loop < Stuck.LOOPS; loop++) {
                Application.CLIENT
                        .newWebSocketBuilder()
                        .buildAsync(URI.create("ws://localhost:" + port + "/stuck"), new WebSocket.Listener() {})
                        .join()
                        .sendText("", true)
                        .join();
            }
            try {
                assertThat(stuck.entered.await(10, TimeUnit.SECONDS)).isTrue();
                for (String probe : PROBES) {
                    assertThat(application.get(probe).statusCode()).isEqualTo(200);
                }
            } finally {
                stuck.released.countDown();
            }
        }
    }

    @WebSocketEndpoint("/quiet")
    static class Quiet implements WebSocketListener {
        @Override
        public void onMessage(WebSocketConnection connection, Message message) {}
    }

    @Test
    void drainingServerIsAliveAndNotReadyToTheEnd() throws Exception {
        Application application =
                Application.run(List.of(Quiet.class), "websocket.server.enabled=true", "websocket.server.port=0");
        URI[] probes = {application.uri(PROBES[0]), application.uri(PROBES[1])};
        int port = application.context.getEnvironment().getRequiredProperty("local.websocket.port", Integer.class);
        try (RawClient client = RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            client.upgrade("/quiet");
            CompletableFuture<Void> close = CompletableFuture.runAsync(application::close);
            client.expectClose(1001, "server is stopping");
            assertThat(status(probes[0])).isEqualTo(200);
            assertThat(status(probes[1])).isEqualTo(503);
            assertThat(close).isNotDone();
            client.sendFrames(Frames.close(1001, ""));
            client.expectEndOfStream();
            client.endOutput();
            close.join();
        }
        assertThatThrownBy(() -> status(probes[0])).isInstanceOf(IOException.class);
    }

    private static int status(URI probe) throws IOException, InterruptedException {
        return Application.CLIENT
                .send(HttpRequest.newBuilder(probe).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
