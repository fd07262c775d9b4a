package io.websock.spring;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/**
 * Says in one sentence which {@code websocket.*} or {@code management.server.*} property is wrong, where it was set, and what it has to be. It is asked before Boot's own
 * analyzers, which would show the exception around ours; what is not about these properties is left to them.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class WebSocketPropertyFailureAnalyzer implements FailureAnalyzer {
    private static final List<ConfigurationPropertyName> PREFIXES =
            List.of(ConfigurationPropertyName.of("websocket"), ConfigurationPropertyName.of("management.server"));

    private final Environment environment;

    WebSocketPropertyFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        FailureAnalysis analysis = null;
        // The innermost says it best.
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidConfigurationPropertyValueException invalid) {
                analysis = outOfRange(invalid);
            } else if (cause instanceof UnboundConfigurationPropertiesException unbound) {
                analysis = unknown(unbound);
            } else if (cause instanceof BindException bind) {
                analysis = unreadable(bind);
            }
        }
        return analysis;
    }

    private @Nullable FailureAnalysis outOfRange(InvalidConfigurationPropertyValueException invalid) {
        ConfigurationPropertyName name = ConfigurationPropertyName.ofIfValid(invalid.getName());
        if (name == null || !isOurs(name)) {
            return null;
        }
        ConfigurationProperty property = find(name);
        String assignment = invalid.getName();
        if (property != null) {
            assignment = assignment(property);
        } else if (invalid.getValue() != null) {
            assignment += "=" + invalid.getValue();
        }
        return invalid(invalid.getName(), assignment, String.valueOf(invalid.getReason()), invalid);
    }

    private @Nullable FailureAnalysis unreadable(BindException bind) {
        ConfigurationProperty property = bind.getProperty() != null ? bind.getProperty() : find(bind.getName());
        if (property == null || !isOurs(property.getName())) {
            return null;
        }
        Class<?> type = bind.getTarget().getType().toClass();
        return invalid(
                property.getName().toString(), assignment(property), "It has to be " + notation(type) + ".", bind);
    }

    private static FailureAnalysis invalid(String property, String assignment, String reason, Exception cause) {
        return new FailureAnalysis(
                "Invalid property " + assignment + ". " + reason,
                "Correct " + property + ", or remove it to have its default.",
                cause);
    }

    private static @Nullable FailureAnalysis unknown(UnboundConfigurationPropertiesException unbound) {
        List<String> assignments = new ArrayList<>();
        for (ConfigurationProperty property : unbound.getUnboundProperties()) {
            if (!isOurs(property.getName())) {
                return null;
            }
            assignments.add("Unknown property " + assignment(property) + ".");
        }
        return new FailureAnalysis(
                String.join(System.lineSeparator(), assignments),
                "Correct the name, or remove it. The properties of this version are those of the table in README.md.",
                unbound);
    }

    private static boolean isOurs(ConfigurationPropertyName name) {
        return PREFIXES.stream().anyMatch(prefix -> prefix.equals(name) || prefix.isAncestorOf(name));
    }

    private @Nullable ConfigurationProperty find(ConfigurationPropertyName name) {
        for (var source : ConfigurationPropertySources.get(environment)) {
            ConfigurationProperty property = source.getConfigurationProperty(name);
            if (property != null) {
                return property;
            }
        }
        return null;
    }

    /** Name and value as they were written, and where; of what may be a password, however it is spelt, not the value. */
    private static String assignment(ConfigurationProperty property) {
        String name = property.getName().toString();
        String assignment = name + "=" + (name.contains("pas") ? "******" : property.getValue());
        return property.getOrigin() == null ? assignment : assignment + " (" + property.getOrigin() + ")";
    }

    private static String notation(Class<?> type) {
        if (type == DataSize.class) {
            return "a size such as 64KB or 16MB";
        }
        if (type == Duration.class) {
            return "a duration such as 500ms or 10s";
        }
        if (type == InetAddress.class) {
            return "an IP address or a host name that can be resolved";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class) {
            return "a whole number";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "));
        }
        return type.isRecord() ? "a group of properties" : "a valid " + type.getSimpleName();
    }
}
