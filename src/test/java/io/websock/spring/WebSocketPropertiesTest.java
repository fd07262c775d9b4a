package io.websock.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.engine.ClientSettings;
import io.websock.engine.DrainSettings;
import io.websock.engine.EngineSettings;
import io.websock.engine.ReconnectPolicy;
import io.websock.engine.TlsSettings.ClientAuth;
import io.websock.handshake.HeadLimits;
import io.websock.handshake.ProxyConnect;
import io.websock.protocol.ProtocolLimits;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.unit.DataSize;

/** What can be configured, and what a mistake leads to. */
class WebSocketPropertiesTest {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withUserConfiguration(PropertiesConfiguration.class);

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(WebSocketProperties.class)
    static class PropertiesConfiguration {}

    private static final WebSocketProperties.Ssl NO_TLS =
            new WebSocketProperties.Ssl(null, 8889, ClientAuth.NONE, List.of());

    @Test
    void nothingConfiguredIsTheEnginesDefault() {
        runner.run(context -> {
            WebSocketProperties properties = context.getBean(WebSocketProperties.class);
            assertThat(properties.engineSettings()).isEqualTo(EngineSettings.DEFAULT);
            assertThat(properties.server()).isEqualTo(new WebSocketProperties.Server(true, 8888, null, NO_TLS, null));
            assertThat(properties.allowedOrigins()).isEmpty();
            assertThat(properties.endpoints()).isEmpty();
            assertThat(properties.compression())
                    .isEqualTo(new WebSocketProperties.Compression(Mode.SHARED, DataSize.ofBytes(256), 6));
            assertThat(properties.handlers().maxThreads()).isEqualTo(200);
            assertThat(properties.drain().settings())
                    .isEqualTo(new DrainSettings(Duration.ZERO, Duration.ofSeconds(10), Duration.ofSeconds(5), 1001));
            WebSocketClientProperties client = properties.client();
            assertThat(properties.clientEngine(EngineSettings.DEFAULT)).isEqualTo(EngineSettings.DEFAULT);
            assertThat(client.maxMessageSize()).isEqualTo(DataSize.ofKilobytes(64));
            assertThat(client.ssl().bundle()).isNull();
            assertThat(client.proxy().settings()).isNull();
            assertThat(client.compression()).isEqualTo(new WebSocketProperties.EndpointCompression(null, null));
            assertThat(client.reconnect().policy()).isEqualTo(ReconnectPolicy.DEFAULT);
        });
    }

