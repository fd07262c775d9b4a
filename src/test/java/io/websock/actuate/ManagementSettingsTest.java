package io.websock.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;

/** What {@code management.server.*} may be. */
@ExtendWith(OutputCaptureExtension.class)
class ManagementSettingsTest {

    @Test
    void defaultsNeedNoConfiguration() {
        ManagementSettings settings = ManagementSettings.of(new MockEnvironment());
        assertThat(settings).isEqualTo(new ManagementSettings(8081, null, "", new ManagementSettings.Ssl(true, null)));
        assertThat(settings.bundle()).isNull();
    }

    @Test
    void environmentVariablesCount() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        "test-systemEnvironment",
                        Map.of(
                                "MANAGEMENT_SERVER_PORT", "9000",
                                "MANAGEMENT_SERVER_BASEPATH", "/manage",
                                "MANAGEMENT_SERVER_SSL_BUNDLE", "ops")));
        ManagementSettings settings = ManagementSettings.of(environment);
        assertThat(settings.port()).isEqualTo(9000);
        assertThat(settings.basePath()).isEqualTo("/manage");
        assertThat(settings.bundle()).isEqualTo("ops");
    }

    @Test
    void tlsCanBeSwitchedOff() {
        assertThat(ManagementSettings.of(new MockEnvironment()
                                .withProperty("management.server.ssl.enabled", "false")
                                .withProperty("management.server.ssl.bundle", "ops")
                                .withProperty("management.server.ssl.key-store", "a"))
                        .bundle())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "management.server.port=65536 | It has to be -1 (none), 0 (any free port) or 1 to 65535.",
                "management.server.port=-2 | It has to be -1 (none), 0 (any free port) or 1 to 65535.",
                "management.server.port=many | It has to be a whole number.",
                "management.server.address=no.such.host.invalid | It has to be an IP address or a host name that can be resolved.",
                "management.server.ssl.bundle=none | It has to be the name of a bundle under spring.ssl.bundle."
            })
    void wrongValueStopsTheStart(String property, String rule, CapturedOutput output) {
        assertThatThrownBy(() -> Application.run(List.of(), property)).isInstanceOf(RuntimeException.class);
        assertThat(output)
                .containsOnlyOnce("APPLICATION FAILED TO START")
                .contains("Invalid property " + property)
                .contains(rule);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "management.server.ssl.enabled=true | management.server.ssl.enabled is set without one",
                "management.server.ssl.key-store-password=secret | management.server.ssl.key-store-password is set",
                "management.server.ssl.client-auth=need | management.server.ssl.client-auth is set"
            })
    void tlsWithoutABundleStopsTheStart(String property, String trouble, CapturedOutput output) {
        assertThatThrownBy(() -> Application.run(List.of(), property)).isInstanceOf(RuntimeException.class);
        assertThat(output)
                .containsOnlyOnce("APPLICATION FAILED TO START")
                .contains("The management server has TLS by an SSL bundle only, and " + trouble)
                .doesNotContain("secret");
    }
}
