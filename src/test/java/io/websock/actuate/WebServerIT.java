package io.websock.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * An application that has a web server. Which one, the build says: it runs these tests once with each on the class path, where no other
 * test has one.
 */
@ExtendWith(OutputCaptureExtension.class)
class WebServerIT {

    /** {@code servlet} or {@code reactive}. */
    private static final String KIND = System.getProperty("websock.web-server");

    @WebEndpoint(id = "greeting")
    static class Greeting {

        @ReadOperation
        String greet(@Selector String name) {
            return "hello " + name;
        }

        @WriteOperation
        String greetAll(int times) {
            return "hello".repeat(times);
        }
    }

    private static Application run(String... properties) {
        Application application = Application.run(List.of(Greeting.class), properties);
        assertThat(application.context.getEnvironment().getClass().getName().toLowerCase(Locale.ROOT))
                .contains(application.context.getEnvironment().containsProperty("local.server.port") ? KIND : "");
        return application;
    }

    private static void assertServes(Application application, String portProperty) {
        String port = application.context.getEnvironment().getRequiredProperty(portProperty);
        String actuator = "http://localhost:" + port + "/actuator";
        assertThat(send(HttpRequest.newBuilder(URI.create(actuator + "/greeting/you"))))
                .isEqualTo("hello you");
        assertThat(send(HttpRequest.newBuilder(URI.create(actuator + "/health/liveness"))))
                .isEqualTo("{\"status\":\"UP\"}");
        assertThat(send(HttpRequest.newBuilder(URI.create(actuator)))).contains(actuator + "/greeting/{name}");
        assertThat(send(HttpRequest.newBuilder(URI.create(actuator + "/greeting"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"times\":2}"))))
                .isEqualTo("hellohello");
    }

    /** On a connection of its own: on one kept alive, Reactor Netty has been seen not to read the next request. */
    private static String send(HttpRequest.Builder request) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(30))
                .build();
        return client.sendAsync(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString())
                .join()
                .body();
    }

    @Test
    void webServerServesTheEndpointsAndTheBridgeIsNotThere(CapturedOutput output) {
        try (Application application = run(
                "server.port=0",
                "management.server.port=",
                "management.endpoints.web.exposure.include=*",
                "websocket.server.enabled=true",
                "websocket.server.port=0")) {
            assertThat(application.context.getBeansOfType(ManagementServer.class))
                    .isEmpty();
            assertServes(application, "local.server.port");
            assertThat(application.context.getEnvironment().getProperty("local.websocket.port", Integer.class))
                    .isPositive();
        }
        assertThat(output).doesNotContain("Management server").contains("WebSocket server stopped");
    }

    @Test
    void managementPortIsBootsOwn(CapturedOutput output) {
        try (Application application =
                run("server.port=0", "management.server.port=0", "management.endpoints.web.exposure.include=*")) {
            assertThat(application.context.getBeansOfType(ManagementServer.class))
                    .isEmpty();
            assertThat(application.context.getEnvironment().getProperty("local.management.port"))
                    .isNotEqualTo(application.context.getEnvironment().getProperty("local.server.port"));
            assertServes(application, "local.management.port");
        }
        assertThat(output).doesNotContain("Management server");
    }

    @Test
    void applicationThatDoesNotUseItsWebServerHasTheBridge(CapturedOutput output) {
        try (Application application =
                run("spring.main.web-application-type=none", "management.endpoints.web.exposure.include=*")) {
            assertServes(application, "local.management.port");
            assertThat(output).contains("Management server listening on port " + application.port());
        }
    }
}
