package io.websock.handshake;

import static io.websock.handshake.Server.http;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.handshake.ProxyConnect.Credentials;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 §9.3.6: a tunnel through a proxy. */
class ProxyConnectTest {

    private static final WebSocketUri TARGET = WebSocketUri.parse("wss://Example.com/ws?secret");

    /** @param open whether there is a tunnel */
    private record Outcome(boolean open, Client.Outcome failed, int taken) {}

    private static final Client.Outcome NONE = new Client.Outcome(null, null, "", 0, "", 0);

    @Test
    void theRequestNamesHostAndPort() {
        assertThat(request(TARGET, null)).isEqualTo(http("""
                        CONNECT example.com:443 HTTP/1.1
                        Host: example.com:443

                        """));
        assertThat(request(WebSocketUri.parse("ws://[::1]"), null)).isEqualTo(http("""
                        CONNECT [::1]:80 HTTP/1.1
                        Host: [::1]:80

                        """));
    }

    /** RFC 7617 §2 and §2.1 have these examples. */
    @ParameterizedTest
    @CsvSource({
        "Aladdin, open sesame, QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "test,    123\u00A3,   dGVzdDoxMjPCow==",
        "'',      '',          Og==",
        "a,       b:c,         YTpiOmM="
    })
    void credentialsAreSent(String user, String password, String encoded) {
        assertThat(request(TARGET, new Credentials(user, password)))
                .isEqualTo("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nProxy-Authorization: Basic "
                        + encoded + "\r\n\r\n");
    }

    private static String request(WebSocketUri target, Credentials credentials) {
        return new String(
                new ProxyConnect(target, credentials, HeadLimits.DEFAULT).request(), StandardCharsets.US_ASCII);
    }

    @Test
    void credentialsAreNotShown() {
        assertThat(new Credentials("user", "secret")).hasToString("Credentials");
    }

    @ParameterizedTest
    @CsvSource({
        "a:b,   c,          the user of a proxy has no colon in its name",
        "'a\n', b,          credentials of a proxy have no control characters",
        "a,     'b\r',      credentials of a proxy have no control characters",
        "a,     'b\0',      credentials of a proxy have no control characters",
        "a,     'b\u007F',  credentials of a proxy have no control characters"
    })
    void whatCannotBeCredentialsIsRefused(String user, String password, String message) {
        assertThatThrownBy(() -> new Credentials(user, password))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.0 200 Connection established\r\nProxy-Agent: x\r\n\r\n",
                "HTTP/1.1 204 \r\n\r\n",
                "HTTP/1.1 299 \r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\n\r\n"
            })
    void behindTheHeadIsTheTunnel(String response) {
        assertThat(outcome(response)).isEqualTo(new Outcome(true, NONE, response.length()));
        assertThat(outcome(response + "\u0016\u0003\u0003")).isEqualTo(new Outcome(true, NONE, response.length()));
    }

    @Test
    void aRefusalIsThereForTheUserToSee() {
        Outcome outcome = outcome("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n"
                + "Content-Length: 5\r\n\r\nhello");
        assertThat(outcome.failed())
                .isEqualTo(new Client.Outcome(
                        null,
                        HandshakeFailure.PROXY_REFUSED,
                        "proxy opened no tunnel: 407 Proxy Authentication Required",
                        407,
                        "hello",
                        outcome.taken()));
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 301 \r\n\r\n',                            PROXY_REFUSED",
        "'HTTP/1.1 101 \r\nUpgrade: x\r\n\r\n\u0081',        PROXY_REFUSED",
        "'HTTP/1.1 502 Bad Gateway\r\n\r\nno such host',     PROXY_REFUSED",
        "'HTTP/1.1 200 OK\r\n',                              CONNECTION_LOST",
        "'',                                                 CONNECTION_LOST",
        "'HTTP/1.0 100 \r\n\r\n',                            HTTP_VERSION_UNSUPPORTED",
        "'HTTP/1.1 200\r\n\r\n',                             STATUS_LINE_MALFORMED",
        "'HTTP/1.1 200 OK\r\na : b\r\n\r\n',                 SPACE_BEFORE_COLON",
        "'\u0015\u0003\u0003',                               PLAINTEXT_ON_TLS_PORT",
        "'\u0005\u0000',                                     CONTROL_CHARACTER",
    })
    void elseThereIsNoTunnel(String response, HandshakeFailure failure) {
        assertThat(outcome(response).failed().failure()).isEqualTo(failure);
    }

    private static Outcome outcome(String response) {
        return Splits.sameOutcome(response, ProxyConnectTest::outcome);
    }

    private static Outcome outcome(List<ByteBuffer> reads) {
        ProxyConnect connect = new ProxyConnect(TARGET, null, HeadLimits.DEFAULT);
        int taken = 0;
        for (ByteBuffer read : reads) {
            try {
                boolean open = connect.parse(read);
                taken += read.position();
                if (open) {
                    return new Outcome(true, NONE, taken);
                }
            } catch (HandshakeFailedException e) {
                taken += read.position();
                return new Outcome(false, Client.Outcome.of(e, taken), taken);
            }
        }
        return new Outcome(false, Client.Outcome.of(connect.ended(HandshakeFailure.CONNECTION_LOST), taken), taken);
    }
}
