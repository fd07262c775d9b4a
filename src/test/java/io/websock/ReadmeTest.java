package io.websock;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.handshake.HandshakeFailure;
import io.websock.handshake.Refusal;
import io.websock.protocol.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables in README are those of the code. */
class ReadmeTest {

    @Test
    void listsEveryViolation() throws IOException {
        assertThat(rows("| rule | source | Close | reason |"))
                .isEqualTo(Arrays.stream(Violation.values())
                        .map(violation -> "| `%s` | %s | %d | %s |"
                                .formatted(
                                        violation.id(), violation.section(), violation.closeCode(), violation.text()))
                        .toList());
    }

    @Test
    void listsEveryRefusal() throws IOException {
        assertThat(rows("| rule | source | status | text |"))
                .isEqualTo(Arrays.stream(Refusal.values())
                        .map(refusal -> "| `%s` | %s | %d | %s |"
                                .formatted(refusal.id(), refusal.section(), refusal.status(), refusal.text()))
                        .toList());
    }

    @Test
    void listsEveryHandshakeFailure() throws IOException {
        assertThat(rows("| rule | source | text |"))
                .isEqualTo(Arrays.stream(HandshakeFailure.values())
                        .map(failure -> "| `%s` | %s | %s |".formatted(failure.id(), failure.section(), failure.text()))
                        .toList());
    }

    @Test
    void showsAnExtensionThatIsTested() throws IOException {
        List<String> source = Files.readAllLines(Path.of("src/test/java/io/websock/spring/Inverted.java"));
        List<String> shown = Files.readAllLines(Path.of("README.md"));
        assertThat(code(shown.stream()
                        .skip(shown.indexOf("## An extension of your own"))
                        .dropWhile(line -> !line.equals("@Component"))
                        .takeWhile(line -> !line.equals("```"))))
                .isEqualTo(code(source.stream().dropWhile(line -> !line.equals("@Component"))));
    }

    private static List<String> code(Stream<String> lines) {
        return lines.filter(line -> !line.isBlank() && !line.strip().equals("@Override"))
                .toList();
    }

    /** The rows of the table with this head. */
    private static List<String> rows(String head) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("README.md"));
        assertThat(lines).contains(head);
        return lines.stream()
                .skip(lines.indexOf(head) + 2L)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }
}
