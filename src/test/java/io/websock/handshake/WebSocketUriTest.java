package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §3: WebSocket URIs. */
class WebSocketUriTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ws://a                  | /        |",
                "ws://a/b%20c/%C3%A9?d=%20 | /b c/é   | d=%20",
                "ws://a/?b?c             | /        | b?c",
                "ws://a/b%2Fc            | /b%2Fc   |",
                "ws://a/%C3?b            | /%C3     | b",
                "ws://a/b/../c           | /b/../c  |",
            })
    void pathAndQueryAreThoseThatAServerSees(String uri, String path, String query) {
        assertThat(WebSocketUri.parse(uri).path()).isEqualTo(path);
        assertThat(WebSocketUri.parse(uri).query()).isEqualTo(query);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ws://example.com               | false | example.com   | 80    | /",
                "wss://example.com              | true  | example.com   | 443   | /",
                "WS://EXAMPLE.com/Path          | false | example.com   | 80    | /Path",
                "Wss://a:8889/?                 | true  | a             | 8889  | /",
                "ws://a?b                       | false | a             | 80    | /?b",
                "ws://a?                        | false | a             | 80    | /",
                "ws://a/b?                      | false | a             | 80    | /b",
                "ws://a/b??                     | false | a             | 80    | /b??",
                "ws://a/?b?c/d                  | false | a             | 80    | /?b?c/d",
                "ws://a/?{`}\\                  | false | a             | 80    | /?{`}\\",
                "ws://a//b/../c                 | false | a             | 80    | //b/../c",
                "ws://a:/                       | false | a             | 80    | /",
                "ws://a:1                       | false | a             | 1     | /",
                "wss://a:65535/                 | true  | a             | 65535 | /",
                "ws://[::1]:8888/ws             | false | [::1]         | 8888  | /ws",
                "wss://[2001:DB8::1]            | true  | [2001:db8::1] | 443   | /",
                "ws://127.0.0.1:8888            | false | 127.0.0.1     | 8888  | /",
                "ws://xn--bcher-kva.example     | false | xn--bcher-kva.example | 80 | /",
                "ws://a/%C3%A9%2F%00?%23=%zZ0   |       |               |       |",
                "ws://a/%C3%A9%2F%2f?%23=@:[]   | false | a             | 80    | /%C3%A9%2F%2f?%23=@:[]",
            })
    void aUriIsTakenApart(String uri, Boolean secure, String host, Integer port, String resourceName) {
        if (secure == null) {
            assertThatThrownBy(() -> WebSocketUri.parse(uri)).isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThat(WebSocketUri.parse(uri)).isEqualTo(new WebSocketUri(secure, host, port, resourceName));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                     | starts with ws:// or wss://",
                "http://a/              | starts with ws:// or wss://",
                "https://a/             | starts with ws:// or wss://",
                "ws:a                   | starts with ws:// or wss://",
                "ws:/a                  | starts with ws:// or wss://",
                "wsss://a               | starts with ws:// or wss://",
                "' ws://a'              | starts with ws:// or wss://",
                "/ws                    | starts with ws:// or wss://",
                "ws://a/#b              | has no fragment: encode a # that is none as %23",
                "ws://a#                | has no fragment: encode a # that is none as %23",
                "ws://a/?b#             | has no fragment: encode a # that is none as %23",
                "ws://user@a            | has no user info: send credentials in a header",
                "ws://user:secret@a/    | has no user info: send credentials in a header",
                "ws://@a                | has no user info: send credentials in a header",
                "ws://                  | has a host[:port], and this one is malformed",
                "ws:///ws               | has a host[:port], and this one is malformed",
                "ws://?a                | has a host[:port], and this one is malformed",
                "ws://:80/              | has a host[:port], and this one is malformed",
                "ws://a:b/              | has a host[:port], and this one is malformed",
                "ws://a:65536           | has a host[:port], and this one is malformed",
                "ws://a:-1              | has a host[:port], and this one is malformed",
                "ws://a b/              | has a host[:port], and this one is malformed",
                "ws://a\\b/             | has a host[:port], and this one is malformed",
                "ws://::1/              | has a host[:port], and this one is malformed",
                "ws://[::1/             | has a host[:port], and this one is malformed",
                "ws://[::1%25eth0]/     | has a host[:port], and this one is malformed",
                "ws://a:0               | has a port from 1 to 65535, not 0",
                "ws://a/b c             | percent-encodes U+0020, which is at index 2 of its resource name",
                "'ws://a/ '             | percent-encodes U+0020, which is at index 1 of its resource name",
                "ws://a/?\"             | percent-encodes U+0022, which is at index 2 of its resource name",
                "ws://a/{}              | percent-encodes U+007B, which is at index 1 of its resource name",
                "ws://a/%               | has two hexadecimal digits after each %, but not at index 1 of its resource name",
                "ws://a/?a%2            | has two hexadecimal digits after each %, but not at index 3 of its resource name",
                "ws://a/?%zz            | has two hexadecimal digits after each %, but not at index 2 of its resource name",
            })
    void whatIsNoneIsRefused(String uri, String rule) {
        assertThatThrownBy(() -> WebSocketUri.parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a WebSocket URI " + rule);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ws://b\u00FCcher.example/", "ws://a/\u20AC", "ws://a/?\uD83D\uDE00", "w\u017F://a", "\u00A0"})
    void itIsAscii(String uri) {
        int index = 0;
        while (uri.charAt(index) < 0x80) {
            index++;
        }
        assertThatThrownBy(() -> WebSocketUri.parse(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a WebSocket URI is ASCII: encode U+%04X at index %d, in the host by IDNA, elsewhere as the "
                                + "percent-encoding of UTF-8",
                        (int) uri.charAt(index), index);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\0", "\t", "\u007F", "\n"})
    void noControlCharacterGetsThrough(String control) {
        for (String uri : new String[] {"%sws://a", "ws://%s", "ws://a%s/", "ws://a:8%s/", "ws://a/%s", "ws://a/?%s"}) {
            assertThatThrownBy(() -> WebSocketUri.parse(uri.formatted(control)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a b, 80, /",
        "'', 80, /",
        "a:80, 80, /",
        "a/, 80, /",
        "a, 0, /",
        "a, 65536, /",
        "a, 80, ''",
        "a, 80, x",
        "a, 80, ?",
        "a, 80, / HTTP/1.1",
        "a, 80, /#",
        "a, 80, /\u00E9"
    })
    void itsPartsAreChecked(String host, int port, String resourceName) {
        assertThatThrownBy(() -> new WebSocketUri(false, host, port, resourceName))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "ws://a:80,      a,          a:80",
        "ws://a:443,     a:443,      a:443",
        "wss://a:443,    a,          a:443",
        "wss://a:80,     a:80,       a:80",
        "wss://[::1],    [::1],      [::1]:443",
        "ws://[::1]:81,  [::1]:81,   [::1]:81",
    })
    void theDefaultPortIsLeftOutOfHost(String uri, String hostField, String hostAndPort) {
        assertThat(WebSocketUri.parse(uri).hostField()).isEqualTo(hostField);
        assertThat(WebSocketUri.parse(uri).hostAndPort()).isEqualTo(hostAndPort);
    }

    @Test
    void theHostIsAnAddressWithoutBrackets() {
        assertThat(WebSocketUri.parse("ws://[::1]:81").hostName()).isEqualTo("::1");
        assertThat(WebSocketUri.parse("ws://Example.com").hostName()).isEqualTo("example.com");
    }

    @Test
    void aLogShowsNoQuery() {
        assertThat(WebSocketUri.parse("wss://a:443/b?token=secret")).hasToString("wss://a/b");
        assertThat(WebSocketUri.parse("ws://a:443/b")).hasToString("ws://a:443/b");
    }
}
