package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A hostile server: whatever it answers has one outcome, however it is split. */
class ClientMutationTest {

    private static final String RESPONSE = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Client.RESPONSE
            + "Sec-WebSocket-Extensions: x; a=\"1\\2\", y; b\r\n"
            + "Sec-WebSocket-Protocol: chat\r\n"
            + "Set-Cookie: a=b\r\n\r\n\u0081\u0002hi";

    private static final String REFUSAL =
            "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0;a=b\r\n\r\n";

    @Test
    void tenThousandMutationsHaveOneOutcomeEach() {
        Random random = new Random(6455);
        Client client = new Client();
        Map<HandshakeFailure, Integer> failed = new EnumMap<>(HandshakeFailure.class);
        int established = 0;
        for (int i = 0; i < MutationTest.MUTATIONS; i++) {
            String response = MutationTest.mutated(i % 5 == 0 ? REFUSAL : RESPONSE, random);
            byte[] bytes = response.getBytes(StandardCharsets.ISO_8859_1);
            Client.Outcome whole = client.outcome(Splits.at(bytes));
            int[] splits = random.ints(random.nextInt(1, 8), 0, bytes.length + 1)
                    .sorted()
                    .toArray();
            assertThat(client.outcome(Splits.at(bytes, splits))).isEqualTo(whole);
            if (whole.failure() == null) {
                established++;
                assertThat(response.substring(0, whole.taken()))
                        .contains("HTTP/1.")
                        .endsWith("\r\n\r\n");
            } else {
                assertThat(whole.established()).isNull();
                assertThat(whole.text()).startsWith(whole.failure().text()).matches("[ -~]+");
                failed.merge(whole.failure(), 1, Integer::sum);
            }
        }
        // The mutations are worth something: they reach most of the rules.
        assertThat(failed).hasSizeGreaterThan(18);
        assertThat(established).isPositive();
    }
}
