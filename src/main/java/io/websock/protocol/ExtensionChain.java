package io.websock.protocol;

import io.websock.api.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several extensions in one connection (RFC 6455 §9.1): what is sent passes them in their order, what is received in reverse. */
public final class ExtensionChain implements Extension {
    private static final byte[] NOTHING = {};

    private final List<Extension> extensions;

    private ExtensionChain(List<Extension> extensions) {
        this.extensions = extensions;
    }

    /**
     * These extensions as one; null if there are none.
     *
     * @param extensions in the order in which the server's response lists them; no two of them own the same bit
     */
    public static @Nullable Extension of(List<Extension> extensions) {
        return switch (extensions.size()) {
            case 0 -> null;
            case 1 -> extensions.get(0);
            default -> new ExtensionChain(List.copyOf(extensions));
        };
    }

    @Override
    public int reservedBits() {
        return extensions.stream().mapToInt(Extension::reservedBits).reduce(0, (some, more) -> some | more);
    }

    @Override
    public Extension.Encoder encoder() {
        return new Encoder(extensions.stream().map(Extension::encoder).toList());
    }

    @Override
    public Extension.Decoder decoder() {
        return new Decoder(
                extensions.stream().mapToInt(Extension::reservedBits).toArray(),
                extensions.stream().map(Extension::decoder).toList());
    }

    private record Encoder(List<Extension.Encoder> encoders) implements Extension.Encoder {
        @Override
        public boolean keepsContext() {
            return encoders.stream().anyMatch(Extension.Encoder::keepsContext);
        }

        @Override
        public @Nullable Encoded encode(Message message) {
            Message current = message;
            int reservedBits = 0;
            for (Extension.Encoder encoder : encoders) {
                Encoded encoded = encoder.encode(current);
                if (encoded != null) {
                    reservedBits |= encoded.reservedBits();
                    current = Message.wrap(message.isText(), encoded.payload());
                    current = message.isCompressible() ? current : current.uncompressed();
                }
            }
            return reservedBits == 0 ? null : new Encoded(reservedBits, current.payload());
        }

        @Override
        public void releaseUnused() {
            encoders.forEach(Extension.Encoder::releaseUnused);
        }

        @Override
        public void close() {
            encoders.forEach(Extension.Encoder::close);
        }
    }

    private record Decoder(int[] owned, List<Extension.Decoder> decoders) implements Extension.Decoder {
        @Override
        public boolean keepsContext() {
            return decoders.stream().anyMatch(Extension.Decoder::keepsContext);
        }

        @Override
        public void decode(int reservedBits, byte[] part, int from, int to, boolean last, Output out)
                throws ViolationException {
            decode(decoders.size() - 1, reservedBits, part, from, to, last, out);
        }

        /** Through the decoders from {@code index} down to the first. */
        private void decode(int index, int reservedBits, byte[] part, int from, int to, boolean last, Output out)
                throws ViolationException {
            int next = index;
            while (next >= 0 && (reservedBits & owned[next]) == 0) {
                next--;
            }
            if (next < 0) {
                out.append(part, from, to);
                return;
            }
            int rest = next - 1;
            decoders.get(next)
                    .decode(
                            reservedBits & owned[next],
                            part,
                            from,
                            to,
                            last,
                            (bytes, start, end) -> decode(rest, reservedBits, bytes, start, end, false, out));
            if (last) {
                decode(rest, reservedBits, NOTHING, 0, 0, true, out);
            }
        }

        @Override
        public void close() {
            decoders.forEach(Extension.Decoder::close);
        }
    }
}
