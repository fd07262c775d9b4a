package io.websock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.engine.Endpoint;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.OriginPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;

/** Which beans become endpoints. */
class WebSocketEndpointTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(WebSocketAutoConfiguration.class))
            .withPropertyValues("websocket.server.port=-1");

    @WebSocketEndpoint("/chat")
    static class Chat implements WebSocketListener {
        @Override
        public void onMessage(WebSocketConnection connection, Message message) {}
    }

    @WebSocketEndpoint(
            path = "/feed",
            subprotocols = {"v2", "v1"},
            nonBlocking = true)
    static class Feed extends Chat {}

    @WebSocketEndpoint("/none")
    static class NoListener {}

    @WebSocketEndpoint
    static class WithoutPath extends Chat {}

    @WebSocketEndpoint("ws")
    static class WithoutSlash extends Chat {}

    @WebSocketEndpoint("/rooms/{id}")
    static class Template extends Chat {}

    @WebSocketEndpoint("/healthz")
    static class Health extends Chat {}

    @Test
    void annotatedListenerIsAnEndpointWithTheDefaults() {
        runner.withBean("chat", Chat.class)
                .run(context -> assertThat(
                                context.getBean(WebSocketEndpoints.class).all())
                        .containsExactly(new Endpoint(
                                "/chat",
                                context.getBean(Chat.class),
                                List.of(),
                                OriginPolicy.SAME,
                                extensionsOf(context, "/chat"),
                                64 * 1024,
                                false)));
    }

    @Test
    void annotationSaysPathSubprotocolsAndThreads() {
        runner.withBean("feed", Feed.class)
                .run(context -> assertThat(
                                context.getBean(WebSocketEndpoints.class).all())
                        .containsExactly(new Endpoint(
                                "/feed",
                                context.getBean(Feed.class),
                                List.of("v2", "v1"),
                                OriginPolicy.SAME,
                                extensionsOf(context, "/feed"),
                                64 * 1024,
                                true)));
    }

    @Test
    void annotatedListenerIsFoundByTheApplicationsScanUnderAnOrdinaryName() {
        try (var context = new AnnotationConfigApplicationContext()) {
            context.scan("io.websock.app");
            context.refresh();
            assertThat(context.getBeanNamesForAnnotation(WebSocketEndpoint.class))
                    .contains("echoEndpoint");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class BeanMethods {
        @Bean
        @WebSocketEndpoint("/lambda")
        WebSocketListener lambda() {
            return WebSocketConnection::send;
        }

        @Bean
        WebSocketListener chat() {
            return new Chat();
        }
    }

    @Test
    void beanMethodOrTheClassOfItsResultMayBeAnnotated() {
        runner.withUserConfiguration(BeanMethods.class)
                .run(context -> assertThat(
                                context.getBean(WebSocketEndpoints.class).paths())
                        .containsExactly("/chat", "/lambda"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Scoped {
        @Bean
        @Scope(value = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Chat chat() {
            return new Chat();
        }
    }

    @Test
    void scopedListenerIsOneEndpoint() {
        runner.withInitializer(context -> context.getBeanFactory().registerScope("thread", new SimpleThreadScope()))
                .withUserConfiguration(Scoped.class)
                .run(context -> assertThat(
                                context.getBean(WebSocketEndpoints.class).paths())
                        .containsExactly("/chat"));
    }

    @Test
    void endpointBeanIsTakenAsItIs() {
        Endpoint endpoint = new Endpoint("/own", new Chat(), List.of("a"), OriginPolicy.of(List.of("*")), 7, true);
        runner.withBean("own", Endpoint.class, () -> endpoint)
                .withBean("chat", Chat.class)
                .withPropertyValues("websocket.limits.max-message-size=1KB")
                .run(context -> assertThat(
                                context.getBean(WebSocketEndpoints.class).all())
                        .hasSize(2)
                        .contains(endpoint));
    }

    @Test
    void settingsOfAPathGoBeforeTheGeneralOnes() {
        runner.withBean("chat", Chat.class)
                .withBean("feed", Feed.class)
                .withPropertyValues(
                        "websocket.limits.max-message-size=1KB",
                        "websocket.allowed-origins=https://example.org",
                        "websocket.endpoints.[/chat].max-message-size=2KB",
                        "websocket.endpoints.[/chat].allowed-origins=*")
                .run(context -> {
                    List<Endpoint> endpoints =
                            context.getBean(WebSocketEndpoints.class).all();
                    assertThat(endpoints).extracting(Endpoint::path).containsExactly("/chat", "/feed");
                    assertThat(endpoints).extracting(Endpoint::maxMessageSize).containsExactly(2048, 1024);
                    assertThat(endpoints)
                            .extracting(Endpoint::origins)
                            .containsExactly(
                                    OriginPolicy.of(List.of("*")), OriginPolicy.of(List.of("https://example.org")));
                });
    }

    @Test
    void emptyListOfOriginsAtAPathIsTheSameOrigin() {
        runner.withBean("chat", Chat.class)
                .withPropertyValues("websocket.allowed-origins=*", "websocket.endpoints.[/chat].allowed-origins=")
                .run(context -> assertThat(
                                context.getBean(WebSocketEndpoints.class).all())
                        .extracting(Endpoint::origins)
                        .containsExactly(OriginPolicy.SAME));
    }

    @Test
    void annotatedBeanThatIsNoListenerStopsTheStart() {
        assertFails(
                runner.withBean("none", NoListener.class),
                "Bean 'none' is annotated with @WebSocketEndpoint, but its class " + NoListener.class.getName()
                        + " is no WebSocketListener.");
    }

    @Test
    void pathWithoutSlashStopsTheStart() {
        assertFails(
                runner.withBean("chat", WithoutSlash.class),
                "The path 'ws' of @WebSocketEndpoint bean 'chat' does not start with a slash.");
        assertFails(
                runner.withBean("chat", WithoutPath.class),
                "The path '' of @WebSocketEndpoint bean 'chat' does not start with a slash.");
    }

    @Test
    void pathThatIsATemplateStopsTheStart() {
        assertFails(
                runner.withBean("rooms", Template.class),
                "The path '/rooms/{id}' of @WebSocketEndpoint bean 'rooms' is no plain path.");
    }

    @Test
    void samePathTwiceStopsTheStart() {
        assertFails(
                runner.withBean("one", Chat.class).withBean("two", Chat.class),
                "Beans 'one' and 'two' are endpoints with the same path '/chat'.");
        assertFails(
                runner.withBean("one", Chat.class)
                        .withBean(
                                "two",
                                Endpoint.class,
                                () -> new Endpoint("/chat", new Chat(), List.of(), OriginPolicy.SAME, 1, false)),
                "Beans 'one' and 'two' are endpoints with the same path '/chat'.");
    }

    @Test
    void pathOfTheHealthCheckStopsTheStart() {
        assertFails(
                runner.withBean("health", Health.class),
                "Bean 'health' is an endpoint with the path '/healthz', where the server answers health checks.");
    }

    @Test
    void settingsOfAPathWithoutEndpointStopTheStart() {
        FailureAnalysis analysis = Analyses.of(runner.withBean("chat", Chat.class)
                .withPropertyValues("websocket.endpoints.[/caht].max-message-size=1KB"));
        assertThat(analysis.getDescription())
                .isEqualTo("Invalid property websocket.endpoints[/caht]."
                        + " No bean is annotated with @WebSocketEndpoint(\"/caht\"); there are [/chat]."
                        + " A path is written in brackets: websocket.endpoints.[/ws].");
    }

    @Test
    void settingsOfAPathWithoutBracketsStopTheStart() {
        FailureAnalysis analysis = Analyses.of(runner.withBean("chat", Chat.class)
                .withPropertyValues("websocket.endpoints./chat.max-message-size=1KB"));
        assertThat(analysis.getDescription())
                .startsWith("Invalid property websocket.endpoints[chat].")
                .endsWith("A path is written in brackets: websocket.endpoints.[/ws].");
    }

    private static List<ExtensionNegotiator> extensionsOf(ApplicationContext context, String path) {
        return context.getBean(WebSocketEndpoints.class).all().stream()
                .filter(endpoint -> endpoint.path().equals(path))
                .findFirst()
                .orElseThrow()
                .extensions();
    }

    private static void assertFails(ApplicationContextRunner runner, String description) {
        FailureAnalysis analysis = Analyses.of(runner);
        assertThat(analysis.getDescription()).isEqualTo(description);
        assertThat(analysis.getAction()).isNotBlank();
    }
}
