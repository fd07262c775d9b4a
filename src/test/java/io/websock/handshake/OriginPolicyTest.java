package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §10.2, RFC 6454: which pages may connect. */
class OriginPolicyTest {

    private static final OriginPolicy LISTED =
            OriginPolicy.of(List.of("https://app.example", "HTTP://App.Example:8080", "chrome-extension://abc"));

    @ParameterizedTest
    @CsvSource({
        "a,         http://a",
        "a,         https://a",
        "a,         ws://a",
        "a,         wss://a",
        "a,         HTTPS://A",
        "A,         https://a",
        "a,         http://a:80",
        "a,         http://a:443",
        "a,         https://a:443",
        "a:,        http://a",
        "a:80,      http://a",
        "a:80,      ws://a",
        "a:443,     https://a",
        "a:443,     wss://a",
        "a:8888,    http://a:8888",
        "a:8888,    https://a:8888",
        "[::1]:80,  http://[::1]",
    })
    void theSameOriginPasses(String host, String origin) {
        assertThat(refusal(OriginPolicy.SAME, host, origin)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "a,       http://b",
        "a,       http://a.b",
        "a.b,     http://b",
        "a,       http://a.",
        "a,       http://a:8888",
        "a,       http://a:81",
        "a:80,    https://a",
        "a:443,   http://a",
        "a:8888,  http://a",
        "a:8888,  https://a",
        "a:8888,  http://a:8889",
        "a:8888,  app://a:8888",
        "a,       app://a:80",
        "a,       app://a",
        "a,       chrome-extension://a",
    })
    void anotherOriginDoesNot(String host, String origin) {
        assertThat(refusal(OriginPolicy.SAME, host, origin)).isEqualTo(Refusal.ORIGIN_NOT_ALLOWED);
    }

    @Test
    void theAuthorityOfAnAbsoluteTargetCountsInsteadOfHost() {
        String request = Server.REQUEST.replace("/ws", "http://a/ws") + "Origin: http://a\r\n\r\n";
        assertThat(new Server().answer(request).refusal()).isNull();
        assertThat(new Server()
                        .answer(request.replace("Origin: http://a", "Origin: http://example.com"))
                        .refusal())
                .isEqualTo(Refusal.ORIGIN_NOT_ALLOWED);
    }

    @Test
    void forwardedHostSchemeAndPortAreIgnored() {
        String forwarded = "Forwarded: host=public.example;proto=https\r\nX-Forwarded-Host: public.example\r\n"
                + "X-Forwarded-Port: 443\r\nX-Forwarded-Proto: https\r\nX-Original-Host: public.example\r\n";
        assertThat(refusal(OriginPolicy.SAME, "a", "https://public.example\r\n" + forwarded.trim()))
                .isEqualTo(Refusal.ORIGIN_NOT_ALLOWED);
        assertThat(refusal(OriginPolicy.SAME, "a", "https://a\r\n" + forwarded.trim()))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example",
                "https://app.example:443",
                "HTTPS://APP.example",
                "http://app.example:8080",
                "chrome-extension://ABC"
            })
    void aListedOriginPasses(String origin) {
        assertThat(refusal(LISTED, "a", origin)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://app.example",
                "wss://app.example",
                "https://app.example:8443",
                "https://x.app.example",
                "https://example",
                "chrome-extension://abc:1",
                "http://a"
            })
    void anOriginThatIsNotListedDoesNotEvenTheServersOwn(String origin) {
        assertThat(refusal(LISTED, "a", origin)).isEqualTo(Refusal.ORIGIN_NOT_ALLOWED);
    }

    @Test
    void anyOriginPassesIfAnyIsAllowed() {
        assertThat(refusal(OriginPolicy.of(List.of("*")), "a", "https://b:1")).isNull();
        assertThat(refusal(OriginPolicy.of(List.of("https://c", "*")), "a", "app://b"))
                .isNull();
    }

    @Test
    void theEmptyListIsTheSameOrigin() {
        assertThat(OriginPolicy.of(List.of())).isEqualTo(OriginPolicy.SAME);
    }

    @Test
    void noOriginAlwaysPasses() {
        for (OriginPolicy policy : List.of(OriginPolicy.SAME, LISTED, OriginPolicy.of(List.of("*")))) {
            assertThat(new Server(policy).answer(Server.REQUEST + "\r\n").refusal())
                    .isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "null,                        ORIGIN_NULL",
        "http://a http://a,           ORIGIN_REPEATED",
        "'http://a, http://a',        ORIGIN_REPEATED",
        "null null,                   ORIGIN_REPEATED",
        "'http://a,http://a',         ORIGIN_MALFORMED",
        "'',                          ORIGIN_MALFORMED",
        "NULL,                        ORIGIN_MALFORMED",
        "*,                           ORIGIN_MALFORMED",
        "a,                           ORIGIN_MALFORMED",
        "http:,                       ORIGIN_MALFORMED",
        "http:a,                      ORIGIN_MALFORMED",
        "http://,                     ORIGIN_MALFORMED",
        "file://,                     ORIGIN_MALFORMED",
        "://a,                        ORIGIN_MALFORMED",
        "1http://a,                   ORIGIN_MALFORMED",
        "http://a/,                   ORIGIN_MALFORMED",
        "http://a?,                   ORIGIN_MALFORMED",
        "http://a#,                   ORIGIN_MALFORMED",
        "http://user@a,               ORIGIN_MALFORMED",
        "http://a:b,                  ORIGIN_MALFORMED",
        "http://a:65536,              ORIGIN_MALFORMED",
        "http://[::1,                 ORIGIN_MALFORMED",
        "http://a\u0085,              ORIGIN_MALFORMED",
    })
    void whatIsNoOriginOfOnePageNeverDoes(String origin, Refusal refusal) {
        for (OriginPolicy policy : List.of(OriginPolicy.SAME, LISTED, OriginPolicy.of(List.of("*")))) {
            assertThat(refusal(policy, "a", origin)).isEqualTo(refusal);
            assertThat(refusal(policy, "a", origin + "\r\nOrigin: http://a")).isEqualTo(Refusal.ORIGIN_REPEATED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "a", "https://a/", "https://*.a:x", "https://a b", "https://€", "**"})
    void whatIsNoOriginCannotBeAllowed(String origin) {
        assertThatThrownBy(() -> OriginPolicy.of(List.of(origin)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(", not " + origin);
    }

    private static @Nullable Refusal refusal(OriginPolicy policy, String host, String origin) {
        String request = Server.REQUEST.replace("example.com", host) + "Origin: " + origin + "\r\n\r\n";
        return new Server(policy).answer(request).refusal();
    }
}
