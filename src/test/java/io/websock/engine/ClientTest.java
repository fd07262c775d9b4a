package io.websock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.testkit.RecordingListener;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client and a server of ours. */
class ClientTest {
    @RegisterExtension
    final Engine engine = new Engine();

    @Test
    void messagesGoBothWays() throws Exception {
        RecordingListener server = engine.startEcho(false);
        RecordingListener listener = engine.record((connection, message) -> {});
        WebSocketConnection connection = engine.client()
                .connect(ConnectRequest.to("ws://localhost:" + engine.address().getPort() + Engine.PATH), listener)
                .get(10, TimeUnit.SECONDS);
        connection.send("Hello");
        connection.send(Message.binary(new byte[] {1}));
        listener.expect("open", "text Hello", "binary 01");
        connection.close(1000, "bye");
        listener.expect("close 1000 'bye' by LOCAL, clean");
        server.expect("open", "text Hello", "binary 01", "close 1000 'bye' by PEER, clean");
        assertThat(connection.isOpen()).isFalse();
    }
}
