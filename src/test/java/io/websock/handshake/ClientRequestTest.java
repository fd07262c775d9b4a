package io.websock.handshake;

import static io.websock.handshake.Client.offer;
import static io.websock.handshake.Server.http;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.handshake.ExtensionOffer.Parameter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §4.1: the request, and what cannot be put into it. */
class ClientRequestTest {

    private static final WebSocketUri URI = WebSocketUri.parse("wss://example.com:8889/chat?token=secret");

    @Test
    void theSmallestRequest() {
        ClientRequest request =
                new ClientRequest(WebSocketUri.parse("ws://[::1]:80"), List.of(), List.of(), List.of(), null);
        assertThat(bytes(request)).isEqualTo(http("""
                        GET / HTTP/1.1
                        Host: [::1]
                        Upgrade: websocket
                        Connection: Upgrade
                        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
                        Sec-WebSocket-Version: 13

                        """));
    }

    @Test
    void everythingThatCanBeAskedFor() {
        ClientRequest request = new ClientRequest(
                URI,
                List.of(new Header("Cookie", "a=\u00E9"), new Header("X-Empty", ""), new Header("x-a", "1\t2")),
                List.of("v2.chat", "chat"),
                List.of(
                        new ExtensionOffer(
                                "permessage-deflate",
                                List.of(new Parameter("client_max_window_bits", null), new Parameter("z", "10"))),
                        offer("x")),
                "https://example.com");
        assertThat(bytes(request)).isEqualTo(http("""
                        GET /chat?token=secret HTTP/1.1
                        Host: example.com:8889
                        Upgrade: websocket
                        Connection: Upgrade
                        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
                        Sec-WebSocket-Version: 13
                        Sec-WebSocket-Protocol: v2.chat, chat
                        Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; z=10, x
                        Origin: https://example.com
                        Cookie: a=\u00E9
                        X-Empty:\s
                        x-a: 1\t2

                        """));
    }

    private static String bytes(ClientRequest request) {
        byte[] bytes = new ClientHandshake(request, Client.NONCE, HeadLimits.DEFAULT).request();
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aRequestIsNotChangedFromOutside() {
        List<Header> headers = new ArrayList<>();
        List<String> subprotocols = new ArrayList<>();
        List<ExtensionOffer> extensions = new ArrayList<>();
        ClientRequest request = new ClientRequest(URI, headers, subprotocols, extensions, null);
        headers.add(new Header("a", "\r\n"));
        subprotocols.add("\r\n");
        extensions.add(offer("\r\n"));
        assertThat(request).isEqualTo(new ClientRequest(URI, List.of(), List.of(), List.of(), null));
    }

    @ParameterizedTest
    @ValueSource(chars = {'\r', '\n', '\0', '\u0001', '\u001F', '\u007F', '\u0100', '\u2028', '\uFFFF', '\u010A'})
    void aHeaderCannotEndItsLine(char c) {
        for (String value : List.of("" + c, "secret" + c, c + "secret", "a" + c + "X: y")) {
            assertThatThrownBy(() -> headers(new Header("Authorization", value)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("header Authorization has a control character, or one that ISO 8859-1 has not");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "a\r\nb", "a\0", "(a)", "\u00E9", "\u0161"})
    void aHeaderNameIsAToken(String name) {
        assertThatThrownBy(() -> headers(new Header(name, "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header name is not a token: " + name.replaceAll("[^ -~]", "?"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "HOST",
                "upgrade",
                "Connection",
                "Origin",
                "Content-Length",
                "transfer-encoding",
                "Sec-WebSocket-Key",
                "Sec-WebSocket-Version",
                "sec-websocket-protocol",
                "SEC-WEBSOCKET-EXTENSIONS",
                "Sec-WebSocket-Accept",
                "Sec-WebSocket-"
            })
    void whatTheHandshakeSaysItselfIsItsOwn(String name) {
        assertThatThrownBy(() -> headers(new Header(name, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header " + name + " is the handshake's own");
    }

    private static ClientRequest headers(Header... headers) {
        return new ClientRequest(URI, Arrays.asList(headers), List.of(), List.of(), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "a/b", "a\r\nb", "\u00E9"})
    void whatIsNegotiatedIsMadeOfTokens(String text) {
        String shown = text.replaceAll("[^ -~]", "?");
        assertThatThrownBy(() -> new ClientRequest(URI, List.of(), List.of("a", text), List.of(), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("subprotocol is not a token: " + shown);
        assertThatThrownBy(() -> extension(offer(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("extension is not a token: " + shown);
        assertThatThrownBy(() -> extension(new ExtensionOffer("x", List.of(new Parameter(text, null)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter of extension x is not a token: " + shown);
        assertThatThrownBy(() -> extension(new ExtensionOffer("x", List.of(new Parameter("p", text)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("value of parameter p is not a token: " + shown);
    }

    private static ClientRequest extension(ExtensionOffer offer) {
        return new ClientRequest(URI, List.of(), List.of(), List.of(offer), null);
    }

    @Test
    void aSubprotocolIsOfferedOnce() {
        assertThatThrownBy(() -> new ClientRequest(URI, List.of(), List.of("a", "A", "a"), List.of(), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("subprotocol is offered twice: a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "example.com", "http://a/", "http://a\r\nb", "http://a b", "http://\u00E9"})
    void anOriginIsSerialized(String origin) {
        assertThatThrownBy(() -> new ClientRequest(URI, List.of(), List.of(), List.of(), origin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an origin is scheme://host[:port], not " + origin.replaceAll("[^ -~]", "?"));
    }

    @Test
    void aLogShowsNoSecret() {
        assertThat(headers(new Header("Authorization", "secret"))).hasToString("wss://example.com:8889/chat");
    }
}
