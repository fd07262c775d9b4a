package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the handshake, and how one of them ends it. */
class RefusalTest {

    @ParameterizedTest
    @EnumSource
    void aRuleHasIdSectionStatusAndALine(Refusal refusal) {
        assertThat(refusal.id()).matches("[a-z0-9]+(_[a-z0-9]+)*");
        assertThat(refusal.section()).matches("RFC \\d{4} §\\d+(\\.\\d+)*");
        assertThat(refusal.status()).isBetween(400, 599);
        assertThat(refusal.text()).matches("[ -~]+");
        RefusedException exception = refusal.exception();
        assertThat(exception.refusal()).isEqualTo(refusal);
        assertThat(exception.status()).isEqualTo(refusal.status());
        assertThat(exception.text()).isEqualTo(refusal.text());
        assertThat(exception).hasNoCause();
        assertThat(exception.getStackTrace()).isEmpty();
    }

    @Test
    void whatThePeerSentIsQuotedShortAndInVisibleAscii() {
        assertThat(Refusal.UNKNOWN_PATH.quoting("/\r\n\u001B[31m\u00E9€ ~").text())
                .isEqualTo("no endpoint has this path: /???[31m?? ~");
        assertThat(Refusal.UNKNOWN_PATH.quoting("a".repeat(64)).text()).endsWith(": " + "a".repeat(64));
        assertThat(Refusal.UNKNOWN_PATH.quoting("a".repeat(65)).text()).endsWith(": " + "a".repeat(64) + "...");
    }

    @Test
    void anInterceptorRefusesWithItsOwnStatusAndLine() {
        RefusedException exception =
                new RefusedException(Refusal.INTERCEPTOR_REFUSED, 401, "für\r\ndich\u2028nicht\u202E €");
        assertThat(exception.refusal()).isEqualTo(Refusal.INTERCEPTOR_REFUSED);
        assertThat(Server.text(exception.response("GET", null)))
                .startsWith("HTTP/1.1 401 Unauthorized\r\n")
                .endsWith("\r\n\r\nfür??dich?nicht? €\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 200, 399, 600})
    void aRefusalIsAnError(int status) {
        assertThatThrownBy(() -> new RefusedException(Refusal.INTERCEPTOR_REFUSED, status, ""))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
