package io.websock.actuate;

import static io.websock.actuate.Application.json;
import static io.websock.actuate.Application.type;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;

/** What a request makes of an operation, and an operation of an answer. */
@ExtendWith(OutputCaptureExtension.class)
class EndpointOperationsTest {

    enum Size {
        SMALL,
        LARGE
    }

    /** Each kind of operation, with each kind of parameter. */
    @Endpoint(id = "stock")
    static class Stock {
        private final Map<String, String> items = new TreeMap<>(Map.of("apple", "3"));

        @ReadOperation
        Map<String, String> all(@Nullable String prefix) {
            Map<String, String> found = new TreeMap<>(items);
            found.keySet().removeIf(name -> prefix != null && !name.startsWith(prefix));
            return found;
        }

        @ReadOperation
        @Nullable
        Item one(@Selector String name) {
            return items.containsKey(name) ? new Item(name, items.get(name), null) : null;
        }

        record Item(String name, String count, @Nullable String nothing) {}

        @WriteOperation
        void put(@Selector String name, int count, @Nullable Size size, @Nullable List<String> tags) {
            items.put(name, count + (size == null ? "" : " " + size) + (tags == null ? "" : " " + tags));
        }

        @WriteOperation
        String sort() {
            return "sorted";
        }

        @DeleteOperation
        @Nullable
        String remove(@Selector String name) {
            return items.remove(name);
        }
    }

    @WebEndpoint(id = "tree")
    static class Tree {

        @ReadOperation
        List<String> path(@Selector String root, @Selector(match = Match.ALL_REMAINING) String... branches) {
            List<String> path = new ArrayList<>(List.of(root));
            path.addAll(List.of(branches));
            return path;
        }
    }

    /** Each kind of result. */
    @WebEndpoint(id = "results")
    static class Results {
        static Path file;

        @ReadOperation
        Object result(@Selector String kind) throws IOException {
            return switch (kind) {
                case "status" -> new WebEndpointResponse<>(Map.of("busy", true), 429);
                case "empty" -> new WebEndpointResponse<>(503);
                case "typed" -> new WebEndpointResponse<>("a,b", MimeType.valueOf("text/csv;charset=ISO-8859-1"));
                case "bytes" -> new WebEndpointResponse<>(new byte[] {'o', 'k'}, MimeType.valueOf("image/x-none"));
                case "stream" -> new InputStreamResource(new ByteArrayInputStream("streamed".getBytes()));
                case "failure" -> throw new IllegalStateException("a secret");
                case "cycle" ->
                    new Object() {
                        public Object getSelf() {
                            return this;
                        }
                    };
                default -> throw new IllegalArgumentException(kind);
            };
        }

        @WriteOperation
        Resource create() {
            return new ByteArrayResource("created".getBytes());
        }
    }

    @WebEndpoint(id = "log")
    static class Log {

        @ReadOperation(produces = "text/plain;charset=UTF-8")
        Resource log() {
            return new FileSystemResource(Results.file);
        }
    }

    /** Two operations for one path, which differ in what they produce. */
    @WebEndpoint(id = "page")
    static class Page {

        @ReadOperation(produces = "text/html")
        String html() {
            return "<p>ä";
        }

        @ReadOperation(produces = "application/json")
        Map<String, String> data() {
            return Map.of("p", "ä");
        }
    }

    private static Application application;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        Results.file = Files.writeString(directory.resolve("log"), "0123456789");
        application = Application.run(
                List.of(Stock.class, Tree.class, Results.class, Log.class, Page.class),
                "management.endpoints.web.exposure.include=*",
                "management.endpoint.heapdump.access=unrestricted",
                "spring.jackson.default-property-inclusion=always");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void readOperationIsAGet() {
        HttpResponse<String> response = application.get("/actuator/stock");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(type(response)).isEqualTo("application/vnd.spring-boot.actuator.v3+json");
        assertThat(json(response).path("apple").asString()).isEqualTo("3");
    }

