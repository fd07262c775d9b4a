package io.websock.handshake;

import io.websock.handshake.ExtensionOffer.Parameter;
import io.websock.protocol.Extension;
import io.websock.testkit.XorExtension;
import java.util.List;
import java.util.stream.Stream;

/** The least that can be negotiated: an offer with the parameter {@code bad} is declined, an answer needs {@code agreed}. */
public record TinyNegotiator(String name, int reservedBits) implements ExtensionNegotiator {
    private static final Parameter AGREED = new Parameter("agreed", null);

    @Override
    public Agreement accept(ExtensionOffer offer) {
        if (offer.parameters().contains(new Parameter("bad", null))) {
            return null;
        }
        List<Parameter> parameters =
                Stream.concat(offer.parameters().stream(), Stream.of(AGREED)).toList();
        return new Agreement(new ExtensionOffer(name, parameters), new XorExtension(reservedBits));
    }

    @Override
    public List<ExtensionOffer> offers() {
        return name.equals("silent")
                ? List.of()
                : List.of(
                        new ExtensionOffer(name, List.of(new Parameter("a", "1"))),
                        new ExtensionOffer(name, List.of()));
    }

    @Override
    public Extension confirm(ExtensionOffer answer) {
        return answer.parameters().contains(AGREED) ? new XorExtension(reservedBits) : null;
    }
}
