package io.websock.handshake;

import static io.websock.handshake.Client.offer;
import static io.websock.handshake.Server.http;
import static io.websock.handshake.Server.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.websock.handshake.ClientHandshake.Established;
import io.websock.handshake.ExtensionOffer.Parameter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6455 §4.1: what a good answer gives, which of several faults is found, and both ends against each other. */
class ClientHandshakeTest {

    private record Fault(HandshakeFailure failure, String what, String by) {}

    private static final String HEAD = Client.RESPONSE
            + "Sec-WebSocket-Extensions: y; a=\"1\", x\r\nSec-WebSocket-Protocol: superchat\r\nSet-Cookie: c\r\n\r\n";

    /** In the order in which they are found. */
    private static final List<Fault> FAULTS = List.of(
            new Fault(HandshakeFailure.FOLDED_LINE, "\r\nUpgrade:", "\r\n Upgrade:"),
            new Fault(HandshakeFailure.HTTP_VERSION_UNSUPPORTED, "HTTP/1.1", "HTTP/1.0"),
            new Fault(HandshakeFailure.INFORMATIONAL_WITH_BODY, "Set-Cookie: c", "Content-Length: 1"),
            new Fault(HandshakeFailure.UPGRADE_WRONG, "websocket", "h2c"),
            new Fault(HandshakeFailure.CONNECTION_WRONG, "Connection: Upgrade", "Connection: close"),
            new Fault(HandshakeFailure.ACCEPT_WRONG, "s3pPLM", "S3pPLM"),
            new Fault(HandshakeFailure.EXTENSION_NOT_OFFERED, ", x", ", z"),
            new Fault(HandshakeFailure.SUBPROTOCOL_NOT_OFFERED, "superchat", "mqtt"));

    @ParameterizedTest(name = "{0} before {1}")
    @MethodSource
    void theEarlierFaultIsFound(HandshakeFailure earlier, HandshakeFailure later, String response) {
        assertThat(new Client().outcome(response).failure()).isEqualTo(earlier);
    }

    static Stream<Arguments> theEarlierFaultIsFound() {
        return Stream.iterate(0, i -> i < FAULTS.size(), i -> i + 1)
                .flatMap(i -> FAULTS.subList(i + 1, FAULTS.size()).stream()
                        .map(later -> arguments(
                                FAULTS.get(i).failure(), later.failure(), with(FAULTS.get(i), with(later, HEAD)))));
    }

    private static String with(Fault fault, String head) {
        assertThat(head).contains(fault.what());
        return head.replace(fault.what(), fault.by());
    }

    @Test
    void anAnswerTellsWhatWasAgreed() {
        Client.Outcome outcome = new Client().outcome(HEAD + "\u0081\u0002hi");
        Established established = outcome.established();
        assertThat(established).isNotNull();
        assertThat(established.subprotocol()).isEqualTo("superchat");
        assertThat(established.extensions())
                .containsExactly(new ExtensionOffer("y", List.of(new Parameter("a", "1"))), offer("x"));
        assertThat(established.response().header("set-cookie")).isEqualTo("c");
        assertThat(established.response()).hasToString("101 Switching Protocols");
        assertThat(outcome.taken()).as("frames are left").isEqualTo(HEAD.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Web Socket Protocol Handshake",
                "HTTP/1.1 101 ",
                "HTTP/1.1 101  \t\u00E9",
                "HTTP/1.2 101 x",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 x",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 0\r\n\r\nHTTP/1.1 199 \r\n\r\nHTTP/1.1 101 x"
            })
    void reasonAndWhatComesBeforeDoNotMatter(String line) {
        Established established = new Client()
                .outcome(Client.RESPONSE.replace("HTTP/1.1 101 Switching Protocols", line) + "\r\n")
                .established();
        assertThat(established).isNotNull();
        assertThat(established.subprotocol()).isNull();
        assertThat(established.extensions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Upgrade: websocket   | upgrade:\tWebSocket ",
                "Connection: Upgrade  | Connection: keep-alive, uPGRADE",
                "Connection: Upgrade  | 'Connection: close\r\nConnection: ,upgrade'",
                "Connection: Upgrade  | 'Connection: Upgrade\r\nContent-Length: 0'",
                "Connection: Upgrade  | 'Connection: Upgrade\r\nSec-WebSocket-Version: 8, 13'",
                "Connection: Upgrade  | 'Connection: Upgrade\r\nSec-WebSocket-Extensions: x\r\nSec-WebSocket-Extensions: y'",
            })
    void whatTheRulesLeaveOpenIsAccepted(String what, String by) {
        assertThat(Client.RESPONSE).contains(what);
        assertThat(new Client()
                        .outcome(Client.RESPONSE.replace(what, by) + "\r\n")
                        .established())
                .isNotNull();
    }

