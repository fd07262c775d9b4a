package io.websock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.WebSocketConnection;
import io.websock.handshake.HandshakeFailedException;
import io.websock.handshake.HandshakeFailure;
import io.websock.testkit.RawClient;
import io.websock.testkit.RawServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What has become of a {@link WebSocketClient#connect}. */
final class Outcomes {

    private Outcomes() {}

    static ConnectRequest to(RawServer server) {
        return ConnectRequest.to("ws://127.0.0.1:" + server.port() + "/ws");
    }

    static ConnectRequest to(Engine engine) {
        return ConnectRequest.to("ws://localhost:" + engine.address().getPort() + Engine.PATH);
    }

    static WebSocketConnection opened(CompletableFuture<WebSocketConnection> future) throws Exception {
        return future.get(RawClient.PATIENCE, TimeUnit.MILLISECONDS);
    }

    static Throwable failed(CompletableFuture<WebSocketConnection> future) throws Exception {
        try {
            throw new AssertionError("is open: " + opened(future));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    static HandshakeFailedException failed(CompletableFuture<WebSocketConnection> future, HandshakeFailure rule)
            throws Exception {
        Throwable failure = failed(future);
        assertThat(failure).isInstanceOf(HandshakeFailedException.class);
        HandshakeFailedException failed = (HandshakeFailedException) failure;
        assertThat(failed.failure()).as(failed.text()).isEqualTo(rule);
        return failed;
    }
}
