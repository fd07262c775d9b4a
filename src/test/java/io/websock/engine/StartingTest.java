package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.websock.testkit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StartingTest {
    @RegisterExtension
    final Engine engine = new Engine();

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private WebSocketServer echo() {
        return engine.create(
                List.of(engine.endpoint(Engine.PATH, (connection, message) -> connection.send(message), false)));
    }

    private void expectEcho(InetSocketAddress address) throws IOException {
        RawClient client = engine.owned(RawClient.connect(address)).upgrade(Engine.PATH);
        client.sendFrames(text("a"));
        client.expectText("a");
    }

    /** Fails to start with {@code second} behind an address that is free, and leaves nothing. */
    private void expectFailure(InetSocketAddress second, String message) throws Exception {
        InetSocketAddress first = free();
        long descriptors = Engine.descriptors();
        engine.eventLoops = 3;
        WebSocketServer server = echo();
        assertThatThrownBy(() -> server.start(List.of(Binding.plain(first), Binding.plain(second))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
        assertThat(Engine.loopThreads()).isEmpty();
        assertThat(Engine.descriptors()).isLessThanOrEqualTo(descriptors);
        new ServerSocket(first.getPort(), 1, first.getAddress()).close();

        // What was in the way is out of it.
        assertThat(server.start(List.of(Binding.plain(first)))).containsExactly(first);
        expectEcho(first);
    }

    /** An address that nobody has, for the moment. */
    private static InetSocketAddress free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return loopback(socket.getLocalPort());
        }
    }

    @Test
    void aPortThatSomethingElseHasIsNamedAndNothingIsLeft() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = loopback(taken.getLocalPort());
            expectFailure(address, "cannot listen on " + address);
        }
    }

    @Test
    void aPortThatAnotherServerHasIsNamedAndTheOtherGoesOn() throws Exception {
        WebSocketServer other = echo();
        InetSocketAddress taken =
                other.start(List.of(Binding.plain(loopback(0)))).get(0);
        WebSocketServer server = echo();
        assertThatThrownBy(() -> server.start(List.of(Binding.plain(taken))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("" + taken.getPort());
        expectEcho(taken);
    }

    @Test
    void theSamePortTwiceIsNamedAndNothingIsLeft() throws Exception {
        InetSocketAddress address = free();
        assertThatThrownBy(() -> echo().start(List.of(Binding.plain(address), Binding.plain(address))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on " + address);
        new ServerSocket(address.getPort(), 1, address.getAddress()).close();
    }

    @Test
    void anAddressThatIsNotLocalIsNamedAndNothingIsLeft() throws Exception {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 0);
        expectFailure(address, "cannot listen on " + address);
    }

    @Test
    void aHostThatCouldNotBeResolvedIsNamedAndNothingIsLeft() throws Exception {
        expectFailure(InetSocketAddress.createUnresolved("no-such-host.invalid", 0), "no-such-host.invalid");
    }

    @Test
    void aServerListensOnSeveralAddressesOfBothKinds() throws Exception {
        InetAddress six = InetAddress.getByName("::1");
        assumeTrue(canBind(six), "this machine has IPv6");
        engine.eventLoops = 2;
        List<InetSocketAddress> bound = echo().start(
                        Stream.of(loopback(0), new InetSocketAddress(six, 0), new InetSocketAddress("127.0.0.1", 0))
                                .map(Binding::plain)
                                .toList());
        assertThat(bound).doesNotHaveDuplicates().noneMatch(address -> address.getPort() == 0);
        assertThat(bound.get(1).getAddress()).isEqualTo(six);
        for (InetSocketAddress address : bound) {
            expectEcho(address);
            expectEcho(address);
        }
    }

    private static boolean canBind(InetAddress address) {
        try {
            new ServerSocket(0, 1, address).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void theEventLoopsShareTheConnections() throws Exception {
        engine.eventLoops = 3;
        Map<String, AtomicInteger> perLoop = new ConcurrentHashMap<>();
        AtomicInteger all = new AtomicInteger();
        engine.start(
                (connection, message) -> {
                    perLoop.computeIfAbsent(Thread.currentThread().getName(), name -> new AtomicInteger())
                            .incrementAndGet();
                    all.incrementAndGet();
                },
                true);
        for (int i = 0; i < 60; i++) {
            engine.open().sendFrames(text("here"));
        }
        until("all messages", () -> all.get() == 60);
        assertThat(perLoop).hasSize(3);
        assertThat(perLoop.values()).allMatch(count -> count.get() >= 15 && count.get() <= 25);
    }

    @Test
    void aServerIsStartedOnceOnly() throws Exception {
        engine.closeTimeout = Duration.ofMillis(50);
        WebSocketServer server = echo();
        InetSocketAddress address =
                server.start(List.of(Binding.plain(loopback(0)))).get(0);
        assertThatThrownBy(() -> server.start(List.of(Binding.plain(loopback(0)))))
                .isInstanceOf(IllegalStateException.class);
        expectEcho(address);
        server.stop();
        assertThatThrownBy(() -> server.start(List.of(Binding.plain(loopback(0)))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        Endpoint endpoint = engine.endpoint("/a", (connection, message) -> {}, false);
        assertThatThrownBy(() -> engine.endpoint("a", (connection, message) -> {}, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slash");
        assertThatThrownBy(() -> engine.create(List.of(endpoint, endpoint)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/a");
        assertThatThrownBy(
                        () -> engine.create(List.of(engine.endpoint("/healthz", (connection, message) -> {}, false))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/healthz");
        engine.eventLoops = 0;
        assertThatThrownBy(() -> engine.create(List.of(endpoint))).isInstanceOf(IllegalArgumentException.class);
    }
}