    @Test
    void writeAndDeleteOperationsArePostAndDelete() {
        assertThat(application.post("/actuator/stock/fig", "{\"count\": 2}").statusCode())
                .isEqualTo(204);
        assertThat(json(application.get("/actuator/stock/fig")).path("count").asString())
                .isEqualTo("2");
        assertThat(application.send("DELETE", "/actuator/stock/fig").body()).isEqualTo("2");
        assertThat(application.send("DELETE", "/actuator/stock/fig").statusCode())
                .isEqualTo(204);
        assertThat(application.get("/actuator/stock/fig").statusCode()).isEqualTo(404);
    }

    @Test
    void bodyAndQueryGiveParametersOfAllTypes() {
        application.post(
                "/actuator/stock/kiwi?tags=green&tags=so%2Bso+sweet", "{\"count\": \"5\", \"size\": \"large\"}");
        assertThat(json(application.get("/actuator/stock")).path("kiwi").asString())
                .isEqualTo("5 LARGE [green, so+so sweet]");
        application.post("/actuator/stock/kiwi?count=6&tags=a,b", "{\"size\": null}");
        assertThat(json(application.get("/actuator/stock")).path("kiwi").asString())
                .isEqualTo("6 [a, b]");
        assertThat(application.send("DELETE", "/actuator/stock/kiwi").statusCode())
                .isEqualTo(200);
    }

    @Test
    void optionalParameterMayBeLeftOut() {
        assertThat(application.get("/actuator/stock?prefix=b").body()).isEqualTo("{}");
        assertThat(application.get("/actuator/stock?prefix=a").body()).isEqualTo("{\"apple\":\"3\"}");
    }

    @Test
    void emptyBodyNeedsNoType() {
        assertThat(application.send("POST", "/actuator/stock").body()).isEqualTo("sorted");
        assertThat(application.send("POST", "/actuator/stock/plum?count=1").statusCode())
                .isEqualTo(204);
        application.send("DELETE", "/actuator/stock/plum");
    }

    @Test
    void segmentsOfAPathAreDecodedOneByOne() {
        assertThat(application.get("/actuator/tree/a%2Fb/c%20d/%C3%A9+").body()).isEqualTo("[\"a/b\",\"c d\",\"é+\"]");
        assertThat(application.get("/actuator/tree/a").body()).isEqualTo("[\"a\"]");
        assertThat(application.get("/actuator/tree/a/").body()).isEqualTo("[\"a\"]");
        assertThat(application.get("/actuator/tree").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /actuator/nothing, 404",
        "GET, /other, 404",
        "GET, /, 404",
        "GET, /actuator/../actuator/stock, 404",
        "GET, /actuator/stock/apple/more, 404",
        "PUT, /actuator/stock, 405",
        "DELETE, /actuator/stock, 405",
        "POST, /actuator, 405",
        "OPTIONS, /actuator/tree/a, 405"
    })
    void whatIsNotThereIsRefused(String method, String path, int status) {
        HttpResponse<String> response = application.send(method, path);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(type(response)).isEqualTo("text/plain;charset=UTF-8");
        assertThat(response.body()).isNotBlank();
    }

