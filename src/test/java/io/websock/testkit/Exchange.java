package io.websock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.websock.protocol.Extension;
import io.websock.protocol.ProtocolLimits;
import io.websock.protocol.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Bytes in, events and bytes out: {@code Exchange.of(frames).answers(out, events)}. It is checked for both roles, and for the
 * bytes whole, byte by byte, and split at every position. Frames are given unmasked and are masked where the role asks for it.
 */
public final class Exchange {
    private final byte[] in;
    private List<Role> roles = List.of(Role.values());
    private boolean asIs;
    private ProtocolLimits limits = ProtocolLimits.DEFAULT;
    private Extension extension;

    private Exchange(byte[] in) {
        this.in = in;
    }

    /** What the peer sends, unmasked. */
    public static Exchange of(byte[]... frames) {
        return new Exchange(Frames.concat(frames));
    }

    public static Exchange of(String hex) {
        return of(Frames.hex(hex));
    }

    /** For a side of this role only; with these very bytes, which are not masked for it. */
    public Exchange asIsTo(Role role) {
        roles = List.of(role);
        asIs = true;
        return this;
    }

    public Exchange with(ProtocolLimits limits) {
        this.limits = limits;
        return this;
    }

    /** @param extension without a state of its own, as it is used for every connection */
    public Exchange with(Extension extension) {
        this.extension = extension;
        return this;
    }

    /** All is well: these are the events, these the bytes that go out, unmasked, and more can follow. */
    public void answers(byte[] out, String... events) {
        check(new byte[0], out, events, false);
    }

    /** The peer's Close is answered by {@code out}, and nothing is processed behind it. */
    public void closes(byte[] out, String... events) {
        check(Frames.hex("81 01 61 ff"), out, plusEnd(events), true);
    }

    /**
     * The last byte of the input breaks a rule, not an earlier one: the answer is a Close frame with {@code code} and {@code reason},
     * behind what was answered {@code before}, and nothing is processed after it.
     */
    public void breaks(int code, String reason, byte[] before, String... events) {
        for (Role role : roles) {
            Side side = new Side(role, limits, extension);
            byte[] bytes = bytesTo(role);
            side.receive(Arrays.copyOf(bytes, bytes.length - 1));
            assertThat(side.protocol.hasEnded()).as("%s: ended too early", role).isFalse();
        }
        byte[] out = Frames.concat(before, Frames.close(code, reason));
        check(Frames.hex("88 00 81 01 61"), out, plusEnd(events), true);
    }

    /** As above, with nothing before it. */
    public void breaks(int code, String reason, String... events) {
        breaks(code, reason, new byte[0], events);
    }

    private void check(byte[] trailing, byte[] out, String[] events, boolean ends) {
        for (Role role : roles) {
            byte[] all = Frames.concat(bytesTo(role), trailing);
            Splits.of(all).forEach(parts -> {
                Side side = new Side(role, limits, extension);
                List<String> seen = new ArrayList<>();
                for (byte[] part : parts) {
                    side.receive(part);
                    seen.addAll(side.received.take());
                    if (side.protocol.hasEnded()) {
                        side.protocol.finish();
                    }
                }
                byte[] sent = side.send();
                // AssertJ describes at a price that is not worth paying some hundred thousand times.
                if (!seen.equals(List.of(events))
                        || !Arrays.equals(sent, Frames.from(role, out))
                        || side.protocol.hasEnded() != ends) {
                    String name = role + ", " + Splits.describe(parts);
                    assertThat(seen).as(name).containsExactly(events);
                    assertThat(Frames.hex(sent)).as(name).isEqualTo(Frames.hex(Frames.from(role, out)));
                    assertThat(side.protocol.hasEnded()).as(name).isEqualTo(ends);
                }
            });
        }
    }

    private byte[] bytesTo(Role role) {
        return asIs ? in : Frames.to(role, in);
    }

    private static String[] plusEnd(String[] events) {
        return Stream.concat(Stream.of(events), Stream.of("end")).toArray(String[]::new);
    }
}
