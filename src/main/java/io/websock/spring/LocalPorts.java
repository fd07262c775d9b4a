package io.websock.spring;

import java.util.HashMap;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;

/** The ports that servers of ours have been given, as {@code local.*} properties, where Boot's own servers publish theirs. */
public final class LocalPorts {
    private static final String SOURCE = "server.ports";

    private LocalPorts() {}

    /** Publishes one, in place of what the property was before. */
    public static void publish(ConfigurableApplicationContext context, String property, int port) {
        MutablePropertySources sources = context.getEnvironment().getPropertySources();
        if (sources.get(SOURCE) instanceof MapPropertySource ports) {
            ports.getSource().put(property, port);
        } else {
            sources.addFirst(new MapPropertySource(SOURCE, new HashMap<>(Map.of(property, port))));
        }
    }
}
