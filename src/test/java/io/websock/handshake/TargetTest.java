package io.websock.handshake;

import static io.websock.handshake.Server.parse;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9112 §3.2 and RFC 3986 §3: what a target names. */
class TargetTest {

    @ParameterizedTest
    @CsvSource({
        "/,                        /,          ",
        "/?,                       /,          ''",
        "/ws?a?b/../%zz,           /ws,        a?b/../%zz",
        "/a//b/,                   /a//b/,     ",
        "/%61%2Fb%2fc,             /a%2Fb%2Fc, ",
        "/%E2%82%AC,               /€,         ",
        "/%F0%9F%98%80,            /😀,        ",
        "/a%25b,                   /a%b,       ",
        "/...,                     /...,       ",
        "/.a/b.,                   /.a/b.,     ",
        "/a..b,                    /a..b,      ",
        "/a%5Cb,                   /a\\b,      ",
        "//host/ws,                //host/ws,  ",
        "/http://b/ws,             /http://b/ws, ",
    })
    void anOriginFormIsPathAndQuery(String target, String path, @Nullable String query) {
        Request request = parse("GET " + target + " HTTP/1.1\r\nHost: a:1\r\n\r\n");
        assertThat(request.target()).isEqualTo(target);
        assertThat(request.path()).isEqualTo(path);
        assertThat(request.query()).isEqualTo(query);
        assertThat(request.authority()).isEqualTo(new Authority("a", 1));
    }

    @ParameterizedTest
    @CsvSource({
        "http://b/ws,        b,     -1, /ws, ",
        "HTTPS://B:443/ws,   b,     443, /ws, ",
        "ws://b:/ws?q,       b,     -1, /ws, q",
        "wss://[::1]:8/ws,   [::1], 8,  /ws, ",
        "Ws://b,             b,     -1, /,   ",
        "ws://b?q/r,         b,     -1, /,   q/r",
    })
    void anAbsoluteFormReplacesHost(String target, String host, int port, String path, @Nullable String query) {
        Request request = parse("GET " + target + " HTTP/1.1\r\nHost: a:1\r\n\r\n");
        assertThat(request.path()).isEqualTo(path);
        assertThat(request.query()).isEqualTo(query);
        assertThat(request.authority()).isEqualTo(new Authority(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://b/",
                "://b/",
                "ws:/b",
                "ws:b",
                "ws://",
                "ws:///",
                "ws://:80/",
                "ws://user@b/",
                "ws://b:x/",
                "ws://b:65536/",
                "ws://b|/",
                "b/ws",
                "?q",
                "*",
                "b:80"
            })
    void whatIsNeitherIsRefused(String target) {
        assertThat(refusal(target)).isEqualTo(Refusal.TARGET_MALFORMED);
        assertThat(new Server()
                        .answer("POST " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")
                        .refusal())
                .isEqualTo(Refusal.TARGET_MALFORMED);
    }

    @Test
    void asteriskIsForOptionsOnly() {
        assertThat(new Server().answer("OPTIONS *x HTTP/1.1\r\n").refusal()).isEqualTo(Refusal.TARGET_MALFORMED);
        assertThat(new Server().answer("OPTIONS * HTTP/1.1\r\n").refusal()).isEqualTo(Refusal.METHOD_NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/.", "/..", "/./", "/a/..", "/../a", "/a/./b", "/%2E", "/%2e%2E/", "/.%2e", "ws://b/..", "/..?q"
            })
    void aDotSegmentIsRefused(String target) {
        assertThat(refusal(target)).isEqualTo(Refusal.DOT_SEGMENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%00", "/%0a", "/%1F", "/%7f", "/%C2%80", "/%C2%9F", "ws://b/%00"})
    void anEscapedControlCharacterIsRefused(String target) {
        assertThat(refusal(target)).isEqualTo(Refusal.ENCODED_CONTROL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%",
                "/%2",
                "/%g0",
                "/%0g",
                "/%%20",
                "/%-1",
                "/%ff",
                "/%C0%AF",
                "/%ED%A0%80",
                "/%E2%82",
                "/%C0%80"
            })
    void anEscapeThatIsBrokenOrNotUtf8IsRefused(String target) {
        assertThat(refusal(target)).isEqualTo(Refusal.ESCAPE_MALFORMED);
    }

    /** What the percent-encode sets of the WHATWG URL Standard leave as it is. */
    @Test
    void whatBrowsersDoNotEscapeIsTolerated() {
        String path = "/!$&'()*+,-.0:;=@AZ[]^_az|~";
        String query = "!$%&'()*+,-./0:;=?@AZ[\\]^_`az{|}~";
        Request request = parse("GET " + path + "?" + query + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(request.path()).isEqualTo(path);
        assertThat(request.query()).isEqualTo(query);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/\"",
                "/<",
                "/>",
                "/\\",
                "/`",
                "/{",
                "/}",
                "/#",
                "/?#",
                "/?\"",
                "/?<",
                "/?>",
                "/\u0080",
                "/?\u00FF"
            })
    void whatBrowsersEscapeIsRefused(String target) {
        assertThat(new Server().answer("GET " + target).refusal()).isEqualTo(Refusal.TARGET_MALFORMED);
    }

    private static @Nullable Refusal refusal(String target) {
        return new Server()
                .answer("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")
                .refusal();
    }
}
