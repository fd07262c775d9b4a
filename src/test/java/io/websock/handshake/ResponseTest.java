package io.websock.handshake;

import static io.websock.handshake.Server.http;
import static io.websock.handshake.Server.text;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9112 §4, §6: an answer with one line of text; those of refusals are in {@link HandshakeTableTest}. */
class ResponseTest {

    @Test
    void healthIsALineOfText() {
        assertThat(text(new Response(200, "ok").bytes("GET", "Sun, 06 Nov 1994 08:49:37 GMT")))
                .isEqualTo(http("""
                                HTTP/1.1 200 OK
                                Date: Sun, 06 Nov 1994 08:49:37 GMT
                                Connection: close
                                Content-Type: text/plain; charset=utf-8
                                Content-Length: 3

                                ok
                                """));
    }

    @Test
    void aHeadGetsTheFieldsOnly() {
        assertThat(text(new Response(200, "ok").bytes("HEAD", null))).isEqualTo(http("""
                                HTTP/1.1 200 OK
                                Connection: close
                                Content-Type: text/plain; charset=utf-8
                                Content-Length: 3

                                """));
    }

    @Test
    void unavailableSaysWhenToComeAgain() {
        assertThat(text(new Response(503, "server is stopping").bytes("GET", null)))
                .isEqualTo(http("""
                                HTTP/1.1 503 Service Unavailable
                                Connection: close
                                Retry-After: 5
                                Content-Type: text/plain; charset=utf-8
                                Content-Length: 19

                                server is stopping
                                """));
    }

    @Test
    void theLengthIsThatOfUtf8() {
        assertThat(text(new Response(403, "für dich nicht €").bytes("", null)))
                .contains("\r\nContent-Length: 20\r\n")
                .endsWith("\r\n\r\nfür dich nicht €\n");
    }

    @ParameterizedTest
    @CsvSource({
        "200, OK",
        "400, Bad Request",
        "401, Unauthorized",
        "403, Forbidden",
        "404, Not Found",
        "405, Method Not Allowed",
        "408, Request Timeout",
        "414, URI Too Long",
        "426, Upgrade Required",
        "429, Too Many Requests",
        "431, Request Header Fields Too Large",
        "500, Internal Server Error",
        "503, Service Unavailable",
        "505, HTTP Version Not Supported",
        "418, ''"
    })
    void theStatusLineHasItsReason(int status, String reason) {
        assertThat(text(new Response(status, "").bytes("", null)))
                .startsWith("HTTP/1.1 " + status + " " + reason + "\r\nConnection: ");
    }
}