    @Test
    void eightInformationalResponsesAreSkipped() {
        String hints = "HTTP/1.1 103 Early Hints\r\n\r\n";
        assertThat(new Client().outcome(hints.repeat(8) + HEAD).established()).isNotNull();
        Client.Outcome ninth = new Client().outcome(hints.repeat(9) + HEAD);
        assertThat(ninth.failure()).isEqualTo(HandshakeFailure.TOO_MANY_INFORMATIONAL);
        assertThat(ninth.taken()).isEqualTo(9 * hints.length());
    }

    @Test
    void whatWasNotOfferedIsNotAccepted() {
        ClientRequest plain = new ClientRequest(Client.REQUEST.uri(), List.of(), List.of(), List.of(), null);
        Client client = new Client(plain, HeadLimits.DEFAULT);
        assertThat(client.outcome(HEAD).failure()).isEqualTo(HandshakeFailure.EXTENSION_NOT_OFFERED);
        assertThat(client.outcome(Client.RESPONSE + "Sec-WebSocket-Protocol: chat\r\n\r\n")
                        .failure())
                .isEqualTo(HandshakeFailure.SUBPROTOCOL_NOT_OFFERED);
        assertThat(client.outcome(Client.RESPONSE + "Sec-WebSocket-Protocol:\r\n\r\n")
                        .failure())
                .isEqualTo(HandshakeFailure.SUBPROTOCOL_NOT_OFFERED);
        assertThat(client.outcome(Client.RESPONSE + "\r\n").failure()).isNull();
    }

    @Test
    void aRefusalIsThereForTheUserToSee() {
        HandshakeFailedException refused = refused(http("""
                HTTP/1.1 302 Found
                Location: wss://elsewhere.example/
                Retry-After: 5
                Content-Length: 7

                Go away"""));
        assertThat(refused.failure()).isEqualTo(HandshakeFailure.UPGRADE_REFUSED);
        assertThat(refused).hasMessage("server did not switch to websocket: 302 Found");
        assertThat(refused.getStackTrace()).isEmpty();
        ResponseHead response = refused.response();
        assertThat(response).isNotNull();
        assertThat(response.status()).isEqualTo(302);
        assertThat(response.reason()).isEqualTo("Found");
        assertThat(response.header("location")).isEqualTo("wss://elsewhere.example/");
        assertThat(response.header("Retry-After")).isEqualTo("5");
        assertThat(refused.content()).isEqualTo("Go away");
    }

    private static HandshakeFailedException refused(String response) {
        ClientHandshake handshake = new ClientHandshake(Client.REQUEST, Client.NONCE, HeadLimits.DEFAULT);
        try {
            handshake.parse(ByteBuffer.wrap(response.getBytes(StandardCharsets.ISO_8859_1)));
            throw new AssertionError("not refused");
        } catch (HandshakeFailedException e) {
            return e;
        }
    }

