package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 §6.3, §7.1: where the content of an answer ends, and that no answer goes on for ever. */
class ResponseContentTest {

    private static final String CHUNKED = "Transfer-Encoding: chunked";

    @Test
    void aLengthEndsIt() {
        assertContent("Content-Length: 5", "hello", "hello", 5);
        assertContent("Content-Length: 5", "hello!", "hello", 5);
        assertContent("Content-Length: 5", "hell", "hell", 4);
        assertContent("Content-Length: 0", "hello", "", 0);
        assertContent("Content-Length: 0005", "hello!", "hello", 5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: y",
                "Content-Length: -1",
                "Content-Length: 1, 1",
                "Content-Length: 9999999999999999999",
                "Content-Length: 1\r\nContent-Length: 2",
                "Content-Length: 1\r\nTransfer-Encoding: gzip",
                "Transfer-Encoding: gzip, chunked"
            })
    void elseTheConnectionDoes(String field) {
        assertContent(field, "hello", "hello", 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304, 101})
    void someStatusesHaveNone(int status) {
        ResponseContent content =
                new ResponseContent(new ResponseHead(1, status, "", List.of(new Header("Content-Length", "5"))));
        assertThat(content.take(ByteBuffer.allocate(5))).isTrue();
        assertThat(content.text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'5\r\nhello\r\n0\r\n\r\n',             hello,  13",
        "'3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n', hello, 22",
        "'00005\nhello\n0\nX: y\r\n',           hello,  14",
        "'A\r\n0123456789\r\na\r\nabcdefghij',  0123456789abcdefghij, 28",
        "'5\r\nhel',                            hel,    6",
        "'5',                                   '',     1",
        "'x\r\nhello',                          '',     3",
        "'\r\nhello',                           '',     2",
        "'5\r\nhello, world\r\n0\r\n',          hello,  20",
    })
    void chunksArePutTogether(String content, String text, int taken) {
        assertContent(CHUNKED, content, text, taken);
    }

    @Test
    void itsStartIsEnough() {
        String kibi = "0123456789abcdef".repeat(64);
        for (String field : new String[] {"X: y", "Content-Length: 1024", "Content-Length: 1025"}) {
            assertContent(field, kibi, kibi, 1024);
            assertContent(field, kibi + "x", kibi, 1024);
        }
        assertContent("Content-Length: 1023", kibi, kibi.substring(0, 1023), 1023);
        assertContent(CHUNKED, "400\r\n" + kibi + "\r\n0\r\n\r\n", kibi, 5 + 1024);
        assertContent(CHUNKED, "fffffffffffffffffffff\r\n" + kibi + "x", kibi, 23 + 1024);
        assertContent(CHUNKED, "1\r\n0\r\n401\r\n" + kibi, "0" + kibi.substring(0, 1023), 11 + 1023);
    }

    @Test
    void framingAloneEndsItToo() {
        assertContent(CHUNKED, "1;" + "x".repeat(10_000), "", 8192);
        assertContent(CHUNKED, "0".repeat(10_000), "", 8192);
        assertContent(CHUNKED, "1;xxxxxxx\r\nx\r\n".repeat(1000), "x".repeat(585), 8192);
    }

    @Test
    void itIsUtf8AsFarAsItGoes() {
        assertContent("Content-Length: 4", "\u00C3\u00A9\u00FF\0", "\u00E9\uFFFD\0", 4);
        assertContent("Content-Length: 1", "\u00C3", "\uFFFD", 1);
    }

    private static void assertContent(String field, String content, String text, int taken) {
        String head = "HTTP/1.1 403 Forbidden\r\n" + field + "\r\n\r\n";
        Client.Outcome outcome = new Client().outcome(head + content);
        assertThat(outcome.failure()).isEqualTo(HandshakeFailure.UPGRADE_REFUSED);
        assertThat(outcome.status()).isEqualTo(403);
        assertThat(outcome.content()).isEqualTo(text);
        assertThat(outcome.taken() - head.length()).isEqualTo(taken);
    }
}
