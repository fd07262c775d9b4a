package io.websock.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of the handshake for a client, and how one of them ends it. */
class HandshakeFailureTest {

    @ParameterizedTest
    @EnumSource
    void aRuleHasIdSectionAndALine(HandshakeFailure failure) {
        assertThat(failure.id()).matches("[a-z0-9]+(_[a-z0-9]+)*");
        assertThat(failure.section()).matches("RFC \\d{4} §\\d+(\\.\\d+)*");
        assertThat(failure.text()).matches("[ -~]+");
        HandshakeFailedException exception = failure.exception();
        assertThat(exception.failure()).isEqualTo(failure);
        assertThat(exception.text()).isEqualTo(failure.text());
        assertThat(exception.response()).isNull();
        assertThat(exception.content()).isEmpty();
        assertThat(exception).hasNoCause();
        assertThat(exception.getStackTrace()).isEmpty();
    }

    @Test
    void whatMoreThereIsToSayIsShownAsFarAsItCanBe() {
        assertThat(HandshakeFailure.TLS_FAILED.quoting("a\r\nb").text()).isEqualTo("TLS failed: a??b");
        IOException cause = new IOException("too\0bad");
        assertThat(HandshakeFailure.TLS_FAILED.causedBy(cause))
                .hasMessage("TLS failed: too?bad")
                .hasCause(cause);
    }
}
