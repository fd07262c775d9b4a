package io.websock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** README's table of properties is that of the metadata which completes them in an IDE. */
class PropertyTableTest {
    private static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final Pattern ROW = Pattern.compile("\\| `(websocket\\.[^`]+)` \\| ([^|]*) \\| ([^|]*) \\|");

    @Test
    void listsEveryPropertyWithItsDefault() throws IOException {
        Map<String, String> defaults = new TreeMap<>();
        for (MatchResult row :
                ROW.matcher(Files.readString(Path.of("README.md"))).results().toList()) {
            // What is not in back-quotes is described, not written down: there is no default to be compared.
            defaults.put(
                    row.group(1), row.group(2).startsWith("`") ? row.group(2).replace("`", "") : "");
        }
        // The metadata cannot look into a map.
        assertThat(defaults.keySet().removeIf(name -> name.startsWith("websocket.endpoints.")))
                .isTrue();
        assertThat(defaults).isEqualTo(metadata("defaultValue"));
    }

    @Test
    void everyPropertyIsDescribed() throws IOException {
        assertThat(metadata("description").values()).allMatch(description -> description.endsWith("."));
    }

    private static Map<String, String> metadata(String field) throws IOException {
        Map<String, String> values = new TreeMap<>();
        for (var resource :
                Collections.list(PropertyTableTest.class.getClassLoader().getResources(METADATA))) {
            try (InputStream json = resource.openStream()) {
                for (JsonNode property : JsonMapper.shared().readTree(json).path("properties")) {
                    String name = property.path("name").asString();
                    if (name.startsWith("websocket.") && !name.equals("websocket.endpoints")) {
                        values.put(name, property.path(field).asString(""));
                    }
                }
            }
        }
        return values;
    }
}
