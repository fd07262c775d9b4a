package io.websock.handshake;

import static io.websock.handshake.Server.parse;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §7.2 and RFC 3986 §3.2: host and port. */
class AuthorityTest {

    @ParameterizedTest
    @CsvSource({
        "example.com,            example.com,    -1",
        "EXAMPLE.com:80,         example.com,    80",
        "example.com.,           example.com.,   -1",
        "a:,                     a,              -1",
        "a:0,                    a,              0",
        "a:65535,                a,              65535",
        "a:0000080,              a,              80",
        "127.0.0.1:8888,         127.0.0.1,      8888",
        "'a-b_c~!$&''()*+,;=',   'a-b_c~!$&''()*+,;=', -1",
        "a%C3%a9b:1,             a%c3%a9b,       1",
        "[::]:1,                 [::],           1",
        "[::1],                  [::1],          -1",
        "[2001:DB8::8:800],      [2001:db8::8:800], -1",
        "[1:2:3:4:5:6:7:8]:,     [1:2:3:4:5:6:7:8], -1",
        "[1:2:3:4:5:6:7::],      [1:2:3:4:5:6:7::], -1",
        "[::2:3:4:5:6:7:8],      [::2:3:4:5:6:7:8], -1",
        "[::ffff:192.0.2.255],   [::ffff:192.0.2.255], -1",
        "[1:2:3:4:5:6:1.2.3.4],  [1:2:3:4:5:6:1.2.3.4], -1",
    })
    void hostAndPortAreTakenApart(String text, String host, int port) {
        assertThat(parse("GET / HTTP/1.1\r\nHost: " + text + "\r\n\r\n").authority())
                .isEqualTo(new Authority(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":80",
                "a:b",
                "a:-1",
                "a:65536",
                "a:99999999999999999999",
                "a:8:8",
                "a b",
                "a/",
                "a?",
                "a@b",
                "user:pass@b",
                "a,b c",
                "a\"",
                "a|b",
                "\u00E9",
                "a%",
                "a%2",
                "a%zz",
                "::1",
                "[::1",
                "::1]",
                "a[::1]",
                "[::1]a",
                "[::1]a:80",
                "[]",
                "[:]",
                "[:::]",
                "[1::2::3]",
                "[1:2:3:4:5:6:7]",
                "[1:2:3:4:5:6:7:8:9]",
                "[1:2:3:4:5:6:7:8::]",
                "[::1:2:3:4:5:6:7:8]",
                "[12345::]",
                "[::g]",
                "[::1.2.3]",
                "[::1.2.3.256]",
                "[::01.2.3.4]",
                "[1.2.3.4::]",
                "[1.2.3.4:1.2.3.4]",
                "[1:2:3:4:5:6:7:1.2.3.4]",
                "[1.2.3.4]",
                "[fe80::1%25eth0]",
                "[v1.a]"
            })
    void whatIsNoneIsRefused(String text) {
        assertThat(new Server()
                        .answer("GET / HTTP/1.1\r\nHost: " + text + "\r\n\r\n")
                        .refusal())
                .isEqualTo(Refusal.HOST_MALFORMED);
    }
}
