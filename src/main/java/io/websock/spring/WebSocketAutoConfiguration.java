package io.websock.spring;

import io.websock.api.HandshakeInterceptor;
import io.websock.deflate.ZlibPool;
import io.websock.engine.ClientSettings;
import io.websock.engine.EngineSettings;
import io.websock.engine.ReconnectPolicy;
import io.websock.engine.WebSocketClient;
import io.websock.engine.WebSocketServer;
import io.websock.handshake.ExtensionNegotiator;
import java.util.concurrent.Executor;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Boots a {@link WebSocketServer} for the endpoints of the application, and makes a {@link WebSocketClient}. Each bean backs off for the
 * application's own.
 */
@AutoConfiguration(after = {SslAutoConfiguration.class, LifecycleAutoConfiguration.class})
@EnableConfigurationProperties(WebSocketProperties.class)
public final class WebSocketAutoConfiguration {
    /**
     * The name of the {@link Executor} bean on which listeners that may block run. An application that declares its own should make it no
     * default candidate either, or Boot takes it for the application's {@code applicationTaskExecutor} and leaves that out.
     */
    public static final String LISTENER_EXECUTOR = "webSocketListenerExecutor";

    private static final String THREAD_NAME_PREFIX = "websocket-listener-";

    /** For all connections of the application. It is closed with the context, when there are none any more. */
    @Bean
    @ConditionalOnMissingBean
    ZlibPool webSocketZlibPool(WebSocketProperties properties) {
        return new ZlibPool(
                properties.compression().level(), Runtime.getRuntime().availableProcessors());
    }

    @Bean
    @ConditionalOnMissingBean
    EngineSettings webSocketEngineSettings(WebSocketProperties properties) {
        return properties.engineSettings();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = "websocket.server.enabled", matchIfMissing = true)
    static class ServerConfiguration {

        @Bean
        @ConditionalOnMissingBean
        WebSocketEndpoints webSocketEndpoints(
                ListableBeanFactory beans,
                WebSocketProperties properties,
                ObjectProvider<ExtensionNegotiator> extensions,
                ZlibPool pool) {
            return new EndpointFinder(beans, properties, new Extensions(extensions, pool)).find();
        }

        @Bean
        @ConditionalOnMissingBean
        WebSocketServer webSocketServer(
                WebSocketProperties properties,
                EngineSettings settings,
                WebSocketEndpoints endpoints,
                ObjectProvider<HandshakeInterceptor> interceptors,
                @Qualifier(LISTENER_EXECUTOR) Executor executor) {
            Integer eventLoops = properties.server().eventLoops();
            return new WebSocketServer(
                    settings,
                    eventLoops != null ? eventLoops : Runtime.getRuntime().availableProcessors(),
                    endpoints.all(),
                    interceptors.orderedStream().toList(),
                    executor);
        }

        @Bean
        @ConditionalOnMissingBean
        WebSocketServerLifecycle webSocketServerLifecycle(
                WebSocketServer server,
                WebSocketEndpoints endpoints,
                WebSocketProperties properties,
                ObjectProvider<SslBundles> bundles,
                ObjectProvider<LifecycleProperties> shutdown,
                ConfigurableApplicationContext context) {
            shutdown.ifAvailable(phases -> properties.drain().requireWithin(phases.getTimeoutPerShutdownPhase()));
            WebSocketProperties.Ssl ssl = properties.server().ssl();
            return new WebSocketServerLifecycle(
                    server,
                    endpoints,
                    properties.server(),
                    ssl.bundle() == null ? null : new ServerTls(ssl, bundles.getObject()),
                    properties.drain().settings(),
                    context);
        }
    }

    /** The client has no thread before its first connection. It is closed with the context, before what it needs. */
    @Configuration(proxyBeanMethods = false)
    static class ClientConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ClientSettings webSocketClientSettings(
                WebSocketProperties properties,
                EngineSettings settings,
                ObjectProvider<ExtensionNegotiator> extensions,
                ZlibPool pool,
                ObjectProvider<SslBundles> bundles) {
            WebSocketClientProperties client = properties.client();
            String bundle = client.ssl().bundle();
            return new ClientSettings(
                    properties.clientEngine(settings),
                    WebSocketProperties.bytes(client.maxMessageSize()),
                    new Extensions(extensions, pool)
                            .compressing(properties.compression().with(client.compression())),
                    bundle == null ? ClientSettings.DEFAULT.tls() : new ClientTls(bundle, bundles.getObject()),
                    client.proxy().settings());
        }

        @Bean
        @ConditionalOnMissingBean
        WebSocketClient webSocketClient(
                ClientSettings settings,
                WebSocketProperties properties,
                @Qualifier(LISTENER_EXECUTOR) Executor executor) {
            return new WebSocketClient(settings, properties.client().eventLoops(), executor);
        }

        @Bean
        @ConditionalOnMissingBean
        ReconnectPolicy webSocketReconnectPolicy(WebSocketProperties properties) {
            return properties.client().reconnect().policy();
        }
    }

    /** No default candidates: nobody who asks for just any executor, Boot's own conditions included, is given one of these. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(name = LISTENER_EXECUTOR)
    static class ListenerExecutorConfiguration {

        @Bean(name = LISTENER_EXECUTOR, defaultCandidate = false)
        @ConditionalOnThreading(Threading.VIRTUAL)
        SimpleAsyncTaskExecutor webSocketListenerExecutorVirtualThreads(EngineSettings settings) {
            SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor(THREAD_NAME_PREFIX);
            executor.setVirtualThreads(true);
            executor.setTaskTerminationTimeout(settings.limits().closeTimeout().toMillis());
            return executor;
        }

        @Bean(name = LISTENER_EXECUTOR, defaultCandidate = false)
        @ConditionalOnThreading(Threading.PLATFORM)
        ListenerThreadPool webSocketListenerExecutor(WebSocketProperties properties, EngineSettings settings) {
            return new ListenerThreadPool(
                    THREAD_NAME_PREFIX,
                    properties.handlers().maxThreads(),
                    settings.limits().closeTimeout());
        }
    }
}
