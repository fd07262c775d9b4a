package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** RFC 6455 §4.2.2 item 5.4; which keys are refused is in {@link HandshakeTableTest}. */
class SecWebSocketKeyTest {

    @Test
    void theAcceptValueIsThatOfTheRfc() {
        assertThat(new SecWebSocketKey("dGhlIHNhbXBsZSBub25jZQ==").accept()).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    @Test
    void everyKeyOf16BytesIsOne() throws RefusedException {
        byte[] nonce = new byte[16];
        for (int i = 0; i < 256; i++) {
            nonce[i % 16] = (byte) (i * 31);
            nonce[15] = (byte) i;
            String key = Base64.getEncoder().encodeToString(nonce);
            Request request = Server.parse("GET / HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: " + key + "\r\n\r\n");
            assertThat(SecWebSocketKey.of(request).value()).isEqualTo(key);
        }
    }

    @Test
    void theNonceOfAClientHas16Bytes() {
        assertThat(SecWebSocketKey.of("the sample nonce".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(new SecWebSocketKey("dGhlIHNhbXBsZSBub25jZQ=="));
        assertThatThrownBy(() -> SecWebSocketKey.of(new byte[15])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SecWebSocketKey.of(new byte[17]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a nonce has 16 bytes, not 17");
    }

    @Test
    void aPlatformWithoutSha1IsNone() {
        assertThatThrownBy(() -> SecWebSocketKey.digest("SHA-0")).isInstanceOf(IllegalStateException.class);
    }
}
