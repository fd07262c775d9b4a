package io.websock.testkit;

import io.websock.protocol.Extension;
import io.websock.protocol.OutboundQueue;
import io.websock.protocol.Protocol;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import io.websock.protocol.Sending;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** One side of a connection, with all that it has: what it received, and what it wants to send. It masks with {@link Frames#KEY}. */
public final class Side {
    public static final long MAX_QUEUE = 256 * 1024;

    public final Role role;
    public final RecordingReceiver received = new RecordingReceiver();
    public final OutboundQueue outbound;
    public final Protocol protocol;
    /** The time of the next call, in nanoseconds. */
    public long now;

    public Side(Role role) {
        this(role, ProtocolLimits.DEFAULT, null);
    }

    /** @param extension null for none */
    public Side(Role role, ProtocolLimits limits, Extension extension) {
        this.role = role;
        this.outbound = new OutboundQueue(new Sending(role, MAX_QUEUE, () -> Frames.KEY), extension);
        this.protocol = new Protocol(role, limits, extension, received, outbound, now);
    }

    /** Passes in unmasked frames in one piece, masked if this is a server. */
    public void receiveFrames(byte[]... frames) {
        receive(Frames.to(role, Frames.concat(frames)));
    }

    public void receive(List<byte[]> parts) {
        parts.forEach(this::receive);
    }

    /** Passes in these bytes, all of which must be consumed, and none of which may be looked at later. */
    public void receive(byte[] bytes) {
        ByteBuffer in = ByteBuffer.allocate(bytes.length + 3)
                .position(3)
                .put(bytes)
                .flip()
                .position(3);
        protocol.receive(in, now);
        if (in.hasRemaining()) {
            throw new AssertionError(in.remaining() + " bytes are left");
        }
        Arrays.fill(in.array(), (byte) 0xEE);
    }

    /** Takes all that is queued, as if the socket had taken it. */
    public byte[] send() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (!outbound.isEmpty()) {
            all.writeBytes(send((int) Math.min(8192, outbound.bytes()), Integer.MAX_VALUE));
        }
        return all.toByteArray();
    }

    /** What is queued, unmasked again. */
    public List<Frames.Frame> sendFrames() {
        return Frames.decode(send());
    }

    /** One write: a buffer of {@code room} bytes is filled, and the socket takes {@code most} of it. */
    public byte[] send(int room, int most) {
        ByteBuffer out = ByteBuffer.allocate(room);
        outbound.fill(out);
        int count = Math.min(most, out.position());
        outbound.written(count);
        return Arrays.copyOf(out.array(), count);
    }
}
