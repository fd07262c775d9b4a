package io.websock.actuate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationArgumentResolver;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.ProducibleOperationArgumentResolver;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.AbstractDiscoveredOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameter;
import org.springframework.boot.actuate.endpoint.invoke.ParameterMappingException;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.core.io.Resource;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.ObjectUtils;
import org.springframework.util.StringUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Calls the operation that a request asks for, and makes an answer of what it returns. */
final class EndpointHandler implements HttpHandler {
    /** Requests of one path at a time. What hangs there must not take all threads, nor must clients that do not read their answers. */
    static final int SAME_PATH = 3;
    /** Bytes of a request's body. */
    static final int MAX_BODY = 64 << 10;
    /** Bytes over that limit that are still read: a client that has not sent everything sees a reset before it sees an answer. */
    private static final int DISCARDED = 1 << 20;

    private static final Logger log = LoggerFactory.getLogger(EndpointHandler.class);
    private static final Answer FAILED = Answer.text(500, "internal error", Map.of());
    private static final Answer BUSY =
            Answer.text(503, "too many requests of this path at a time", Map.of("Retry-After", "1"));
    private static final TypeReference<Map<String, String>> PARAMETERS = new TypeReference<>() {};

    private final EndpointRoutes routes;
    private final JsonMapper mapper;
    private final JsonMapper actuatorMapper;
    private final Map<List<String>, Integer> running = new ConcurrentHashMap<>();