    @Test
    void aRefusalThatHasBegunSaysMoreThanTheEnd() throws HandshakeFailedException {
        ClientHandshake handshake = new ClientHandshake(Client.REQUEST, Client.NONCE, HeadLimits.DEFAULT);
        assertThat(handshake.parse(ascii("HTTP/1.1 503 Busy\r\n"))).isNull();
        assertThat(handshake.ended(HandshakeFailure.HANDSHAKE_TIMEOUT).failure())
                .isEqualTo(HandshakeFailure.HANDSHAKE_TIMEOUT);
        assertThat(handshake.parse(ascii("\r\ncome"))).isNull();
        assertThat(handshake.parse(ascii(" later"))).isNull();
        HandshakeFailedException failed = handshake.ended(HandshakeFailure.HANDSHAKE_TIMEOUT);
        assertThat(failed.failure()).isEqualTo(HandshakeFailure.UPGRADE_REFUSED);
        assertThat(failed.text()).isEqualTo("server did not switch to websocket: 503 Busy");
        assertThat(failed.content()).isEqualTo("come later");
    }

    @Test
    void thereIsOneAnswer() throws HandshakeFailedException {
        ClientHandshake handshake = new ClientHandshake(Client.REQUEST, Client.NONCE, HeadLimits.DEFAULT);
        assertThat(handshake.parse(ascii(HEAD))).isNotNull();
        assertThatThrownBy(() -> handshake.parse(ascii("H"))).isInstanceOf(IllegalStateException.class);
    }

    private record Speaking(List<String> subprotocols, OriginPolicy origins, List<ExtensionNegotiator> extensions)
            implements Route {}

    /** Our own server's answers to our own client, byte for byte in both directions. */
    @Test
    void theTwoEndsAgree() throws Exception {
        WebSocketUri uri = WebSocketUri.parse("ws://EXAMPLE.com/%77s?a=b");
        ClientRequest asked = new ClientRequest(
                uri,
                List.of(new Header("Cookie", "a=\u00E9")),
                List.of("mqtt", "superchat", "chat"),
                List.of(
                        new ExtensionOffer("x", List.of(new Parameter("p", null), new Parameter("q", "1"))),
                        offer("y")),
                "http://example.com");
        for (int i = 0; i < 256; i++) {
            byte[] nonce = new byte[16];
            nonce[i % 16] = (byte) i;
            ClientHandshake client = new ClientHandshake(asked, nonce, HeadLimits.DEFAULT);
            Request request = new RequestParser(HeadLimits.DEFAULT).parse(ByteBuffer.wrap(client.request()));
            assertThat(request).isNotNull();
            Speaking route = new Speaking(
                    List.of("chat", "superchat"), OriginPolicy.SAME, List.of(new TinyNegotiator("y", 0x40)));
            Upgrade<Speaking> upgrade =
                    new ServerHandshake<Speaking>(path -> path.equals("/ws") ? route : null).check(request);
            assertThat(request.query()).isEqualTo("a=b");
            assertThat(request.header("Cookie")).isEqualTo("a=\u00E9");
            Established established = client.parse(ByteBuffer.wrap(upgrade.response()));
            assertThat(established).isNotNull();
            assertThat(established.subprotocol()).isEqualTo("superchat");
            assertThat(established.extensions())
                    .containsExactly(new ExtensionOffer("y", List.of(new Parameter("agreed", null))));
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "ws://example.com/x,   -,                    404, no endpoint has this path: /x",
                "ws://example.com/ws,  https://evil.example, 403, Origin is not allowed: https://evil.example",
                "ws://example.com/a/../ws, -,                400, path has a dot segment: /a/../ws",
            })
    void ourServersRefusalArrives(String uri, String origin, int status, String content) {
        ClientRequest request = new ClientRequest(WebSocketUri.parse(uri), List.of(), List.of(), List.of(), origin);
        ClientHandshake client = new ClientHandshake(request, Client.NONCE, HeadLimits.DEFAULT);
        String response = new Server().answer(text(client.request())).response();
        Client.Outcome outcome = new Client(request, HeadLimits.DEFAULT).outcome(response);
        assertThat(outcome.failure()).isEqualTo(HandshakeFailure.UPGRADE_REFUSED);
        assertThat(outcome.status()).isEqualTo(status);
        assertThat(outcome.content()).isEqualTo(content + "\n");
        assertThat(outcome.taken()).isEqualTo(response.length());
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
