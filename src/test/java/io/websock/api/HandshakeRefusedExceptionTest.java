package io.websock.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeRefusedExceptionTest {

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 429, 500, 599})
    void hasTheStatusOfARefusal(int status) {
        HandshakeRefusedException e = new HandshakeRefusedException(status, "not today");
        assertThat(e.status()).isEqualTo(status);
        assertThat(e).hasMessage("not today");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 101, 200, 302, 399, 600})
    void hasNoOtherStatus(int status) {
        assertThatIllegalArgumentException().isThrownBy(() -> new HandshakeRefusedException(status, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r", "a\nb", "\0", "\t", "\u007F", "\u0085"})
    void hasNoControlCharacter(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new HandshakeRefusedException(400, text));
    }
}
