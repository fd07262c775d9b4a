package io.websock.engine;

import io.websock.handshake.HeadLimits;
import io.websock.protocol.ProtocolLimits;
import java.time.Duration;

/** The numbers that a server or a client works with, each under the name of its {@code websocket.*} property. */
public record EngineSettings(Limits limits, KeepAlive keepAlive, Inbound inbound, Outbound outbound) {

    /** The documented defaults. */
    public static final EngineSettings DEFAULT =
            new EngineSettings(Limits.DEFAULT, KeepAlive.DEFAULT, Inbound.DEFAULT, Outbound.DEFAULT);

    /**
     * What peers may ask of this side.
     *
     * @param protocol of an open connection, but for the message limit, which is the endpoint's
     * @param head of a request head
     * @param handshakeTimeout from the TCP connection's beginning to the end of the opening handshake
     * @param closeTimeout from our Close frame, once it is written, to the peer's; and from the peer's to the end of the listener's work
     * @param maxConnections open connections at once, 1 and up
     * @param maxHandshakes opening handshakes at once, 1 and up; past it, the oldest is reset. A client has as many as it is asked for
     */
    public record Limits(
            ProtocolLimits protocol,
            HeadLimits head,
            Duration handshakeTimeout,
            Duration closeTimeout,
            int maxConnections,
            int maxHandshakes) {

        public Limits {
            Check.that(maxConnections > 0
                    && maxHandshakes > 0
                    && Check.isPositive(handshakeTimeout)
                    && Check.isPositive(closeTimeout));
        }

        public static final Limits DEFAULT = new Limits(
                ProtocolLimits.DEFAULT,
                HeadLimits.DEFAULT,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Descriptors.maxConnections(),
                4096);
    }

    /**
     * When a silent peer is asked whether it is there (RFC 6455 §5.5.2).
     *
     * @param interval a Ping is sent when nothing was received, or nothing was sent, for so long
     * @param timeout the peer is given up when no byte has arrived so long after the Ping
     */
    public record KeepAlive(Duration interval, Duration timeout) {
        public static final KeepAlive DEFAULT = new KeepAlive(Duration.ofSeconds(25), Duration.ofSeconds(20));

        public KeepAlive {
            Check.that(Check.isPositive(interval) && Check.isPositive(timeout));
        }
    }

    /**
     * How far reading may run ahead of a blocking listener, per connection.
     *
     * @param maxPending messages and Pongs that wait, 1 and up
     * @param maxPendingBytes the sum of their payloads, 1 and up; the message that passes it is still taken
     */
    public record Inbound(int maxPending, long maxPendingBytes) {
        public static final Inbound DEFAULT = new Inbound(64, 256 * 1024);

        public Inbound {
            Check.that(maxPending > 0 && maxPendingBytes > 0);
        }
    }

    /**
     * How far sending may run ahead of a slow peer, per connection.
     *
     * @param maxQueue bytes; a message is accepted while fewer are queued
     * @param highWater bytes over which reading from the peer pauses
     * @param lowWater bytes at which reading goes on
     * @param stallTimeout a peer that takes no byte for so long is reset
     */
    public record Outbound(long maxQueue, long highWater, long lowWater, Duration stallTimeout) {
        public static final Outbound DEFAULT = new Outbound(256 * 1024, 128 * 1024, 64 * 1024, Duration.ofSeconds(10));

        public Outbound {
            Check.that(
                    0 < lowWater && lowWater <= highWater && highWater <= maxQueue && Check.isPositive(stallTimeout));
        }
    }

    /** A class of its own: the records may be needed first, and must not begin with {@link #DEFAULT}, which is made of them. */
    private static final class Check {
        private static boolean isPositive(Duration duration) {
            return !duration.isNegative() && !duration.isZero();
        }

        private static void that(boolean inRange) {
            if (!inRange) {
                throw new IllegalArgumentException("settings are positive, and low-water <= high-water <= max-queue");
            }
        }
    }
}
