package io.websock.actuate;

import static io.websock.actuate.Application.json;
import static io.websock.actuate.Application.type;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import tools.jackson.databind.JsonNode;

/** Which endpoints there are, and where: as Boot's properties say. */
class EndpointExposureTest {

    @WebEndpoint(id = "switch")
    static class Switch {

        @ReadOperation
        String state() {
            return "on";
        }

        @WriteOperation
        String change() {
            return "changed";
        }

        @DeleteOperation
        String remove() {
            return "removed";
        }
    }

    private static Application run(String... properties) {
        return Application.run(List.of(Switch.class), properties);
    }

    private static List<String> links(HttpResponse<String> page) {
        List<String> links = new ArrayList<>();
        for (JsonNode link : json(page).path("_links")) {
            links.add(link.path("href").asString());
        }
        return links;
    }

    @Test
    void libraryExposesHealthAlone() {
        try (Application application = run()) {
            assertThat(links(application.get("/actuator")))
                    .containsExactly(
                            application.uri("/actuator").toString(),
                            application.uri("/actuator/health").toString(),
                            application.uri("/actuator/health/").toString() + "{*path}");
            assertThat(application.get("/actuator/health").statusCode()).isEqualTo(200);
            assertThat(application.get("/actuator/switch").statusCode()).isEqualTo(404);
            assertThat(application.get("/actuator/env").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void includedIsExposedUnlessItIsExcluded() {
        try (Application application = run(
                "management.endpoints.web.exposure.include=*", "management.endpoints.web.exposure.exclude=env,beans")) {
            assertThat(application.get("/actuator/switch").body()).isEqualTo("on");
            assertThat(application.get("/actuator/metrics").statusCode()).isEqualTo(200);
            assertThat(application.get("/actuator/env").statusCode()).isEqualTo(404);
            assertThat(application.get("/actuator/beans").statusCode()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "management.endpoint.switch.access=none, 404, 404, 404",
        "management.endpoint.switch.access=read-only, 200, 405, 405",
        "management.endpoint.switch.access=unrestricted, 200, 200, 200",
        "management.endpoints.access.default=none, 404, 404, 404",
        "management.endpoints.access.default=read-only, 200, 405, 405",
        "management.endpoints.access.max-permitted=read-only, 200, 405, 405"
    })
    void accessRulesLeaveOperationsOut(String rule, int read, int write, int delete) {
        try (Application application = run("management.endpoints.web.exposure.include=switch", rule)) {
            assertThat(application.get("/actuator/switch").statusCode()).isEqualTo(read);
            assertThat(application.send("POST", "/actuator/switch").statusCode())
                    .isEqualTo(write);
            assertThat(application.send("DELETE", "/actuator/switch").statusCode())
                    .isEqualTo(delete);
        }
    }

    @Test
    void pathsAreThoseOfTheProperties() {
        try (Application application = run(
                "management.server.base-path=/manage/",
                "management.endpoints.web.base-path=/ops",
                "management.endpoints.web.path-mapping.health=check/health",
                "management.endpoint.health.group.up.include=ping",
                "management.endpoint.health.group.up.additional-path=management:/up")) {
            assertThat(application.get("/manage/ops/check/health").statusCode()).isEqualTo(200);
            assertThat(application.get("/manage/ops/check/health/up").statusCode())
                    .isEqualTo(200);
            assertThat(application.get("/manage/up").body()).isEqualTo("{\"status\":\"UP\"}");
            assertThat(application.get("/up").statusCode()).isEqualTo(404);
            assertThat(application.get("/actuator/health").statusCode()).isEqualTo(404);
            assertThat(links(application.get("/manage/ops/", "Accept", "application/json")))
                    .contains(application.uri("/manage/ops/check/health").toString());
        }
    }

    @Test
    void basePathMayBeTheRoot() {
        try (Application application = run("management.endpoints.web.base-path=/")) {
            assertThat(application.get("/health").statusCode()).isEqualTo(200);
            assertThat(links(application.get("/")))
                    .contains(application.uri("/health").toString());
        }
    }

    @Test
    void pageOfLinksCanBeSwitchedOff() {
        try (Application application = run("management.endpoints.web.discovery.enabled=false")) {
            assertThat(application.get("/actuator").statusCode()).isEqualTo(404);
            assertThat(application.get("/actuator/health").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void scrapeHasTheFormatThatIsAskedFor() {
        try (Application application = run("management.endpoints.web.exposure.include=prometheus")) {
            HttpResponse<String> text = application.get("/actuator/prometheus");
            assertThat(type(text)).isEqualTo("text/plain;version=0.0.4;charset=utf-8");
            assertThat(text.body()).contains("# TYPE jvm_threads_live_threads gauge");
            HttpResponse<String> open = application.get(
                    "/actuator/prometheus",
                    "Accept",
                    "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1");
            assertThat(type(open)).isEqualTo("application/openmetrics-text;version=1.0.0;charset=utf-8");
            assertThat(open.body()).endsWith("# EOF\n");
            HttpResponse<String> one =
                    application.get("/actuator/prometheus?includedNames=jvm_threads_live_threads", "Accept", "*/*");
            assertThat(one.body()).contains("jvm_threads_live_threads").doesNotContain("jvm_threads_peak");
            assertThat(application
                            .get("/actuator/prometheus", "Accept", "text/html")
                            .statusCode())
                    .isEqualTo(406);
        }
    }
}
