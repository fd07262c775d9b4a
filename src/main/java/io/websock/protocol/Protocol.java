package io.websock.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.websock.api.CloseCode;
import io.websock.api.CloseInfo;
import io.websock.api.CloseInfo.Initiator;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One connection's side of RFC 6455 after the opening handshake: frames, messages, control frames, and the closing handshake.
 *
 * <pre>
 *            receive: Close, or a broken rule              finish
 *   OPEN ─────────────────────────────────────→ ENDED ──────────────→ our Close is queued, if it was not yet
 *     │  OutboundQueue.close                      ↑
 *     └────────────→ OPEN, but sending is over ───┘  receive: Close, or a broken rule
 *
 *   any state: lost, abort — the connection is gone
 * </pre>
 *
 * <p>Once ended, the parser is out of use: whatever arrives is discarded unparsed (§7.1.7). {@link #finish()} is a step of its
 * own because the replies to all earlier messages precede our Close, and they may take their time.
 */
public final class Protocol {
    private static final byte[] EMPTY = {};

    private final Receiver receiver;
    private final OutboundQueue outbound;
    private final ProtocolLimits limits;
    private final FrameDecoder frame;
    private final MessageAssembler message;

    /** The state of {@link ProtocolLimits#controlFrames}. */
    private long controlFramesFullAt;

    /** Whether a frame's header is complete and its payload is being read. */
    private boolean inFrame;

    private long payloadRead;
    private byte[] controlPayload = EMPTY;

    private @Nullable CloseInfo ending;
    private int owedCode;
    private String owedReason = "";

    /** @param now the time in nanoseconds, from any origin, as in every later call */
    public Protocol(
            Role role,
            ProtocolLimits limits,
            @Nullable Extension extension,
            Receiver receiver,
            OutboundQueue outbound,
            long now) {
        this.receiver = receiver;
        this.outbound = outbound;
        this.limits = limits;
        this.frame = new FrameDecoder(role, extension == null ? 0 : extension.reservedBits());
        this.message = new MessageAssembler(limits, extension);
        this.controlFramesFullAt = now;
    }

    /**
     * Takes what has arrived. All of {@code in} is consumed, unless the receiver stops it: then the rest is to be passed in again
     * later.
     */
    public void receive(ByteBuffer in, long now) {
        try {
            while (ending == null && step(in, now)) {}
        } catch (ViolationException e) {
            int code = e.violation().closeCode();
            CloseInfo broken = new CloseInfo(code, e.reason(), Initiator.LOCAL, false);
            end(outbound.closeCode() == 0 ? broken : ours(false), code, e.reason());
        }
        if (ending != null) {
            in.position(in.limit());
        }
    }

    /** Whether nothing more is processed: the peer has sent its Close, or has broken a rule, or is gone. */
    public boolean hasEnded() {
        return ending != null;
    }

    /** Queues the Close frame that answers what {@link Receiver#onEnd} has told; none if ours is out already. */
    public void finish() {
        if (ending != null) {
            outbound.close(owedCode, owedReason);
        }
    }

    /** The TCP connection has ended, in whatever state: end of stream is data. */
    public void lost(String how) {
        stop(
                outbound.closeCode() == 0
                        ? new CloseInfo(CloseCode.ABNORMAL, how, Initiator.TRANSPORT, false)
                        : ours(false));
    }

    /** We give the peer up without a closing handshake. */
    public void abort(String why) {
        stop(outbound.closeCode() == 0 ? new CloseInfo(CloseCode.ABNORMAL, why, Initiator.LOCAL, false) : ours(false));
    }

    /** How the connection ended; null as long as it has not. */
    public @Nullable CloseInfo closeInfo() {
        return ending;
    }

    /** One step through {@code in}: a header, or what there is of a payload. False if more bytes are needed, or must wait. */
    private boolean step(ByteBuffer in, long now) throws ViolationException {
        if (!inFrame) {
            if (!frame.readHeader(in)) {
                return false;
            }
            beginFrame(now);
        }
        int count = (int) Math.min(in.remaining(), frame.payloadLength() - payloadRead);
        int key = Masking.advance(frame.maskingKey(), payloadRead);
        payloadRead += count;
        long missing = frame.payloadLength() - payloadRead;
        if (Opcode.isControl(frame.opcode())) {
            int read = (int) payloadRead;
            in.get(controlPayload, read - count, count);
            Masking.apply(key, controlPayload, read - count, read);
            if (frame.opcode() == Opcode.CLOSE) {
                checkClose(controlPayload, read);
            }
        } else {
            message.append(in, count, key, missing, frame.isFinal());
        }
        return missing == 0 && endFrame();
    }

    private void beginFrame(long now) throws ViolationException {
        inFrame = true;
        payloadRead = 0;
        if (!Opcode.isControl(frame.opcode())) {
            message.beginFrame(frame);
            return;
        }
        controlFramesFullAt = limits.controlFrames().take(controlFramesFullAt, now);
        if (limits.controlFrames().isExceeded(controlFramesFullAt, now)) {
            throw limits.controlFlood();
        }
        if (frame.opcode() == Opcode.CLOSE && frame.payloadLength() == 1) {
            throw new ViolationException(Violation.CLOSE_PAYLOAD_INVALID);
        }
        controlPayload = frame.payloadLength() == 0 ? EMPTY : new byte[(int) frame.payloadLength()];
    }

    /** False if the receiver wants no more for now. */
    private boolean endFrame() throws ViolationException {
        inFrame = false;
        frame.endFrame();
        byte[] payload = controlPayload;
        controlPayload = EMPTY;
        switch (frame.opcode()) {
            case Opcode.PING -> outbound.pong(payload);
            case Opcode.PONG -> receiver.onPong(payload);
            case Opcode.CLOSE -> closeReceived(payload);
            default -> {
                return !frame.isFinal() || receiver.onMessage(message.endMessage());
            }
        }
        return true;
    }

    /** Checks the first {@code read} bytes of a Close frame's payload, a code and a reason (RFC 6455 §5.5.1). */
    private static void checkClose(byte[] payload, int read) throws ViolationException {
        if (read >= 2 && !CloseCode.isSendable(closeCode(payload))) {
            throw new ViolationException(Violation.CLOSE_CODE_INVALID);
        }
        Utf8Validator reason = new Utf8Validator();
        if (read > 2 && (!reason.accept(payload, 2, read) || (read == payload.length && !reason.isComplete()))) {
            throw new ViolationException(Violation.CLOSE_REASON_INVALID);
        }
    }

    private static int closeCode(byte[] payload) {
        return (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
    }

    private void closeReceived(byte[] payload) {
        int code = payload.length == 0 ? CloseCode.NO_STATUS : closeCode(payload);
        String reason = payload.length == 0 ? "" : new String(payload, 2, payload.length - 2, UTF_8);
        CloseInfo theirs = new CloseInfo(code, reason, Initiator.PEER, true);
        // The answer repeats the code (§5.5.1).
        end(outbound.closeCode() == 0 ? theirs : ours(true), code, "");
    }

    private void end(CloseInfo info, int owedCode, String owedReason) {
        ending = info;
        message.close();
        this.owedCode = owedCode;
        this.owedReason = owedReason;
        receiver.onEnd();
    }

    private void stop(CloseInfo info) {
        if (ending == null) {
            ending = info;
        } else if (ending.clean() && !(outbound.isClosing() && outbound.isEmpty())) {
            ending = new CloseInfo(ending.code(), ending.reason(), ending.initiator(), false);
        }
        message.close();
        outbound.abort();
    }

    private CloseInfo ours(boolean clean) {
        return new CloseInfo(outbound.closeCode(), outbound.closeReason(), Initiator.LOCAL, clean);
    }
}
