package io.websock.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.websock.api.CloseCode;
import io.websock.api.CloseInfo;
import io.websock.api.CloseInfo.Initiator;
import io.websock.api.Message;
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
public final class Protocol extends FrameDecoder {
    private static final byte[] EMPTY = {};

    private final Receiver receiver;
    private final OutboundQueue outbound;
    private final ProtocolLimits limits;
    /** There while a message comes in pieces; with an extension that keeps its context, from the first of its messages on. */
    private @Nullable MessageAssembler message;

    /** The state of {@link ProtocolLimits#controlFrames}. */
    private long controlFramesFullAt;

    private byte[] controlPayload = EMPTY;

    private @Nullable Ending ending;

    /**
     * @param info how it ended
     * @param owedCode of the Close frame that we owe, unless one is out
     */
    private record Ending(CloseInfo info, int owedCode, String owedReason) {}

    /** @param now the time in nanoseconds, from any origin, as in every later call */
    public Protocol(
            Role role,
            ProtocolLimits limits,
            @Nullable Extension extension,
            Receiver receiver,
            OutboundQueue outbound,
            long now) {
        super(role, extension);
        this.receiver = receiver;
        this.outbound = outbound;
        this.limits = limits;
        this.controlFramesFullAt = now;
    }

    /** Where the answers go, and the messages. */
    public OutboundQueue outbound() {
        return outbound;
    }

    /**
     * Takes what has arrived. All of {@code in} is consumed, unless the receiver stops it: then the rest is to be passed in again
     * later.
     */
    public void receive(ByteBuffer in, long now) {
        try {
            while (ending == null && step(in, now)) {}
        } catch (ViolationException e) {
            broken(e);
        }
        if (ending != null) {
            in.position(in.limit());
        }
    }

    private void broken(ViolationException e) {
        int code = e.violation().closeCode();
        CloseInfo broken = new CloseInfo(code, e.reason(), Initiator.LOCAL, false);
        end(outbound.closeCode() == 0 ? broken : ours(false), code, e.reason());
    }

    /**
     * A record of the transport has arrived that carries no bytes of ours, as for a change of TLS keys: it counts as a control frame does.
     */
    public void controlRecord(long now) {
        try {
            if (ending == null) {
                countControl(now);
            }
        } catch (ViolationException e) {
            broken(e);
        }
    }

    /** Whether nothing more is processed: the peer has sent its Close, or has broken a rule, or is gone. */
    public boolean hasEnded() {
        return ending != null;
    }

    /** Whether a part of a message has come in, or of a control frame, and its end has not. */
    public boolean isInMessage() {
        return isInPayload() || (message != null && message.hasBegun());
    }

    /** Queues the Close frame that answers what {@link Receiver#onEnd} has told; none if ours is out already. */
    public void finish() {
        if (ending != null) {
            outbound.close(ending.owedCode, ending.owedReason);
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
        return ending == null ? null : ending.info;
    }

    /** One step through {@code in}: a header, and what there is of its payload. False if more bytes are needed, or must wait. */
    private boolean step(ByteBuffer in, long now) throws ViolationException {
        if (!isInPayload()) {
            if (!readHeader(in, message != null && message.hasBegun())) {
                return false;
            }
            if (isControl()) {
                beginControl(now);
            } else if (!isWhole(in)) {
                message = message == null ? new MessageAssembler(limits, extension) : message;
                message.beginFrame(this);
            }
        }
        int count = (int) Math.min(in.remaining(), missing());
        int key = advance(count);
        if (isControl()) {
            return control(in, count, key);
        }
        if (message == null) {
            endFrame();
            return receiver.onMessage(MessageAssembler.whole(opcode() == Opcode.TEXT, in, count, key));
        }
        message.append(in, count, key, missing(), isFinal());
        return missing() == 0 && endDataFrame(message);
    }

    /** Whether the data frame that begins needs no {@link MessageAssembler}. */
    private boolean isWhole(ByteBuffer in) {
        return message == null
                && isFinal()
                && reservedBits() == 0
                && missing() <= Math.min(in.remaining(), limits.maxMessageSize());
    }

    /** False if the receiver wants no more for now. */
    private boolean endDataFrame(MessageAssembler message) throws ViolationException {
        endFrame();
        if (!isFinal()) {
            return true;
        }
        Message whole = message.endMessage();
        this.message = message.keepsContext() ? message : null;
        return receiver.onMessage(whole);
    }

    private void countControl(long now) throws ViolationException {
        controlFramesFullAt = limits.controlFrames().take(controlFramesFullAt, now);
        if (limits.controlFrames().isExceeded(controlFramesFullAt, now)) {
            throw limits.controlFlood();
        }
    }

    private void beginControl(long now) throws ViolationException {
        countControl(now);
        if (opcode() == Opcode.CLOSE && missing() == 1) {
            throw new ViolationException(Violation.CLOSE_PAYLOAD_INVALID);
        }
        controlPayload = missing() == 0 ? EMPTY : new byte[(int) missing()];
    }

    private boolean control(ByteBuffer in, int count, int key) throws ViolationException {
        byte[] payload = controlPayload;
        int read = payload.length - (int) missing();
        in.get(payload, read - count, count);
        Masking.apply(key, payload, read - count, read);
        if (opcode() == Opcode.CLOSE) {
            checkClose(payload, read);
        }
        if (read < payload.length) {
            return false;
        }
        endFrame();
        controlPayload = EMPTY;
        switch (opcode()) {
            case Opcode.PING -> outbound.pong(payload);
            case Opcode.PONG -> receiver.onPong(payload);
            default -> closeReceived(payload);
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
        ending = new Ending(info, owedCode, owedReason);
        forget();
        receiver.onEnd();
    }

    private void stop(CloseInfo info) {
        if (ending == null) {
            ending = new Ending(info, CloseCode.NO_STATUS, "");
        } else if (ending.info.clean() && !(outbound.isClosing() && outbound.isEmpty())) {
            CloseInfo clean = ending.info;
            CloseInfo cut = new CloseInfo(clean.code(), clean.reason(), clean.initiator(), false);
            ending = new Ending(cut, ending.owedCode, ending.owedReason);
        }
        forget();
        outbound.abort();
    }

    private void forget() {
        if (message != null) {
            message.close();
            message = null;
        }
    }

    private CloseInfo ours(boolean clean) {
        return new CloseInfo(outbound.closeCode(), outbound.closeReason(), Initiator.LOCAL, clean);
    }
}
