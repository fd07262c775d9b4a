package io.websock.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the interfaces do by themselves. */
class WebSocketConnectionTest {

    private static final class Recording implements WebSocketConnection {
        final List<String> calls = new ArrayList<>();

        @Override
        public String id() {
            return "1";
        }

        @Override
        public String path() {
            return "/ws";
        }

        @Override
        public String query() {
            return null;
        }

        @Override
        public String subprotocol() {
            return null;
        }

        @Override
        public Principal principal() {
            return null;
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return InetSocketAddress.createUnresolved("peer", 1);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public SendResult send(Message message) {
            calls.add(message.text());
            return SendResult.OVERFLOW;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void close(int code, String reason) {
            calls.add(code + reason);
        }
    }

    @Test
    void sendsAStringAsATextMessage() {
        Recording connection = new Recording();
        assertThat(connection.send("Grüße")).isEqualTo(SendResult.OVERFLOW);
        assertThat(connection.calls).containsExactly("Grüße");
    }

    @Test
    void closesNormally() {
        Recording connection = new Recording();
        connection.close();
        assertThat(connection.calls).containsExactly("1000");
    }

    @Test
    void aListenerHasToCareForMessagesOnly() throws Exception {
        Recording connection = new Recording();
        WebSocketListener echo = WebSocketConnection::send;
        echo.onOpen(connection);
        echo.onPong(connection, new byte[0]);
        echo.onMessage(connection, Message.text("Hello"));
        echo.onClose(connection, new CloseInfo(1000, "", CloseInfo.Initiator.PEER, true));
        assertThat(connection.calls).containsExactly("Hello");
    }
}
