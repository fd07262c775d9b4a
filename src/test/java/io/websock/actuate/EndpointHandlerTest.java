package io.websock.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.WebOperationRequestPredicate;
import tools.jackson.databind.json.JsonMapper;

/** Operations that Actuator's own discovery does not make here, or not on purpose. */
class EndpointHandlerTest {

    /** Tells its path and the variables. */
    private record Teller(String path, boolean isBlocking) implements WebOperation {

        @Override
        public @Nullable Object invoke(InvocationContext context) {
            return path + " " + context.getArguments();
        }

        @Override
        public String getId() {
            return path;
        }

        @Override
        public OperationType getType() {
            return OperationType.READ;
        }

        @Override
        public WebOperationRequestPredicate getRequestPredicate() {
            return new WebOperationRequestPredicate(path, WebEndpointHttpMethod.GET, List.of(), List.of("text/plain"));
        }
    }

    private final EndpointRoutes routes = new EndpointRoutes("", "", List.of());
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        server.createContext("/", new EndpointHandler(routes, JsonMapper.shared(), JsonMapper.shared()));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void add(String path, boolean blocking) {
        routes.add(List.of(path), Map.of(), new Teller(path, blocking));
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + path);
        return Application.CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @Test
    void mostSpecificPathCounts() throws Exception {
        add("a/{*rest}", true);
        add("a/{one}", true);
        add("a/b", true);
        add("a/{one}/c", true);
        add("a", true);
        assertThat(get("/a").body()).isEqualTo("a {}");
        assertThat(get("/a/b").body()).isEqualTo("a/b {}");
        assertThat(get("/a/x").body()).isEqualTo("a/{one} {one=x}");
        assertThat(get("/a/b/c").body()).isEqualTo("a/{one}/c {one=b}");
        assertThat(get("/a/b/d").body()).startsWith("a/{*rest} {rest=");
    }

    @Test
    void resultThatComesLaterIsNotSupported() throws Exception {
        add("later", false);
        assertThat(get("/later").statusCode()).isEqualTo(501);
    }

    @Test
    void parameterOfThePathCannotBeReplaced() throws Exception {
        add("a/{one}", true);
        assertThat(get("/a/x?one=y").body()).isEqualTo("a/{one} {one=x}");
    }
}
