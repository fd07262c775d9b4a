package io.websock.actuate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.actuate.endpoint.web.WebOperationRequestPredicate;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.util.MimeType;

/** Finds the operation for a request among those of all exposed endpoints. Where several paths match, the most specific counts. */
final class EndpointRoutes {
    private final List<Route> routes = new ArrayList<>();

    /**
     * @param serverPath in front of all paths
     * @param endpointsPath after it, in front of those of endpoints but not of the additional ones of health groups
     */
    EndpointRoutes(String serverPath, String endpointsPath, Collection<ExposableWebEndpoint> endpoints) {
        for (ExposableWebEndpoint endpoint : endpoints) {
            for (WebOperation operation : endpoint.getOperations()) {
                WebOperationRequestPredicate predicate = operation.getRequestPredicate();
                add(List.of(serverPath, endpointsPath, predicate.getPath()), Map.of(), operation);
                String remaining = predicate.getMatchAllRemainingPathSegmentsVariable();
                if (remaining != null) {
                    for (String group : endpoint.getAdditionalPaths(WebServerNamespace.MANAGEMENT)) {
                        String[] segments = segments(group).toArray(String[]::new);
                        add(List.of(serverPath, group), Map.of(remaining, segments), operation);
                    }
                }
            }
        }
    }

    /**
     * @param paths one after the other
     * @param fixed variables that are not in them
     */
    void add(List<String> paths, Map<String, Object> fixed, WebOperation operation) {
        List<String> template =
                paths.stream().flatMap(path -> segments(path).stream()).toList();
        routes.add(new Route(template, fixed, operation));
        routes.sort(Comparator.comparing(Route::generality));
    }

    /**
     * An operation that a request asks for.
     *
     * @param variables of its path
     * @param type that it is to produce; null if it produces nothing
     */
    record Match(
            WebOperation operation,
            Map<String, Object> variables,
            @Nullable MimeType type) {}

    /** @throws RequestRefusedException with 404, 405 or 406 if there is none */
    Match find(String method, List<String> path, Accept accept) {
        Set<String> methods = new TreeSet<>();
        Map<Route, Map<String, Object>> candidates = new LinkedHashMap<>();
        String generality = "";
        for (Route route : routes) {
            Map<String, Object> variables = route.match(path);
            if (variables != null) {
                methods.add(route.method());
                if (route.method().equals(method)
                        && (candidates.isEmpty() || route.generality().equals(generality))) {
                    generality = route.generality();
                    candidates.put(route, variables);
                }
            }
        }
        if (!candidates.isEmpty()) {
            return negotiate(candidates, accept);
        }
        if (methods.isEmpty()) {
            throw new RequestRefusedException(404, "nothing has this path");
        }
        String allowed = String.join(", ", methods) + (methods.contains("GET") ? ", HEAD" : "");
        throw new RequestRefusedException(405, "this path has " + allowed, Map.of("Allow", allowed));
    }

    /** Among operations that differ only in what they produce. */
    private static Match negotiate(Map<Route, Map<String, Object>> candidates, Accept accept) {
        Set<String> offers = new TreeSet<>();
        candidates.keySet().forEach(route -> offers.addAll(route.produces()));
        for (MimeType wanted : accept.types()) {
            for (Map.Entry<Route, Map<String, Object>> candidate : candidates.entrySet()) {
                for (String offer : candidate.getKey().produces()) {
                    MimeType type = MimeType.valueOf(offer);
                    if (wanted.isCompatibleWith(type)) {
                        return new Match(candidate.getKey().operation, candidate.getValue(), type);
                    }
                }
            }
        }
        if (!offers.isEmpty()) {
            throw new RequestRefusedException(406, "this path produces " + String.join(", ", offers));
        }
        Map.Entry<Route, Map<String, Object>> only =
                candidates.entrySet().iterator().next();
        return new Match(only.getKey().operation, only.getValue(), null);
    }

    /** The parts between slashes. One at the end makes no difference. */
    static List<String> segments(String path) {
        String relative = path.strip().replaceFirst("^/", "");
        return relative.isEmpty() ? List.of() : List.of(relative.split("/"));
    }

    /**
     * @param template literal segments, {variables}, and at the end maybe {*all remaining segments}
     * @param fixed variables that are not in the path
     */
    private record Route(List<String> template, Map<String, Object> fixed, WebOperation operation) {

        String method() {
            return operation.getRequestPredicate().getHttpMethod().name();
        }

        Collection<String> produces() {
            return operation.getRequestPredicate().getProduces();
        }

        /** The variables, or null if the path is another. */
        @Nullable
        Map<String, Object> match(List<String> path) {
            Map<String, Object> variables = new LinkedHashMap<>(fixed);
            for (int i = 0; i < template.size(); i++) {
                String part = template.get(i);
                if (part.startsWith("{*")) {
                    variables.put(
                            part.substring(2, part.length() - 1),
                            path.subList(i, path.size()).toArray(String[]::new));
                    return variables;
                }
                if (i == path.size()) {
                    return null;
                }
                if (part.startsWith("{")) {
                    variables.put(part.substring(1, part.length() - 1), path.get(i));
                } else if (!part.equals(path.get(i))) {
                    return null;
                }
            }
            return template.size() == path.size() ? variables : null;
        }

        /** Of two that match the same path, that of the more specific comes first in the alphabet. */
        String generality() {
            return template.stream()
                    .map(part -> part.startsWith("{*") ? "c" : part.startsWith("{") ? "b" : "a")
                    .collect(Collectors.joining());
        }
    }
}
