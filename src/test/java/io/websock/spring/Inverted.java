package io.websock.spring;

import io.websock.handshake.Agreement;
import io.websock.handshake.ExtensionNegotiator;
import io.websock.handshake.ExtensionOffer;
import io.websock.protocol.Extension;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

// README shows it from here on, and ReadmeTest compares the two.
@Component
class Inverted implements ExtensionNegotiator, Extension {

    @Override
    public String name() {
        return "x-inverted";
    }

    @Override
    public @Nullable Agreement accept(ExtensionOffer offer) {
        return offer.parameters().isEmpty() ? new Agreement(offer, this) : null;
    }

    @Override
    public List<ExtensionOffer> offers() {
        return List.of(new ExtensionOffer(name(), List.of()));
    }

    @Override
    public @Nullable Extension confirm(ExtensionOffer answer) {
        return answer.parameters().isEmpty() ? this : null;
    }

    @Override
    public int reservedBits() {
        return RSV2;
    }

    @Override
    public Encoder encoder() {
        return message -> new Encoded(RSV2, inverted(message.payload(), 0, message.size()));
    }

    @Override
    public Decoder decoder() {
        return (reservedBits, part, from, to, last, out) -> out.append(inverted(part, from, to), 0, to - from);
    }

    private static byte[] inverted(byte[] bytes, int from, int to) {
        byte[] inverted = new byte[to - from];
        for (int i = from; i < to; i++) {
            inverted[i - from] = (byte) ~bytes[i];
        }
        return inverted;
    }
}
