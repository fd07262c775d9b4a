package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Hostile input: whatever is sent has one answer, of ours, however it is split. */
class MutationTest {

    static final int MUTATIONS = 10_000;

    /** Octets that mean something in one of the grammars, and strings that do. */
    private static final List<String> WORDS = List.of(
            "\0",
            "\t",
            "\n",
            "\r",
            "\r\n",
            " ",
            "\"",
            "#",
            "%",
            "%2e",
            "%00",
            "%ff",
            "*",
            ",",
            "/",
            "/../",
            "//",
            ":",
            "::",
            ";",
            "=",
            "?",
            "@",
            "[",
            "\\",
            "]",
            "a",
            "0",
            "13",
            "HTTP/1.0",
            "Host: a\r\n",
            "Content-Length: 0\r\n",
            "Origin: http://example.com\r\n",
            "http://",
            "\u007F",
            "\u0080",
            "\u00FF");

    private static final String REQUEST = Server.REQUEST.replace("/ws", "http://[::1]:80/%77s?q")
            + "Sec-WebSocket-Extensions: x; a=\"1\\2\", y; b\r\n"
            + "Sec-WebSocket-Protocol: chat, v1\r\n"
            + "Origin: http://[::1]\r\n\r\n";

    @Test
    void tenThousandMutationsGetOneAnswerEach() {
        Random random = new Random(6455);
        Server server = new Server();
        Map<Refusal, Integer> refused = new EnumMap<>(Refusal.class);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] request = mutated(REQUEST, random).getBytes(StandardCharsets.ISO_8859_1);
            Server.Answer whole = server.answer(Splits.at(request));
            int[] splits = random.ints(random.nextInt(1, 8), 0, request.length + 1)
                    .sorted()
                    .toArray();
            Server.Answer split = server.answer(Splits.at(request, splits));
            assertThat(split).isEqualTo(whole);
            if (whole.refusal() == null) {
                assertThat(whole.response()).matches("|HTTP/1.1 101 (?s:.*)\r\n\r\n");
            } else {
                assertThat(whole.response()).matches("HTTP/1.1 [45]\\d\\d [ -~]+\r\n(?:[ -~]+\r\n)+\r\n(?:[ -~]+\n)?");
                refused.merge(whole.refusal(), 1, Integer::sum);
            }
        }
        // The mutations are worth something: they reach most of the rules.
        assertThat(refused).hasSizeGreaterThan(25);
    }

    static String mutated(String head, Random random) {
        StringBuilder mutated = new StringBuilder(head);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            int at = random.nextInt(mutated.length());
            int to = Math.min(mutated.length(), at + random.nextInt(1, random.nextBoolean() ? 3 : 40));
            switch (random.nextInt(5)) {
                case 0 -> mutated.setCharAt(at, (char) random.nextInt(256));
                case 1 -> mutated.insert(at, WORDS.get(random.nextInt(WORDS.size())));
                case 2 -> mutated.replace(at, to, WORDS.get(random.nextInt(WORDS.size())));
                case 3 -> mutated.insert(random.nextInt(mutated.length()), mutated.substring(at, to));
                default -> mutated.delete(at, Math.min(to, mutated.length() - 1));
            }
        }
        return mutated.toString();
    }
}
