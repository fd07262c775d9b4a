package io.websock.protocol;

import static io.websock.testkit.Frames.concat;
import static io.websock.testkit.Frames.frame;
import static io.websock.testkit.Frames.hex;
import static io.websock.testkit.Frames.ping;
import static io.websock.testkit.Frames.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.websock.api.CloseCode;
import io.websock.api.CloseInfo;
import io.websock.api.CloseInfo.Initiator;
import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.PermessageDeflate.Mode;
import io.websock.deflate.ZlibPool;
import io.websock.handshake.ExtensionOffer;
import io.websock.testkit.Frames;
import io.websock.testkit.Frames.Frame;
import io.websock.testkit.Side;
import io.websock.testkit.XorExtension;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole enum as a list of parameters: each rule is broken, and each Close frame can be sent. */
class ViolationTest {

    /** What breaks the rule, unmasked. */
    private static byte[] provocation(Violation violation) {
        return switch (violation) {
            case UNMASKED_FRAME, MASKED_FRAME -> frame(0x81, "a");
            case RESERVED_BIT -> hex("91 00");
            case RESERVED_OPCODE -> hex("83 00");
            case LENGTH_NOT_MINIMAL -> hex("82 7e 007d");
            case LENGTH_TOO_LARGE -> hex("82 7f 8000000000000000");
            case CONTROL_FRAGMENTED -> hex("09 00");
            case CONTROL_TOO_LONG -> frame(0x89, new byte[126]);
            case CONTINUATION_UNEXPECTED -> frame(0x80, "a");
            case CONTINUATION_EXPECTED -> concat(frame(0x01, "a"), frame(0x01, "b"));
            case CLOSE_PAYLOAD_INVALID -> hex("88 01 03");
            case CLOSE_CODE_INVALID -> hex("88 02 03ed");
            case UTF8_INVALID -> hex("81 01 ff");
            case CLOSE_REASON_INVALID -> hex("88 03 03e8 ff");
            case MESSAGE_TOO_BIG -> Frames.header(0x82, 65537);
            case FRAGMENTS_TOO_SMALL -> concat(frame(0x01, ""), times(1024, frame(0x00, "")));
            case CONTROL_FLOOD -> times(101, ping());
            case EXTENSION_DATA_INVALID -> hex("c2 01 00");
            case DEFLATE_DATA_CORRUPT -> hex("c2 01 07");
            case DEFLATE_BLOCKS_TOO_SMALL -> frame(0xC2, hex("0300".repeat(1025)));
            default -> throw new AssertionError("no test provokes " + violation);
        };
    }

    private static Extension extension(Violation violation) {
        return switch (violation) {
            case EXTENSION_DATA_INVALID -> new XorExtension(0x40);
            case DEFLATE_DATA_CORRUPT, DEFLATE_BLOCKS_TOO_SMALL ->
                new PermessageDeflate(Mode.SHARED, 1, new ZlibPool(6, 0))
                        .accept(new ExtensionOffer("permessage-deflate", List.of()))
                        .extension();
            default -> null;
        };
    }

    @ParameterizedTest
    @EnumSource
    void isProvoked(Violation violation) {
        for (Role role : Role.values()) {
            byte[] in = provocation(violation);
            boolean masking = violation == Violation.UNMASKED_FRAME || violation == Violation.MASKED_FRAME;
            if (masking && (role == Role.SERVER) != (violation == Violation.UNMASKED_FRAME)) {
                continue;
            }
            Side side = new Side(role, ProtocolLimits.DEFAULT, extension(violation));
            side.receive(masking ? Frames.from(role, in) : to(role, in));
            assertThat(side.received.take()).containsExactly("end");
            CloseInfo info = side.protocol.closeInfo();
            assertThat(info.code()).isEqualTo(violation.closeCode());
            assertThat(info.reason()).startsWith(violation.text());
            assertThat(info.initiator()).isEqualTo(Initiator.LOCAL);
            assertThat(info.clean()).isFalse();
            side.protocol.finish();
            Frame last = lastOf(side);
            assertThat(Frames.hex(Frames.frame(last.flags(), last.payload())))
                    .isEqualTo(Frames.hex(Frames.close(info.code(), info.reason())));
            assertThat(last.payload().length).isLessThanOrEqualTo(125);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isDescribed(Violation violation) {
        assertThat(violation.id()).matches("[a-z0-9_]+").isEqualToIgnoringCase(violation.name());
        assertThat(violation.section()).matches("RFC \\d{4} §\\d+(\\.\\d+)*");
        assertThat(CloseCode.isSendable(violation.closeCode())).isTrue();
        assertThat(violation.text()).matches("[ -~]+");
    }

    @Test
    void theTextsDiffer() {
        assertThat(Arrays.stream(Violation.values()).map(Violation::text)).doesNotHaveDuplicates();
    }

    @Test
    void anExceptionCostsNoStackTrace() {
        ViolationException e = new ViolationException(Violation.RESERVED_BIT);
        assertThat(e.getStackTrace()).isEmpty();
        assertThat(e.violation()).isEqualTo(Violation.RESERVED_BIT);
        assertThat(e.reason()).isEqualTo("reserved bit is set");
        e.addSuppressed(new Exception());
        assertThat(e.getSuppressed()).isEmpty();
    }

    private static Frame lastOf(Side side) {
        var frames = side.sendFrames();
        return frames.get(frames.size() - 1);
    }

    private static byte[] times(int count, byte[] frame) {
        return concat(Collections.nCopies(count, frame).toArray(byte[][]::new));
    }
}
