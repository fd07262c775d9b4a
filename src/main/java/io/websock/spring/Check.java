package io.websock.spring;

import io.websock.handshake.OriginPolicy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * What values of properties have to be. Whoever is given another throws, with a sentence for {@link WebSocketPropertyFailureAnalyzer} to
 * show.
 */
final class Check {
    /** Sizes are ints in the engine, and a gigabyte is more than anyone should allow. */
    private static final DataSize MOST = DataSize.ofGigabytes(1);

    private static final Duration LONGEST = Duration.ofDays(365);

    private Check() {}

    static void that(boolean valid, String property, Object value, String rule) {
        if (!valid) {
            throw new InvalidConfigurationPropertyValueException(property, value, "It has to be " + rule + ".");
        }
    }

    static void range(String property, @Nullable Integer value, int least, int most) {
        if (value != null) {
            that(
                    value >= least && value <= most,
                    property,
                    value,
                    most == Integer.MAX_VALUE ? "at least " + least : least + " to " + most);
        }
    }

    static void size(String property, DataSize value) {
        that(
                value.toBytes() > 0 && value.compareTo(MOST) <= 0,
                property,
                text(value),
                "a size from 1B to " + text(MOST));
    }

    static void notOver(String property, DataSize value, String limit, DataSize most) {
        that(value.compareTo(most) <= 0, property, text(value), "at most " + limit + "=" + text(most));
    }

    static void duration(String property, Duration value) {
        that(
                value.toMillis() > 0 && value.compareTo(LONGEST) <= 0,
                property,
                value,
                "a duration from 1ms to " + LONGEST.toDays() + "d");
    }

    static void durationOrZero(String property, Duration value) {
        that(
                !value.isNegative() && value.compareTo(LONGEST) <= 0,
                property,
                value,
                "a duration from 0s to " + LONGEST.toDays() + "d");
    }

    static void origins(String property, List<String> values) {
        for (String value : values) {
            try {
                OriginPolicy.of(List.of(value));
            } catch (IllegalArgumentException e) {
                that(false, property, value, "a list of origins such as https://example.org, or * for any");
            }
        }
    }

    /** As one would write it in the configuration: 65536 bytes are 64KB. */
    private static String text(DataSize size) {
        long bytes = size.toBytes();
        String[] units = {"B", "KB", "MB", "GB"};
        int unit = 0;
        while (unit < units.length - 1 && bytes != 0 && bytes % 1024 == 0) {
            bytes /= 1024;
            unit++;
        }
        return bytes + units[unit];
    }
}
