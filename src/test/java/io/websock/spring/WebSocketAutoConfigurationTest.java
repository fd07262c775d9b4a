package io.websock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.websock.api.CloseInfo;
import io.websock.api.HandshakeInterceptor;
import io.websock.api.HandshakeRefusedException;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.engine.DrainSettings;
import io.websock.engine.EngineSettings;
import io.websock.engine.TlsSettings.ClientAuth;
import io.websock.engine.WebSocketClient;
import io.websock.engine.WebSocketServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;

/** Which beans there are, and when the server runs. */
@ExtendWith(OutputCaptureExtension.class)
class WebSocketAutoConfigurationTest {

    private static final HttpClient client = HttpClient.newHttpClient();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(WebSocketAutoConfiguration.class, TaskExecutionAutoConfiguration.class))
            .withPropertyValues("websocket.server.port=0");

    private final Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());

    /** Tells on which threads it is called. */
    @WebSocketEndpoint("/threads")
    static class Threads implements WebSocketListener {
        private final BlockingQueue<Thread> threads = new ArrayBlockingQueue<>(10);
        private final CompletableFuture<Thread> closedOn = new CompletableFuture<>();

        @Override
        public void onMessage(WebSocketConnection connection, Message message) {
            threads.add(Thread.currentThread());
        }

        @Override
        public void onClose(WebSocketConnection connection, CloseInfo info) throws Exception {
            Thread.sleep(50);
            closedOn.complete(Thread.currentThread());
        }
    }

    @Test
    void serverListensWhileTheContextIsOpen() {
        int[] port = new int[1];
        runner.run(context -> {
            port[0] = port(context);
            assertThat(port[0]).isPositive();
            assertAnswers(port[0]);
        });
        assertThatThrownBy(() -> new Socket("localhost", port[0]).close()).isInstanceOf(IOException.class);
        assertThat(threads("websocket-loop-")).isEmpty();
    }

    @Configuration(proxyBeanMethods = false)
    static class Started {
        final List<WebSocketServerStartedEvent> events = new ArrayList<>();

        @EventListener
        void on(WebSocketServerStartedEvent event) {
            events.add(event);
        }
    }

    @Test
    void startIsPublished() {
        runner.withUserConfiguration(Started.class)
                .run(context -> assertThat(context.getBean(Started.class).events)
                        .containsExactly(new WebSocketServerStartedEvent(
                                context.getBean(WebSocketServer.class), port(context), -1)));
    }

    @Test
    void startIsLoggedWithPortAndEndpoints(CapturedOutput output) {
        runner.withBean(Threads.class)
                .run(context -> assertThat(output)
                        .containsOnlyOnce("INFO")
                        .contains("WebSocket server listening on port " + port(context) + " (ws), endpoints [/threads]")
                        .doesNotContain("WARN"));
    }

    @Test
    void startWithoutEndpointsIsAWarning(CapturedOutput output) {
        runner.run(context -> assertThat(output)
                .contains("WARN")
                .contains("WebSocket server listening on port " + port(context) + " (ws) without endpoints"));
    }

    @Test
    void serverListensOnTheConfiguredAddressOnly() {
        runner.withPropertyValues("websocket.server.address=127.0.0.2").run(context -> {
            new Socket("127.0.0.2", port(context)).close();
            assertThatThrownBy(() -> new Socket("127.0.0.1", port(context)).close())
                    .isInstanceOf(IOException.class);
        });
    }

    @Test
    void portMinusOneBindsNothing() {
        runner.withPropertyValues("websocket.server.port=-1").run(context -> {
            assertThat(context).hasSingleBean(WebSocketServer.class);
            assertThat(context.getBean(WebSocketServerLifecycle.class).isRunning())
                    .isFalse();
            assertThat(context.getEnvironment().containsProperty("local.websocket.port"))
                    .isFalse();
            assertThat(threads("websocket-")).isEmpty();
        });
    }

    @Test
    void disabledServerIsNotThere() {
        runner.withPropertyValues("websocket.server.enabled=false").run(context -> {
            assertThat(context)
                    .doesNotHaveBean(WebSocketServer.class)
                    .doesNotHaveBean(WebSocketServerLifecycle.class)
                    .doesNotHaveBean(WebSocketEndpoints.class);
            assertThat(context).hasSingleBean(WebSocketProperties.class).hasSingleBean(WebSocketClient.class);
        });
    }

    @Test
    void serverStartsWithBootsOwnWebServers() {
        assertThat(WebSocketServerLifecycle.PHASE).isEqualTo(Integer.MAX_VALUE - 2048);
    }

    @Test
    void pausedContextKeepsItsServer() {
        runner.run(context -> {
            ConfigurableApplicationContext application = context.getSourceApplicationContext();
            application.pause();
            assertAnswers(port(context));
            application.restart();
            assertAnswers(port(context));
        });
    }

    @Test
    void ownServerReplacesOurs() {
        WebSocketServer own = new WebSocketServer(EngineSettings.DEFAULT, 1, List.of(), List.of(), Runnable::run);
        runner.withBean(WebSocketServer.class, () -> own).run(context -> {
            assertThat(context.getBean(WebSocketServer.class)).isSameAs(own);
            assertAnswers(port(context));
        });
    }

    @Test
    void ownSettingsAndEndpointsReplaceOurs() {
        WebSocketEndpoints own = new WebSocketEndpoints(List.of());
        runner.withBean(EngineSettings.class, () -> EngineSettings.DEFAULT)
                .withBean(WebSocketEndpoints.class, () -> own)
                .withBean(Threads.class)
                .run(context -> {
                    assertThat(context.getBean(EngineSettings.class)).isSameAs(EngineSettings.DEFAULT);
                    assertThat(context.getBean(WebSocketEndpoints.class)).isSameAs(own);
                });
    }

    private static final WebSocketProperties.Ssl NO_TLS =
            new WebSocketProperties.Ssl(null, 8889, ClientAuth.NONE, List.of());

    @Configuration(proxyBeanMethods = false)
    static class OwnLifecycle {
        @Bean
        WebSocketServerLifecycle lifecycle(
                WebSocketServer server, WebSocketEndpoints endpoints, ConfigurableApplicationContext context) {
            return new WebSocketServerLifecycle(
                    server,
                    endpoints,
                    new WebSocketProperties.Server(true, -1, null, NO_TLS, null),
                    null,
                    DrainSettings.atOnce(Duration.ofSeconds(5)),
                    context);
        }
    }

    @Test
    void ownLifecycleReplacesOurs() {
        runner.withUserConfiguration(OwnLifecycle.class)
                .run(context -> assertThat(
                                context.getBean(WebSocketServerLifecycle.class).isRunning())
                        .isFalse());
    }

    @Test
    void blockingListenerRunsOnAThreadOfThePool() throws InterruptedException {
        Thread[] closedOn = new Thread[1];
        runner.withBean(Threads.class).run(context -> {
            Threads threads = context.getBean(Threads.class);
            connect(context, "/threads").sendText("hello", true).join();
            assertThat(threads.threads.poll(5, TimeUnit.SECONDS).getName()).startsWith("websocket-listener-");
            context.close();
            closedOn[0] = threads.closedOn.getNow(null);
        });
        assertThat(closedOn[0])
                .as("listeners have seen the end once the context is closed")
                .isNotNull();
        closedOn[0].join(5000);
        assertThat(threads("websocket-loop-")).isEmpty();
        assertThat(closedOn[0].isAlive()).isFalse();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void blockingListenerRunsOnAVirtualThreadWhereSpringsSwitchSaysSo() {
        runner.withBean(Threads.class)
                .withPropertyValues("spring.threads.virtual.enabled=true")
                .run(context -> {
                    Threads threads = context.getBean(Threads.class);
                    connect(context, "/threads").sendText("hello", true).join();
                    Thread thread = threads.threads.poll(5, TimeUnit.SECONDS);
                    assertThat(Thread.class.getMethod("isVirtual").invoke(thread))
                            .isEqualTo(true);
                    context.close();
                    assertThat(threads.closedOn).isDone();
                });
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void springsSwitchForVirtualThreadsChangesNothingOnAnOlderJdk() {
        runner.withPropertyValues("spring.threads.virtual.enabled=true")
                .run(context -> assertThat(context.getBean(WebSocketAutoConfiguration.LISTENER_EXECUTOR))
                        .isInstanceOf(ListenerThreadPool.class));
    }

    static class Injected {
        @Autowired
        Executor executor;

        @Autowired
        TaskExecutor taskExecutor;

        @Autowired
        AsyncTaskExecutor asyncTaskExecutor;

        @Autowired
        List<Executor> all;
    }

    @Test
    void bootsOwnExecutorIsLeftAlone() {
        runner.withBean(Injected.class).run(this::assertBootsExecutorEverywhere);
        runner.withBean(Injected.class)
                .withPropertyValues("spring.threads.virtual.enabled=true")
                .run(this::assertBootsExecutorEverywhere);
    }

    private void assertBootsExecutorEverywhere(AssertableApplicationContext context) {
        Object boots = context.getBean(TaskExecutionAutoConfiguration.APPLICATION_TASK_EXECUTOR_BEAN_NAME);
        Injected injected = context.getBean(Injected.class);
        assertThat(List.of(injected.executor, injected.taskExecutor, injected.asyncTaskExecutor))
                .allMatch(executor -> executor == boots);
        assertThat(injected.all).hasSize(1);
        assertThat(boots).isNotSameAs(context.getBean(WebSocketAutoConfiguration.LISTENER_EXECUTOR));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnExecutor {
        @Bean(defaultCandidate = false)
        Executor webSocketListenerExecutor() {
            return new SimpleAsyncTaskExecutor("own-");
        }
    }

    @Test
    void ownListenerExecutorReplacesOurs() {
        runner.withUserConfiguration(OwnExecutor.class).withBean(Threads.class).run(context -> {
            assertThat(context).hasBean(TaskExecutionAutoConfiguration.APPLICATION_TASK_EXECUTOR_BEAN_NAME);
            connect(context, "/threads").sendText("hello", true).join();
            assertThat(context.getBean(Threads.class)
                            .threads
                            .poll(5, TimeUnit.SECONDS)
                            .getName())
                    .startsWith("own-");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Interceptors {
        final List<String> asked = new ArrayList<>();

        @Bean
        @Order(2)
        HandshakeInterceptor second() {
            return request -> {
                asked.add("second");
                throw new HandshakeRefusedException(401, "who are you?");
            };
        }

        @Bean
        @Order(3)
        HandshakeInterceptor third() {
            return request -> asked.add("third");
        }

        @Bean
        @Order(1)
        HandshakeInterceptor first() {
            return request -> asked.add("first");
        }
    }

    @Test
    void interceptorsAreAskedInTheirOrder() {
        runner.withUserConfiguration(Interceptors.class).withBean(Threads.class).run(context -> {
            assertThatThrownBy(() -> connect(context, "/threads"))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            refusal -> assertThat(refusal.getResponse().statusCode())
                                    .isEqualTo(401));
            assertThat(context.getBean(Interceptors.class).asked).containsExactly("first", "second");
        });
    }

    @Test
    void noThreadOfTheServerOutlivesAStartThatFailsElsewhere() {
        runner.withBean("late", SmartLifecycle.class, LateFailure::new)
                .run(context -> assertThat(context).hasFailed());
        assertThat(threads("websocket-loop-")).isEmpty();
    }

    private class LateFailure implements SmartLifecycle {
        @Override
        public void start() {
            assertThat(threads("websocket-loop-")).isNotEmpty();
            throw new IllegalStateException("too late");
        }

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }

    @Test
    void poolHasNoMoreThreadsThanConfiguredAndInterruptsWhatHangs() throws InterruptedException {
        ListenerThreadPool pool = new ListenerThreadPool("websocket-test-", 2, Duration.ofMillis(50));
        CountDownLatch interrupted = new CountDownLatch(2);
        for (int i = 0; i < 5; i++) {
            pool.execute(() -> {
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            });
        }
        assertThat(threads("websocket-test-")).hasSize(2).allMatch(Thread::isDaemon);
        pool.close();
        assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    static int port(AssertableApplicationContext context) {
        return context.getEnvironment().getRequiredProperty("local.websocket.port", int.class);
    }

    private static WebSocket connect(AssertableApplicationContext context, String path) {
        return client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://localhost:" + port(context) + path), new WebSocket.Listener() {})
                .join();
    }

    private static void assertAnswers(int port) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/healthz"))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    /** Those that this test has started: contexts of other tests may be around. */
    private List<Thread> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.getName().startsWith(prefix))
                .toList();
    }
}
