package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 6455 §4.2: which of several faults is answered, and what a good request gives. */
class ServerHandshakeTest {

    private record Fault(Refusal refusal, String what, String by) {}

    private static final String HEAD = "GET /ws HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + "Sec-WebSocket-Extensions: x\r\nSec-WebSocket-Protocol: chat\r\nOrigin: http://example.com\r\n";

    /** In the order in which they are found. */
    private static final List<Fault> FAULTS = List.of(
            new Fault(Refusal.HTTP_VERSION_UNSUPPORTED, " HTTP/1.1", " HTTP/2.0"),
            new Fault(Refusal.TARGET_MALFORMED, " /", " x"),
            new Fault(Refusal.FOLDED_LINE, "\r\nHost", "\r\n Host"),
            new Fault(Refusal.HOST_MALFORMED, ": example.com", ": a b"),
            new Fault(Refusal.BODY_WITH_UPGRADE, "Origin:", "Content-Length: 1\r\nOrigin:"),
            new Fault(Refusal.UNKNOWN_PATH, "ws HTTP", "nowhere HTTP"),
            new Fault(Refusal.METHOD_NOT_ALLOWED, "GET", "PUT"),
            new Fault(Refusal.UPGRADE_REQUIRED, "Upgrade: websocket", "Upgrade: h2c"),
            new Fault(Refusal.VERSION_UNSUPPORTED, "13", "14"),
            new Fault(Refusal.KEY_MALFORMED, "ZQ==", "ZR=="),
            new Fault(Refusal.EXTENSIONS_MALFORMED, "Extensions: x", "Extensions: ;"),
            new Fault(Refusal.SUBPROTOCOL_MALFORMED, "Protocol: chat", "Protocol: {}"),
            new Fault(Refusal.ORIGIN_NOT_ALLOWED, "Origin: http://", "Origin: http://x."));

    @ParameterizedTest(name = "{0} before {1}")
    @MethodSource
    void theEarlierFaultIsAnswered(Refusal earlier, Refusal later, String request) {
        assertThat(new Server().answer(request).refusal()).isEqualTo(earlier);
    }

    static Stream<Arguments> theEarlierFaultIsAnswered() {
        return Stream.iterate(0, i -> i < FAULTS.size(), i -> i + 1)
                .flatMap(i -> FAULTS.subList(i + 1, FAULTS.size()).stream()
                        // Without the upgrade there is none that a body could come with.
                        .filter(later -> FAULTS.get(i).refusal() != Refusal.BODY_WITH_UPGRADE
                                || later.refusal() != Refusal.UPGRADE_REQUIRED)
                        .map(later -> arguments(
                                FAULTS.get(i).refusal(),
                                later.refusal(),
                                with(FAULTS.get(i), with(later, HEAD)) + "\r\n")));
    }

    private static String with(Fault fault, String head) {
        assertThat(head).contains(fault.what());
        return head.replace(fault.what(), fault.by());
    }

    @Test
    void theHeadWithoutThoseFaultsIsAccepted() {
        assertThat(new Server().answer(HEAD + "\r\n").refusal()).isNull();
    }

    @Test
    void aBodyWithoutTheUpgradeIsNotTheFault() {
        String head = "POST /ws HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
        assertThat(new Server().answer(head).refusal()).isEqualTo(Refusal.METHOD_NOT_ALLOWED);
        assertThat(new Server().answer(head.replace("POST", "GET")).refusal()).isEqualTo(Refusal.UPGRADE_REQUIRED);
        assertThat(new Server().answer(head.replace("/ws", "/x")).refusal()).isEqualTo(Refusal.UNKNOWN_PATH);
    }

    @Test
    void anUpgradeTellsWhatWasAgreed() throws RefusedException {
        record Speaking(List<String> subprotocols, OriginPolicy origins, List<ExtensionNegotiator> extensions)
                implements Route {}
        Speaking endpoint = new Speaking(
                List.of("superchat", "chat"),
                OriginPolicy.SAME,
                List.of(new TinyNegotiator("x", 0x40), new TinyNegotiator("y", 0x20)));
        Request request =
                Server.parse(HEAD.replace(": chat", ": v9, chat").replace(": x", ": z, x; a=\"1\", y") + "\r\n");
        Upgrade<Speaking> upgrade =
                new ServerHandshake<Speaking>(path -> path.equals("/ws") ? endpoint : null).check(request);
        assertThat(upgrade)
                .isEqualTo(
                        new Upgrade<>(request, endpoint, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "chat", upgrade.extensions()));
        assertThat(upgrade.extension().reservedBits()).isEqualTo(0x60);
        assertThat(Server.text(upgrade.response())).isEqualTo(Server.http("""
                                HTTP/1.1 101 Switching Protocols
                                Upgrade: websocket
                                Connection: Upgrade
                                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
                                Sec-WebSocket-Protocol: chat
                                Sec-WebSocket-Extensions: x; a=1; agreed, y; agreed

                                """));
    }

    @Test
    void withoutAnExtensionThereIsNone() throws RefusedException {
        Server.Endpoint endpoint = new Server.Endpoint(List.of(), OriginPolicy.SAME);
        Upgrade<Server.Endpoint> upgrade =
                new ServerHandshake<Server.Endpoint>(path -> endpoint).check(Server.parse(HEAD + "\r\n"));
        assertThat(upgrade.extension()).isNull();
        assertThat(Server.text(upgrade.response())).doesNotContain("Sec-WebSocket-Extensions");
    }
}
