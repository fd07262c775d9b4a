package io.websock.engine;

import static io.websock.engine.Engine.until;
import static io.websock.testkit.Frames.close;
import static io.websock.testkit.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.testkit.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DescriptorsTest {
    @RegisterExtension
    final Engine engine = new Engine();

    @Test
    void theDefaultLimitOfConnectionsLeavesDescriptorsForOthers() {
        assertThat(Descriptors.maxConnections()).isPositive();
    }

    @Test
    void tenThousandConnectionsThatCameAndWentLeaveNothing() throws Exception {
        engine.eventLoops = 2;
        engine.startEcho(true);
        engine.open().close();
        until("it is closed", () -> engine.server().connections() == 0);
        long before = Engine.descriptors();
        for (int i = 0; i < 10_000; i++) {
            RawClient client = RawClient.connect(engine.address());
            switch (i % 5) {
                case 0 -> client.close();
                case 1 -> {
                    client.upgrade(Engine.PATH);
                    client.sendFrames(close(1000, ""));
                    client.expectEnd();
                    client.close();
                }
                case 2 -> {
                    client.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n".getBytes());
                    client.rest();
                    client.close();
                }
                case 3 -> {
                    client.upgrade(Engine.PATH);
                    client.close();
                }
                default -> {
                    client.upgrade(Engine.PATH);
                    client.reset();
                }
            }
        }
        until("the descriptors are back", () -> engine.server().connections() == 0 && Engine.descriptors() <= before);
    }

    @Test
    void withoutDescriptorsAcceptingPausesAndGoesOnOnceThereAreSome(@TempDir Path directory) throws Exception {
        try (Child child = new Child(100, 65536, directory)) {
            List<RawClient> clients = new ArrayList<>();
            List<RawClient> open = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                clients.add(RawClient.connect(child.address()));
                clients.get(i).send(RawClient.request(Engine.PATH));
            }
            // Those that the process has descriptors for are served.
            for (int i = 0; i < 20; i++) {
                clients.get(i).upgraded();
                open.add(clients.get(i));
            }
            Thread.sleep(500);
            assertThat(clients.get(199).available())
                    .as("there are no descriptors any more")
                    .isZero();
            long before = child.processorTime();
            Thread.sleep(1500);
            assertThat(child.processorTime() - before)
                    .as("nanoseconds of work in one and a half seconds")
                    .isLessThan(400_000_000);
            for (RawClient client : open) {
                client.sendFrames(text("still there"));
                client.expectText("still there");
            }
            for (RawClient client : clients.subList(0, 190)) {
                client.close();
            }
            for (RawClient client : clients.subList(190, 200)) {
                client.upgraded();
                client.sendFrames(text("at last"));
                client.expectText("at last");
                client.close();
            }
            assertThat(child.log()).allMatch(line -> line.contains("Cannot accept connections"));
            assertThat(child.log()).isNotEmpty().hasSizeLessThan(50);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
