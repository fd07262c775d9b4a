package io.websock.spring;

import static java.util.Objects.requireNonNull;

import io.websock.api.WebSocketListener;
import io.websock.engine.Endpoint;
import io.websock.engine.WebSocketServer;
import io.websock.handshake.OriginPolicy;
import io.websock.spring.WebSocketProperties.EndpointSettings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/** Finds the endpoints among the beans, and stops the start if they do not fit together. */
final class EndpointFinder {
    private final ListableBeanFactory beans;
    private final WebSocketProperties properties;
    private final Extensions extensions;
    private final Map<String, Found> byPath = new TreeMap<>();

    private record Found(String bean, Endpoint endpoint) {}

    EndpointFinder(ListableBeanFactory beans, WebSocketProperties properties, Extensions extensions) {
        this.beans = beans;
        this.properties = properties;
        this.extensions = extensions;
    }

    WebSocketEndpoints find() {
        for (String bean : beans.getBeanNamesForAnnotation(WebSocketEndpoint.class)) {
            // Behind a scoped proxy, which has the annotation as well.
            if (!ScopedProxyUtils.isScopedTarget(bean)) {
                add(bean, annotated(bean));
            }
        }
        rejectSettingsWithoutEndpoint();
        beans.getBeansOfType(Endpoint.class).forEach(this::add);
        return new WebSocketEndpoints(
                byPath.values().stream().map(Found::endpoint).toList());
    }

    private Endpoint annotated(String bean) {
        WebSocketEndpoint annotation = requireNonNull(beans.findAnnotationOnBean(bean, WebSocketEndpoint.class));
        if (!(beans.getBean(bean) instanceof WebSocketListener listener)) {
            throw new FailureAnalyzedException(
                    "Bean '%s' is annotated with @WebSocketEndpoint, but its class %s is no WebSocketListener."
                            .formatted(bean, requireNonNull(beans.getType(bean)).getName()),
                    "Let the class implement " + WebSocketListener.class.getName() + ", or remove the annotation.");
        }
        String path = annotation.path();
        if (!path.startsWith("/")) {
            throw new FailureAnalyzedException(
                    "The path '%s' of @WebSocketEndpoint bean '%s' does not start with a slash.".formatted(path, bean),
                    "Give the annotation a path such as \"/" + (path.isEmpty() ? "ws" : path) + "\".");
        }
        if (path.matches(".*[{}*?#%].*")) {
            throw new FailureAnalyzedException(
                    "The path '%s' of @WebSocketEndpoint bean '%s' is no plain path.".formatted(path, bean),
                    "Templates, patterns, queries and percent-encoding are not supported: give the annotation the path as it is decoded, such as \"/ws\".");
        }
        EndpointSettings own = properties.endpoints().getOrDefault(path, EndpointSettings.NONE);
        return new Endpoint(
                path,
                listener,
                List.of(annotation.subprotocols()),
                OriginPolicy.of(own.allowedOrigins() != null ? own.allowedOrigins() : properties.allowedOrigins()),
                extensions.compressing(properties.compression().with(own.compression())),
                WebSocketProperties.bytes(
                        own.maxMessageSize() != null
                                ? own.maxMessageSize()
                                : properties.limits().maxMessageSize()),
                annotation.nonBlocking());
    }

    private void add(String bean, Endpoint endpoint) {
        String path = endpoint.path();
        if (path.equals(WebSocketServer.HEALTH_PATH)) {
            throw new FailureAnalyzedException(
                    "Bean '%s' is an endpoint with the path '%s', where the server answers health checks."
                            .formatted(bean, path),
                    "Give the endpoint another path.");
        }
        Found other = byPath.putIfAbsent(path, new Found(bean, endpoint));
        if (other != null) {
            throw new FailureAnalyzedException(
                    "Beans '%s' and '%s' are endpoints with the same path '%s'.".formatted(other.bean, bean, path),
                    "Give one of them another path.");
        }
    }

    private void rejectSettingsWithoutEndpoint() {
        properties.endpoints().forEach((path, settings) -> {
            if (!byPath.containsKey(path)) {
                throw new InvalidConfigurationPropertyValueException(
                        "websocket.endpoints[" + path + "]",
                        null,
                        "No bean is annotated with @WebSocketEndpoint(\"%s\"); there are %s. A path is written in brackets: websocket.endpoints.[/ws]."
                                .formatted(path, byPath.keySet()));
            }
        });
    }
}
