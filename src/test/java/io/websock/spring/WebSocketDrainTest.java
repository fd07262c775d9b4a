package io.websock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.testkit.Frames;
import io.websock.testkit.RawClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** What happens when a context stops whose server has connections. */
@ExtendWith(OutputCaptureExtension.class)
class WebSocketDrainTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    WebSocketAutoConfiguration.class,
                    LifecycleAutoConfiguration.class,
                    ApplicationAvailabilityAutoConfiguration.class))
            .withPropertyValues("websocket.server.port=0");

    /** Writes down what happens. */
    @Configuration(proxyBeanMethods = false)
    static class Events {
        final Queue<String> events = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(AvailabilityChangeEvent<ReadinessState> event) {
            events.add(event.getState().toString());
        }

        @Bean
        Recording recording() {
            return new Recording(events);
        }
    }

    @WebSocketEndpoint("/recording")
    record Recording(Queue<String> events) implements WebSocketListener {
        @Override
        public void onOpen(WebSocketConnection connection) {
            events.add("open");
        }

        @Override
        public void onMessage(WebSocketConnection connection, Message message) {}

        @Override
        public void onClose(WebSocketConnection connection, CloseInfo info) {
            events.add("close " + info.code());
        }
    }

    @Test
    void readinessIsRefusedBeforeConnectionsAreClosedWithTheConfiguredCode(CapturedOutput output) {
        AtomicReference<Queue<String>> events = new AtomicReference<>();
        runner.withUserConfiguration(Events.class)
                .withPropertyValues("websocket.drain.code=4321", "websocket.drain.window=7s")
                .run(context -> {
                    events.set(context.getBean(Events.class).events);
                    RawClient client = connect(context).upgrade("/recording");
                    client.sendFrames(Frames.ping());
                    client.expect(Frames.pong());
                    CompletableFuture<Void> close = CompletableFuture.runAsync(context::close);
                    client.expectClose(4321, "server is stopping");
                    client.sendFrames(Frames.close(4321, ""));
                    client.expectEndOfStream();
                    client.close();
                    close.join();
                });
        assertThat(events.get()).containsExactly("open", "REFUSING_TRAFFIC", "close 4321");
        assertThat(output)
                .containsOnlyOnce("Drain begins: 1 connections open, new ones are refused for 0 s,"
                        + " Close frames are sent over 7 s; all of it takes 13.5 s at most")
                .containsPattern("Drain complete after .* s: 1 connections closed, 0 of them without")
                .containsOnlyOnce("WebSocket server stopped");
    }

    @Test
    void drainThatSpringWouldCutStopsTheStart() {
        FailureAnalysis analysis = Analyses.of(
                runner.withPropertyValues("websocket.drain.accept-delay=500ms", "websocket.drain.window=24s"));
        assertThat(analysis.getDescription())
                .isEqualTo("The drain of a stopping server may take 31s: websocket.drain.accept-delay=500ms"
                        + " + websocket.drain.window=24s + websocket.drain.close-timeout=5s + 1500ms for the last FINs."
                        + " But spring.lifecycle.timeout-per-shutdown-phase=30s would cut it.");
        assertThat(analysis.getAction())
                .isEqualTo("Set spring.lifecycle.timeout-per-shutdown-phase to 31s or more,"
                        + " or shorten websocket.drain.window.");
    }

    @Test
    void drainThatSpringWaitsForDoesNot() {
        runner.withPropertyValues("websocket.drain.window=24s", "spring.lifecycle.timeout-per-shutdown-phase=30500ms")
                .run(context -> assertThat(context).hasNotFailed());
        runner.withPropertyValues("websocket.drain.window=1h", "websocket.server.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static RawClient connect(AssertableApplicationContext context) throws Exception {
        return RawClient.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), WebSocketAutoConfigurationTest.port(context)));
    }
}
