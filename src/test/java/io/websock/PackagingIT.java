package io.websock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What the two jars contain: the plain one is a library, the {@code exec} one runs. */
class PackagingIT {
    private static final Path JAR = Path.of(System.getProperty("websock.jar"));
    private static final Path EXEC_JAR = Path.of(System.getProperty("websock.exec-jar"));

    @Test
    void plainJarIsALibrary() throws IOException {
        assertThat(entries(JAR))
                .contains(
                        "META-INF/LICENSE",
                        "META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports",
                        "META-INF/spring-configuration-metadata.json");
    }

    @Test
    void plainJarHoldsNothingOfTheApplication() throws IOException {
        assertThat(entries(JAR))
                .noneMatch(name -> name.startsWith("io/websock/app/"))
                .noneMatch(name -> name.startsWith("BOOT-INF/"))
                .noneMatch(name -> name.matches("(config/)?application[^/]*\\.(yaml|yml|properties)"))
                .noneMatch(name -> name.matches("(logback|log4j2)[^/]*|logging\\.properties"));
        assertThat(text(JAR, "META-INF/MANIFEST.MF")).doesNotContain("Main-Class", "Start-Class");
    }

    @Test
    void metadataDescribesTheLibrarysPropertiesOnly() throws IOException {
        String metadata = text(JAR, "META-INF/spring-configuration-metadata.json");
        assertThat(values(metadata, "name"))
                .isNotEmpty()
                .allMatch(name -> name.equals("websocket") || name.startsWith("websocket."));
        assertThat(values(metadata, "sourceType")).noneMatch(type -> type.startsWith("io.websock.app."));
    }

    @Test
    void fatJarHoldsLibraryAndApplication() throws IOException {
        List<String> fat = entries(EXEC_JAR);
        assertThat(fat)
                .contains(
                        "BOOT-INF/classes/io/websock/app/WebsockApplication.class",
                        "BOOT-INF/classes/application.yaml");
        assertThat(entries(JAR))
                .filteredOn(name -> name.startsWith("io/websock/") && name.endsWith(".class"))
                .isNotEmpty()
                .allMatch(name -> fat.contains("BOOT-INF/classes/" + name));
        assertThat(text(EXEC_JAR, "META-INF/MANIFEST.MF")).contains("Start-Class: io.websock.app.WebsockApplication");
    }

    @Test
    void fatJarBringsNoOtherServer() throws IOException {
        assertThat(entries(EXEC_JAR))
                .filteredOn(name -> name.startsWith("BOOT-INF/lib/"))
                .isNotEmpty()
                .noneMatch(name -> name.matches(".*/(netty|tomcat|jetty|undertow|reactor)-.*"))
                .noneMatch(name -> name.matches(".*(servlet|spring-web).*"));
    }

    @Test
    void fatJarStaysSmall() throws IOException {
        assertThat(Files.size(EXEC_JAR)).isLessThan(25 * 1024 * 1024);
    }

    @Test
    void exactlyOneFileMatchesTheGlob() throws IOException {
        try (var matches = Files.newDirectoryStream(EXEC_JAR.getParent(), "*-exec.jar")) {
            assertThat(matches).containsExactly(EXEC_JAR);
        }
    }

    private static List<String> entries(Path jar) throws IOException {
        try (var zip = new ZipFile(jar.toFile());
                Stream<? extends ZipEntry> entries = zip.stream()) {
            return entries.<String>map(ZipEntry::getName).toList();
        }
    }

    private static String text(Path jar, String name) throws IOException {
        try (var zip = new ZipFile(jar.toFile());
                var in = zip.getInputStream(zip.getEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> values(String json, String key) {
        return Pattern.compile('"' + key + "\": \"([^\"]*)\"")
                .matcher(json)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
