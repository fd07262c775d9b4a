package io.websock.testkit;

import io.websock.protocol.Extension;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import java.util.Random;

/** A client and a server that are connected in memory, with reads and writes of random lengths. */
public final class Pipe {
    public final Side client;
    public final Side server;
    private final Random random;

    public Pipe(Random random, ProtocolLimits limits, Extension extension) {
        this.random = random;
        this.client = new Side(Role.CLIENT, limits, extension);
        this.server = new Side(Role.SERVER, limits, extension);
    }

    /** Moves one random piece in one random direction. A side that has ended finishes at once. */
    public void step() {
        boolean toServer = random.nextBoolean();
        Side from = toServer ? client : server;
        Side to = toServer ? server : client;
        byte[] piece = from.send(random.nextInt(150), random.nextInt(150));
        to.receive(piece);
        if (to.protocol.hasEnded()) {
            to.protocol.finish();
        }
    }

    /** Until nothing is queued on either side. */
    public void run() {
        while (!client.outbound.isEmpty() || !server.outbound.isEmpty()) {
            step();
        }
    }
}
