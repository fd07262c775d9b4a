package io.websock.spring;

import io.websock.engine.Endpoint;
import java.util.List;

/**
 * The endpoints of an application, annotated ones and {@link Endpoint} beans.
 *
 * @param all of them, in the order of their paths
 */
public record WebSocketEndpoints(List<Endpoint> all) {

    public WebSocketEndpoints {
        all = List.copyOf(all);
    }

    /** Their paths in alphabetical order. */
    public List<String> paths() {
        return all.stream().map(Endpoint::path).sorted().toList();
    }
}