    @Test
    void methodsThatAreThereAreNamed() {
        assertThat(application.send("PUT", "/actuator/stock").headers().allValues("Allow"))
                .containsExactly("GET, POST, HEAD");
        assertThat(application.send("POST", "/actuator/page").headers().allValues("Allow"))
                .containsExactly("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"count\":", "[1]", "\"count\"", "7", "null", "{\"count\": {\"a\": 1}}", "\u0000"})
    void bodyThatIsNotAnObjectOfSimpleValuesIsRefused(String body) {
        HttpResponse<String> response = application.post("/actuator/stock/fig", body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo("body is not a JSON object of strings, numbers and booleans\n");
    }

    @Test
    void parametersAreNamedIfTheyAreMissingWrongOrUnknown() {
        assertThat(application.post("/actuator/stock/fig", "{}").body()).isEqualTo("Missing parameters: count\n");
        assertThat(application
                        .post("/actuator/stock/fig", "{\"count\": \"many\"}")
                        .body())
                .isEqualTo("parameter 'count' has to be of type int, not 'many'\n");
        assertThat(application
                        .post("/actuator/stock/fig", "{\"count\": 1, \"size\": \"huge\"}")
                        .body())
                .isEqualTo("parameter 'size' has to be one of [SMALL, LARGE], not 'huge'\n");
        assertThat(application.post("/actuator/stock/fig", "{\"cuont\": 1}").body())
                .isEqualTo("parameter 'cuont' is unknown: there are count, size, tags\n");
        assertThat(application.get("/actuator/stock/apple?name=fig").body())
                .isEqualTo("parameter 'name' is unknown: there are none\n");
        for (String body : List.of("{}", "{\"count\": \"many\"}", "{\"cuont\": 1}")) {
            assertThat(application.post("/actuator/stock/fig", body).statusCode())
                    .isEqualTo(400);
        }
        assertThat(application.get("/actuator/stock/fig").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", "json"})
    void bodyOfAnotherTypeIsRefused(String type) {
        HttpResponse<String> response = application.send(application
                .request("/actuator/stock/fig", "Content-Type", type)
                .POST(BodyPublishers.ofString("count=1"))
                .build());
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(response.body()).contains("application/json");
    }

    @Test
    void bodyOfAnyOfBootsTypesIsRead() {
        for (String type : List.of("application/json;charset=utf-8", "application/vnd.spring-boot.actuator.v3+json")) {
            assertThat(application
                            .send(application
                                    .request("/actuator/stock/lime", "Content-Type", type)
                                    .POST(BodyPublishers.ofString("{\"count\": 1}"))
                                    .build())
                            .statusCode())
                    .isEqualTo(204);
        }
        application.send("DELETE", "/actuator/stock/lime");
    }

    @ParameterizedTest
    @ValueSource(ints = {EndpointHandler.MAX_BODY + 1, 1 << 20})
    void bodyThatIsTooLargeIsRefused(int size) {
        HttpResponse<String> response = application.post("/actuator/stock/fig", "x".repeat(size));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).isEqualTo("body is larger than 65536 bytes\n");
    }

    @Test
    void bodyOfTheLargestSizeIsRead() {
        String body = "{\"count\": 1}";
        String padded = body + " ".repeat(EndpointHandler.MAX_BODY - body.length());
        assertThat(application.post("/actuator/stock/pear", padded).statusCode())
                .isEqualTo(204);
        application.send("DELETE", "/actuator/stock/pear");
    }

    @Test
    void clientChoosesAmongTheTypesThatAreProduced() {
        assertThat(type(application.get("/actuator/stock", "Accept", "application/json")))
                .isEqualTo("application/json");
        assertThat(type(application.get("/actuator/stock", "Accept", "text/html, application/*;q=0.5")))
                .isEqualTo("application/vnd.spring-boot.actuator.v3+json");
        assertThat(application
                        .get("/actuator/page", "Accept", "text/html, */*;q=0.8")
                        .body())
                .isEqualTo("<p>ä");
        assertThat(application
                        .get("/actuator/page", "Accept", "text/html;q=0.1", "Accept", "application/json;q=0.2")
                        .body())
                .isEqualTo("{\"p\":\"ä\"}");
    }

    @Test
    void typeThatIsNotProducedIsRefused() {
        for (String accept : List.of("text/html", "application/json;q=0")) {
            HttpResponse<String> response = application.get("/actuator/stock", "Accept", accept);
            assertThat(response.statusCode()).isEqualTo(406);
            assertThat(response.body()).contains("application/json");
        }
        for (String accept : List.of("text", "text/html;q=good")) {
            assertThat(application.get("/actuator/stock", "Accept", accept).body())
                    .isEqualTo("Accept is malformed\n");
        }
    }

    @Test
    void headIsAGetWithoutItsBody() {
        HttpResponse<String> get = application.get("/actuator/stock");
        HttpResponse<String> head = application.send("HEAD", "/actuator/stock");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Length"))
                .isEqualTo(get.headers().firstValue("Content-Length"));
        assertThat(type(head)).isEqualTo(type(get));
        assertThat(application.send("HEAD", "/actuator/stock/none").statusCode())
                .isEqualTo(404);
    }

    @Test
    void responseSetsStatusAndType() {
        HttpResponse<String> status = application.get("/actuator/results/status");
        assertThat(status.statusCode()).isEqualTo(429);
        assertThat(status.body()).isEqualTo("{\"busy\":true}");
        HttpResponse<String> empty = application.get("/actuator/results/empty");
        assertThat(empty.statusCode()).isEqualTo(503);
        assertThat(empty.body()).isEmpty();
        HttpResponse<String> typed = application.get("/actuator/results/typed");
        assertThat(type(typed)).isEqualTo("text/csv;charset=ISO-8859-1");
        assertThat(typed.body()).isEqualTo("a,b");
        HttpResponse<String> bytes = application.get("/actuator/results/bytes");
        assertThat(type(bytes)).isEqualTo("image/x-none");
        assertThat(bytes.body()).isEqualTo("ok");
    }

    @Test
    void failureTellsTheLogAndNotTheClient(CapturedOutput output) {
        for (String kind : List.of("failure", "cycle")) {
            HttpResponse<String> response = application.get("/actuator/results/" + kind);
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).isEqualTo("internal error\n");
            assertThat(output).contains("GET /actuator/results/" + kind + " failed");
        }
        assertThat(output).contains("a secret");
    }

    @Test
    void resourceIsSentAsItIs() {
        HttpResponse<String> file = application.get("/actuator/log");
        assertThat(type(file)).isEqualTo("text/plain;charset=UTF-8");
        assertThat(file.headers().firstValueAsLong("Content-Length")).hasValue(10);
        assertThat(file.body()).isEqualTo("0123456789");
        HttpResponse<String> stream = application.get("/actuator/results/stream");
        assertThat(stream.headers().firstValue("Transfer-Encoding")).contains("chunked");
        assertThat(stream.body()).isEqualTo("streamed");
        HttpResponse<String> written = application.send("POST", "/actuator/results");
        assertThat(type(written)).isEqualTo("application/octet-stream");
        assertThat(written.body()).isEqualTo("created");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-3, 206, 0123, bytes 0-3/10",
        "bytes=8-, 206, 89, bytes 8-9/10",
        "bytes=8-99, 206, 89, bytes 8-9/10",
        "bytes=-3, 206, 789, bytes 7-9/10",
        "bytes=-99, 206, 0123456789, bytes 0-9/10",
        "bytes=10-, 416, '', bytes */10",
        "'bytes=0-1,3-4', 200, 0123456789,",
        "lines=0-1, 200, 0123456789,"
    })
    void partOfAResourceCanBeAskedFor(String range, int status, String body, @Nullable String contentRange) {
        HttpResponse<String> response = application.get("/actuator/log", "Range", range);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).isEqualTo(body);
        assertThat(response.headers().firstValue("Content-Range").orElse(null)).isEqualTo(contentRange);
    }

    @Test
    void heapDumpLeavesNoFileBehind() throws Exception {
        List<Path> before = dumps();
        HttpResponse<String> head = application.send("HEAD", "/actuator/heapdump");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length").orElse(0)).isPositive();
        // The client has the head of the answer before it is over.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!dumps().equals(before) && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertThat(dumps()).isEqualTo(before);
    }

    private static List<Path> dumps() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.toString().endsWith(".hprof"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void applicationsSettingsForJsonHoldForItsOwnEndpointsOnly() {
        assertThat(application.get("/actuator/stock/apple").body())
                .isEqualTo("{\"name\":\"apple\",\"count\":\"3\",\"nothing\":null}");
        assertThat(application.get("/actuator/health").body()).doesNotContain("null");
    }

    @Test
    void connectionServesOneRequestAfterTheOther() throws IOException {
        try (var socket = new Socket("localhost", application.port())) {
            String request = "GET /actuator/tree/a HTTP/1.1\r\nHost: x\r\n\r\n";
            socket.getOutputStream()
                    .write((request + request + request.replace("Host: x", "Host: x\r\nConnection: close"))
                            .getBytes(StandardCharsets.US_ASCII));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(4);
        }
    }
}