    /**
     * @param mapper of bodies
     * @param actuatorMapper of those answers that are Actuator's own, which an application's settings for JSON do not change
     */
    EndpointHandler(EndpointRoutes routes, JsonMapper mapper, JsonMapper actuatorMapper) {
        this.routes = routes;
        this.mapper = mapper;
        this.actuatorMapper = actuatorMapper;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        List<String> path = EndpointRoutes.segments(exchange.getRequestURI().getRawPath()).stream()
                .map(segment -> StringUtils.uriDecode(segment, StandardCharsets.UTF_8))
                .toList();
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + DISCARDED);
            RequestThreads.received();
            respond(exchange, path, body);
        }
    }

    private void respond(HttpExchange exchange, List<String> path, byte[] body) throws IOException {
        boolean busy = running.merge(path, 1, Integer::sum) > SAME_PATH;
        try {
            (busy ? BUSY : answer(exchange, path, body)).send(exchange);
        } finally {
            running.computeIfPresent(path, (same, count) -> count == 1 ? null : count - 1);
        }
    }

    private Answer answer(HttpExchange exchange, List<String> path, byte[] body) {
        try {
            String method = exchange.getRequestMethod().replace("HEAD", "GET");
            List<String> accepted = exchange.getRequestHeaders().getOrDefault("Accept", List.of());
            EndpointRoutes.Match match = routes.find(method, path, Accept.of(accepted));
            Object result = invoke(match.operation(), context(exchange, match, accepted, body));
            if (result == null) {
                return method.equals("GET") ? Answer.text(404, "not found", Map.of()) : answer(204, null, null);
            }
            if (result instanceof WebEndpointResponse<?> response) {
                MimeType type = response.getContentType() != null ? response.getContentType() : match.type();
                return answer(response.getStatus(), type, response.getBody());
            }
            return answer(200, match.type(), result);
        } catch (RequestRefusedException e) {
            return e.answer();
        } catch (RuntimeException | Error e) {
            log.warn("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
            return FAILED;
        }
    }

    private Answer answer(int status, @Nullable MimeType type, @Nullable Object body) {
        if (body instanceof Resource resource) {
            return new Answer(status, type, resource, Map.of());
        }
        if (body == null || body instanceof byte[]) {
            return Answer.of(status, type, body == null ? new byte[0] : (byte[]) body);
        }
        if (body instanceof CharSequence text) {
            Charset charset = type == null || type.getCharset() == null ? StandardCharsets.UTF_8 : type.getCharset();
            return Answer.of(status, type, text.toString().getBytes(charset));
        }
        JsonMapper json = body instanceof OperationResponseBody ? actuatorMapper : mapper;
        return Answer.of(status, type, json.writeValueAsBytes(body));
    }

    private static @Nullable Object invoke(WebOperation operation, InvocationContext context) {
        if (!operation.isBlocking()) {
            throw new RequestRefusedException(501, "results of reactive types are not supported here");
        }
        try {
            return operation.invoke(context);
        } catch (ParameterMappingException e) {
            Class<?> type = e.getParameter().getType();
            String wanted = type.isEnum()
                    ? "one of " + Arrays.toString(type.getEnumConstants())
                    : "of type " + type.getSimpleName();
            throw new RequestRefusedException(
                    400,
                    "parameter '%s' has to be %s, not '%s'"
                            .formatted(e.getParameter().getName(), wanted, ObjectUtils.nullSafeToString(e.getValue())));
        } catch (InvalidEndpointRequestException e) {
            throw new RequestRefusedException(400, String.valueOf(e.getReason()));
        }
    }

    private InvocationContext context(
            HttpExchange exchange, EndpointRoutes.Match match, List<String> accepted, byte[] body) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        Collection<String> consumes = match.operation().getRequestPredicate().getConsumes();
        // An empty one needs no type.
        if (body.length > 0 && !consumes.isEmpty()) {
            arguments.putAll(parameters(exchange.getRequestHeaders().getFirst("Content-Type"), body, consumes));
        }
        query(exchange).forEach((name, values) -> arguments.put(name, values.size() == 1 ? values.get(0) : values));
        InvocationContext context = new InvocationContext(
                SecurityContext.NONE,
                arguments,
                OperationArgumentResolver.of(WebServerNamespace.class, () -> WebServerNamespace.MANAGEMENT),
                OperationArgumentResolver.of(LinksOperation.PageUrl.class, () -> url(exchange)),
                new ProducibleOperationArgumentResolver(() -> accepted));
        if (match.operation() instanceof AbstractDiscoveredOperation discovered) {
            requireKnown(arguments.keySet(), discovered, context);
        }
        arguments.putAll(match.variables());
        return context;
    }

    /** Stricter than Boot: what is misspelt must not count as left out, where that means all. */
    private static void requireKnown(
            Set<String> given, AbstractDiscoveredOperation operation, InvocationContext context) {
        Set<String> known = operation.getOperationMethod().getParameters().stream()
                .filter(parameter -> parameter.getAnnotation(Selector.class) == null)
                .filter(parameter -> !context.canResolve(parameter.getType()))
                .map(OperationParameter::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        for (String name : given) {
            if (!known.contains(name)) {
                String those = known.isEmpty() ? "none" : String.join(", ", known);
                throw new RequestRefusedException(400, "parameter '" + name + "' is unknown: there are " + those);
            }
        }
    }

    private static LinksOperation.PageUrl url(HttpExchange exchange) {
        String scheme = exchange instanceof HttpsExchange ? "https://" : "http://";
        String host = exchange.getRequestHeaders().getFirst("Host");
        String authority =
                host != null ? host : "localhost:" + exchange.getLocalAddress().getPort();
        return new LinksOperation.PageUrl(
                scheme + authority + exchange.getRequestURI().getRawPath());
    }

    private static Map<String, List<String>> query(HttpExchange exchange) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (String pair :
                StringUtils.tokenizeToStringArray(exchange.getRequestURI().getRawQuery(), "&")) {
            String[] parts = pair.split("=", 2);
            query.computeIfAbsent(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), name -> new ArrayList<>())
                    .add(parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private Map<String, String> parameters(@Nullable String type, byte[] body, Collection<String> consumes) {
        if (body.length > MAX_BODY) {
            throw new RequestRefusedException(413, "body is larger than " + MAX_BODY + " bytes");
        }
        if (!consumes(consumes, type)) {
            throw new RequestRefusedException(415, "this path consumes " + String.join(", ", consumes));
        }
        try {
            Map<String, String> parameters = mapper.readValue(body, PARAMETERS);
            if (parameters != null) {
                return parameters;
            }
        } catch (JacksonException e) {
            // Not more of an object than null.
        }
        throw new RequestRefusedException(400, "body is not a JSON object of strings, numbers and booleans");
    }

    private static boolean consumes(Collection<String> consumed, @Nullable String contentType) {
        try {
            MimeType type = contentType == null ? null : MimeType.valueOf(contentType);
            return type != null
                    && consumed.stream().anyMatch(one -> MimeType.valueOf(one).includes(type));
        } catch (InvalidMimeTypeException e) {
            return false;
        }
    }
}
