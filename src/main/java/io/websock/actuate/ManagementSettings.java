package io.websock.actuate;

import java.net.InetAddress;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.Environment;

/**
 * The {@code management.server.*} properties. Boot describes them, but binds them with a class that needs a web server on the class path.
 *
 * @param port to listen on: -1 for none, 0 for any free one
 * @param address to listen on; null for all of them
 * @param basePath in front of all paths
 * @param ssl whether TLS is spoken
 */
record ManagementSettings(
        @DefaultValue("8081") int port,
        @Nullable InetAddress address,
        @DefaultValue("") String basePath,
        @DefaultValue Ssl ssl) {

    private static final String PREFIX = "management.server";

    ManagementSettings {
        if (port < -1 || port > 65535) {
            throw new InvalidConfigurationPropertyValueException(
                    PREFIX + ".port", port, "It has to be -1 (none), 0 (any free port) or 1 to 65535.");
        }
    }

    /**
     * TLS, by a bundle alone.
     *
     * @param enabled whether the bundle is used
     * @param bundle the name of one under {@code spring.ssl.bundle}; null for no TLS
     */
    record Ssl(
            @DefaultValue("true") boolean enabled, @Nullable String bundle) {}

    /** The bundle that is to be used, or null. */
    @Nullable
    String bundle() {
        return ssl.enabled ? ssl.bundle : null;
    }

    /** @throws FailureAnalyzedException if TLS is asked for in a way that is not known here: to speak plain HTTP then would be no answer */
    static ManagementSettings of(Environment environment) {
        Binder binder = Binder.get(environment);
        ManagementSettings settings = binder.bindOrCreate(PREFIX, ManagementSettings.class);
        // Names only, for among the values of those that are not known may be a secret.
        Set<String> names = binder.bind(PREFIX + ".ssl", Bindable.mapOf(String.class, Object.class))
                .orElse(Map.of())
                .keySet();
        for (String name : new TreeSet<>(names)) {
            boolean known = name.equals("enabled") || name.equals("bundle");
            if (settings.ssl.enabled && (!known || settings.ssl.bundle == null)) {
                throw new FailureAnalyzedException(
                        "The management server has TLS by an SSL bundle only, and management.server.ssl.%s is set%s."
                                .formatted(name, known ? " without one" : ""),
                        "Describe keys and trust under spring.ssl.bundle, and name that bundle in management.server.ssl.bundle.");
            }
        }
        return settings;
    }
}
