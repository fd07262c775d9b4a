package io.websock.engine;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.websock.handshake.OriginPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values that would make an engine hang or refuse everybody are refused themselves. */
class EngineSettingsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void valuesAreInTheirRanges() {
        EngineSettings.Limits limits = EngineSettings.Limits.DEFAULT;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EngineSettings.Limits(limits.protocol(), limits.head(), SECOND, SECOND, 0, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EngineSettings.Limits(limits.protocol(), limits.head(), SECOND, SECOND, 1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new EngineSettings.Limits(limits.protocol(), limits.head(), Duration.ZERO, SECOND, 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new EngineSettings.Inbound(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new EngineSettings.Inbound(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new EngineSettings.KeepAlive(SECOND, SECOND.negated()));
        assertThatIllegalArgumentException().isThrownBy(() -> new EngineSettings.Outbound(1, 2, 1, SECOND));
        assertThatIllegalArgumentException().isThrownBy(() -> new EngineSettings.Outbound(2, 1, 2, SECOND));
        assertThatNoException().isThrownBy(() -> new EngineSettings.Outbound(1, 1, 1, SECOND));
    }

    @Test
    void anEndpointHasAPathAndALimit() {
        assertThatIllegalArgumentException().isThrownBy(() -> endpoint("ws", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> endpoint("/ws", -1));
        assertThatNoException().isThrownBy(() -> endpoint("/", 0));
    }

    private static Endpoint endpoint(String path, int maxMessageSize) {
        return new Endpoint(path, (connection, message) -> {}, List.of(), OriginPolicy.SAME, maxMessageSize, false);
    }
}