    @Test
    void everythingCanBeConfigured() throws Exception {
        Properties all = new Properties();
        all.load(new StringReader("""
                websocket.server.enabled=false
                websocket.server.port=9999
                websocket.server.address=127.0.0.1
                websocket.server.event-loops=3
                websocket.limits.max-message-size=1MB
                websocket.limits.max-request-head-size=4KB
                websocket.limits.max-request-headers=10
                websocket.limits.max-request-target-size=1KB
                websocket.limits.handshake-timeout=1s
                websocket.limits.close-timeout=2s
                websocket.limits.max-connections=11
                websocket.limits.max-handshakes=12
                websocket.limits.control-frames-per-second=13
                websocket.limits.control-frame-burst=14
                websocket.keep-alive.interval=3s
                websocket.keep-alive.timeout=4s
                websocket.inbound.max-pending=15
                websocket.inbound.max-pending-bytes=16B
                websocket.outbound.max-queue=19B
                websocket.outbound.high-water=18B
                websocket.outbound.low-water=17B
                websocket.outbound.stall-timeout=5s
                websocket.compression.mode=takeover
                websocket.compression.min-size=21B
                websocket.compression.level=9
                websocket.allowed-origins=https://example.org,https://example.com:8443
                websocket.endpoints.[/ws].max-message-size=16MB
                websocket.endpoints.[/ws].allowed-origins=*
                websocket.endpoints.[/ws].compression.mode=off
                websocket.endpoints.[/ws].compression.min-size=22B
                websocket.handlers.max-threads=20
                websocket.drain.accept-delay=6s
                websocket.drain.window=7s
                websocket.drain.close-timeout=8s
                websocket.drain.code=4001
                websocket.client.ssl.bundle=bundle
                websocket.client.proxy.host=proxy
                websocket.client.proxy.port=8080
                websocket.client.proxy.username=alice
                websocket.client.proxy.password=secret
                websocket.client.handshake-timeout=6s
                websocket.client.max-message-size=2MB
                websocket.client.event-loops=4
                websocket.client.compression.mode=off
                websocket.client.compression.min-size=23B
                websocket.client.reconnect.base-delay=7s
                websocket.client.reconnect.max-delay=8s
                websocket.client.reconnect.stable-after=9s
                """));
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("test", strings(all))))
                .run(context -> {
                    WebSocketProperties properties = context.getBean(WebSocketProperties.class);
                    assertThat(properties.server())
                            .isEqualTo(new WebSocketProperties.Server(
                                    false, 9999, InetAddress.getByName("127.0.0.1"), NO_TLS, 3));
                    assertThat(properties.engineSettings())
                            .isEqualTo(new EngineSettings(
                                    new EngineSettings.Limits(
                                            new ProtocolLimits(1 << 20, 13, 14),
                                            new HeadLimits(4 << 10, 10, 1 << 10),
                                            Duration.ofSeconds(1),
                                            Duration.ofSeconds(2),
                                            11,
                                            12),
                                    new EngineSettings.KeepAlive(Duration.ofSeconds(3), Duration.ofSeconds(4)),
                                    new EngineSettings.Inbound(15, 16),
                                    new EngineSettings.Outbound(19, 18, 17, Duration.ofSeconds(5))));
                    assertThat(properties.allowedOrigins())
                            .containsExactly("https://example.org", "https://example.com:8443");
                    assertThat(properties.endpoints())
                            .isEqualTo(Map.of(
                                    "/ws",
                                    new WebSocketProperties.EndpointSettings(
                                            DataSize.ofMegabytes(16),
                                            List.of("*"),
                                            new WebSocketProperties.EndpointCompression(
                                                    Mode.OFF, DataSize.ofBytes(22)))));
                    assertThat(properties.compression())
                            .isEqualTo(new WebSocketProperties.Compression(Mode.TAKEOVER, DataSize.ofBytes(21), 9));
                    assertThat(properties.handlers().maxThreads()).isEqualTo(20);
                    assertThat(properties.drain().settings())
                            .isEqualTo(new DrainSettings(
                                    Duration.ofSeconds(6), Duration.ofSeconds(7), Duration.ofSeconds(8), 4001));
                    WebSocketClientProperties client = properties.client();
                    assertThat(client.ssl().bundle()).isEqualTo("bundle");
                    assertThat(client.proxy().settings())
                            .isEqualTo(new ClientSettings.Proxy(
                                    "proxy", 8080, new ProxyConnect.Credentials("alice", "secret")));
                    assertThat(properties
                                    .clientEngine(properties.engineSettings())
                                    .limits()
                                    .handshakeTimeout())
                            .isEqualTo(Duration.ofSeconds(6));
                    assertThat(client.maxMessageSize()).isEqualTo(DataSize.ofMegabytes(2));
                    assertThat(client.eventLoops()).isEqualTo(4);
                    assertThat(client.compression())
                            .isEqualTo(new WebSocketProperties.EndpointCompression(Mode.OFF, DataSize.ofBytes(23)));
                    assertThat(client.reconnect().policy())
                            .isEqualTo(new ReconnectPolicy(
                                    Duration.ofSeconds(7),
                                    Duration.ofSeconds(8),
                                    Duration.ofSeconds(9),
                                    Integer.MAX_VALUE));
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            websocket.server.port                        | 65536   | -1 (none), 0 (any free port) or 1 to 65535
            websocket.server.port                        | -2      | -1 (none), 0 (any free port) or 1 to 65535
            websocket.server.port                        | abc     | a whole number
            websocket.server.enabled                     | maybe   | true or false
            websocket.server.address                     | a b     | an IP address or a host name that can be resolved
            websocket.server.event-loops                 | 0       | 1 to 1024
            websocket.server.event-loops                 | 1025    | 1 to 1024
            websocket.limits.max-message-size            | 0       | a size from 1B to 1GB
            websocket.limits.max-message-size            | 2GB     | a size from 1B to 1GB
            websocket.limits.max-message-size            | lots    | a size such as 64KB or 16MB
            websocket.limits.max-message-size            | -1B     | a size from 1B to 1GB
            websocket.limits.max-request-head-size       | 0       | a size from 1B to 1GB
            websocket.limits.max-request-headers         | 0       | at least 1
            websocket.limits.max-request-target-size     | 0       | a size from 1B to 1GB
            websocket.limits.max-request-target-size     | 9KB     | at most websocket.limits.max-request-head-size=8KB
            websocket.limits.handshake-timeout           | 0s      | a duration from 1ms to 365d
            websocket.limits.handshake-timeout           | soon    | a duration such as 500ms or 10s
            websocket.limits.close-timeout               | 366d    | a duration from 1ms to 365d
            websocket.limits.max-connections             | 0       | at least 1
            websocket.limits.max-connections             | 3000000000 | a whole number
            websocket.limits.max-handshakes              | 0       | at least 1
            websocket.limits.control-frames-per-second   | 0       | at least 1
            websocket.limits.control-frame-burst         | 0       | at least 1
            websocket.keep-alive.interval                | -5s     | a duration from 1ms to 365d
            websocket.keep-alive.timeout                 | 0       | a duration from 1ms to 365d
            websocket.inbound.max-pending                | 0       | at least 1
            websocket.inbound.max-pending-bytes          | 0       | a size from 1B to 1GB
            websocket.outbound.max-queue                 | 0       | a size from 1B to 1GB
            websocket.outbound.high-water                | 257KB   | at most websocket.outbound.max-queue=256KB
            websocket.outbound.low-water                 | 129KB   | at most websocket.outbound.high-water=128KB
            websocket.outbound.stall-timeout             | 0       | a duration from 1ms to 365d
            websocket.drain.accept-delay                 | -1s     | a duration from 0s to 365d
            websocket.drain.window                       | 366d    | a duration from 0s to 365d
            websocket.drain.close-timeout                | 0       | a duration from 1ms to 365d
            websocket.drain.code                         | 1006    | 1000 to 1003, 1007 to 1014 or 3000 to 4999
            websocket.allowed-origins                    | example.org | a list of origins such as https://example.org, or * for any
            websocket.allowed-origins                    | https://example.org/ | a list of origins such as https://example.org, or * for any
            websocket.endpoints[/ws].max-message-size    | 0       | a size from 1B to 1GB
            websocket.endpoints[/ws].max-message-size    | big     | a size such as 64KB or 16MB
            websocket.endpoints[/ws].allowed-origins     | null    | a list of origins such as https://example.org, or * for any
            websocket.endpoints[/ws].compression.mode    | zstd    | one of off, shared, takeover
            websocket.endpoints[/ws].compression.min-size | 0      | a size from 1B to 1GB
            websocket.compression.mode                   | on      | one of off, shared, takeover
            websocket.compression.min-size               | 0       | a size from 1B to 1GB
            websocket.compression.min-size               | short   | a size such as 64KB or 16MB
            websocket.compression.level                  | 0       | 1 to 9
            websocket.compression.level                  | 10      | 1 to 9
            websocket.handlers.max-threads               | 0       | at least 1
            websocket.client.handshake-timeout           | 0       | a duration from 1ms to 365d
            websocket.client.max-message-size            | 0       | a size from 1B to 1GB
            websocket.client.event-loops                 | 0       | 1 to 1024
            websocket.client.compression.mode            | zstd    | one of off, shared, takeover
            websocket.client.compression.min-size        | 0       | a size from 1B to 1GB
            websocket.client.proxy.host                  | ''      | a name or an IP address
            websocket.client.proxy.port                  | 0       | 1 to 65535
            websocket.client.proxy.username              | alice   | left out, or go with websocket.client.proxy.host
            websocket.client.reconnect.base-delay        | 0       | a duration from 1ms to 365d
            websocket.client.reconnect.max-delay         | 0       | a duration from 1ms to 365d
            websocket.client.reconnect.stable-after      | 366d    | a duration from 1ms to 365d
            websocket.client.reconnect.base-delay        | 2m      | at most websocket.client.reconnect.max-delay=PT1M
            websocket.client.proxy                       | 1       | a group of properties
            websocket.limits                             | 1       | a group of properties
            websocket.endpoints[/ws]                     | 16MB    | a group of properties
            """)
    void invalidValueIsNamedWithItsPropertyAndWhatItHasToBe(String property, String value, String rule) {
        FailureAnalysis analysis = analysis(property + "=" + value);
        assertThat(analysis.getDescription())
                .startsWith("Invalid property " + property + "=" + value + " (")
                .endsWith("). It has to be " + rule + ".")
                .doesNotContain("\n");
        assertThat(analysis.getAction()).isEqualTo("Correct " + property + ", or remove it to have its default.");
    }

    @Test
    void defaultThatContradictsAConfiguredValueIsNamed() {
        assertThat(analysis("websocket.outbound.max-queue=100KB").getDescription())
                .isEqualTo("Invalid property websocket.outbound.high-water=128KB."
                        + " It has to be at most websocket.outbound.max-queue=100KB.");
    }

    @Test
    void oneOfSeveralOriginsIsNamed() {
        assertThat(analysis("websocket.allowed-origins[0]=https://example.org", "websocket.allowed-origins[1]=null")
                        .getDescription())
                .startsWith("Invalid property websocket.allowed-origins=null. It has to be a list of origins");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "websocket.prot",
                "websocket.server.prot",
                "websocket.limits.max-mesage-size",
                "websocket.limit.max-message-size",
                "websocket.endpoints[/ws].max-mesage-size",
                "websocket.endpoints[/ws].compression.level",
                "websocket.client.compression.level"
            })
    void unknownNameStopsTheStart(String name) {
        FailureAnalysis analysis = analysis(name + "=1");
        assertThat(analysis.getDescription())
                .startsWith("Unknown property " + name + "=1 (")
                .doesNotContain("\n");
        assertThat(analysis.getAction()).contains("Correct the name");
    }

    @Test
    void passwordsAreNotShown() {
        assertThat(analysis("websocket.client.proxy.pasword=secret", "websocket.client.proxy.passwd=secret")
                        .getDescription())
                .contains("Unknown property websocket.client.proxy.passwd=****** (")
                .doesNotContain("websocket.client.proxy.pasword=secret")
                .doesNotContain("secret");
        for (String[] wrong : new String[][] {
            {"websocket.client.proxy.password=secret"},
            {
                "websocket.client.proxy.host=a",
                "websocket.client.proxy.username=a",
                "websocket.client.proxy.password=secret\u0007secret"
            },
            {
                "websocket.client.proxy.host=a",
                "websocket.client.proxy.username=a:b",
                "websocket.client.proxy.password=secret"
            },
        }) {
            assertThat(analysis(wrong).getDescription())
                    .startsWith("Invalid property websocket.client.proxy.")
                    .doesNotContain("secret");
        }
    }

    @Test
    void everyUnknownNameIsListed() {
        assertThat(analysis("websocket.server.a=1", "websocket.server.b=2")
                        .getDescription()
                        .lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("Unknown property websocket.server."));
    }

    @Test
    void namesMayBeWrittenAsBootAllowsIt() {
        runner.withPropertyValues(
                        "websocket.limits.maxMessageSize=1KB",
                        "websocket.keepAlive.interval=1s",
                        "websocket.allowedOrigins[0]=https://example.org",
                        "websocket.endpoints.[/a].allowedOrigins[0]=*")
                .run(context -> assertThat(context).hasNotFailed());
    }

    /** Where {@code off} is a boolean. */
    @Test
    void offIsOffInYamlAsWell() {
        runner.withInitializer(context -> {
                    try {
                        new YamlPropertySourceLoader()
                                .load("yaml", new ByteArrayResource("""
                                        websocket:
                                          compression:
                                            mode: off
                                          endpoints:
                                            "[/ws]":
                                              compression:
                                                mode: Takeover
                                        """.getBytes(UTF_8)))
                                .forEach(context.getEnvironment().getPropertySources()::addFirst);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .run(context -> {
                    WebSocketProperties properties = context.getBean(WebSocketProperties.class);
                    assertThat(properties.compression().mode()).isEqualTo(Mode.OFF);
                    assertThat(properties.endpoints().get("/ws").compression().mode())
                            .isEqualTo(Mode.TAKEOVER);
                });
    }

    @Test
    void listMayBeReplacedByAShorterOneOfAnotherSource() {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addLast(new MapPropertySource(
                                "file",
                                Map.of(
                                        "websocket.allowed-origins[0]", "https://a.example",
                                        "websocket.allowed-origins[1]", "https://b.example"))))
                .withPropertyValues("websocket.allowed-origins=https://c.example")
                .run(context -> assertThat(
                                context.getBean(WebSocketProperties.class).allowedOrigins())
                        .containsExactly("https://c.example"));
    }

    /** Kubernetes gives a pod such variables for every Service of its namespace, one named «websocket» included. */
    @Test
    void environmentVariablesBindAndForeignOnesAreIgnored() {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .replace(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                new SystemEnvironmentPropertySource(
                                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                        Map.of(
                                                "WEBSOCKET_LIMITS_MAXMESSAGESIZE", "1KB",
                                                "WEBSOCKET_ALLOWEDORIGINS_0", "https://example.org",
                                                "WEBSOCKET_SERVICE_HOST", "10.0.0.1",
                                                "WEBSOCKET_PORT", "tcp://10.0.0.1:80",
                                                "WEBSOCKET_PORT_80_TCP_ADDR", "10.0.0.1"))))
                .run(context -> {
                    WebSocketProperties properties = context.getBean(WebSocketProperties.class);
                    assertThat(properties.limits().maxMessageSize()).isEqualTo(DataSize.ofKilobytes(1));
                    assertThat(properties.allowedOrigins()).containsExactly("https://example.org");
                });
    }

    @Test
    void failuresOfOthersAreLeftToOthers() {
        WebSocketPropertyFailureAnalyzer analyzer = new WebSocketPropertyFailureAnalyzer(new StandardEnvironment());
        assertThat(analyzer.analyze(new IllegalStateException(new IllegalArgumentException())))
                .isNull();
    }

    private FailureAnalysis analysis(String... properties) {
        return Analyses.of(runner.withPropertyValues(properties));
    }

    private static Map<String, Object> strings(Properties properties) {
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }
}
