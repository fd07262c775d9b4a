package io.websock.handshake;

import io.websock.protocol.Extension;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which extensions a connection has (RFC 6455 §9.1). An extension is in it once, and a reserved bit has one owner (§5.2). */
public final class ExtensionNegotiation {

    private ExtensionNegotiation() {}

    /**
     * The server's part. Of each extension the first offer is taken that can be; one that needs a bit which an earlier one owns is
     * declined.
     *
     * @param offers in the client's order of preference, which is the order of the outcome as well
     */
    static List<Agreement> accept(List<ExtensionOffer> offers, List<ExtensionNegotiator> spoken) {
        List<Agreement> agreed = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int owned = 0;
        for (ExtensionOffer offer : offers) {
            ExtensionNegotiator negotiator = find(offer, spoken);
            Agreement agreement = negotiator == null || names.contains(offer.name()) ? null : negotiator.accept(offer);
            if (agreement != null && (agreement.extension().reservedBits() & owned) == 0) {
                owned |= agreement.extension().reservedBits();
                names.add(offer.name());
                agreed.add(agreement);
            }
        }
        return agreed;
    }

    /** The client's part: what it offers, in its order of preference. */
    public static List<ExtensionOffer> offers(List<ExtensionNegotiator> spoken) {
        return spoken.stream()
                .flatMap(negotiator -> negotiator.offers().stream())
                .toList();
    }

    /**
     * The client's part, too: what the server has answered to {@link #offers}, in its order.
     *
     * @throws NegotiationException if an extension was not offered, or not so
     */
    public static List<Extension> confirm(List<ExtensionOffer> answers, List<ExtensionNegotiator> spoken)
            throws NegotiationException {
        List<Extension> agreed = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int owned = 0;
        for (ExtensionOffer answer : answers) {
            ExtensionNegotiator negotiator = find(answer, spoken);
            if (negotiator == null || negotiator.offers().isEmpty()) {
                throw new NegotiationException("extension was not offered: " + answer.name());
            }
            if (!names.add(answer.name())) {
                throw new NegotiationException("extension is answered twice: " + answer.name());
            }
            Extension extension = negotiator.confirm(answer);
            if (extension == null) {
                throw new NegotiationException("extension is answered with other than what was offered: " + answer);
            }
            if ((extension.reservedBits() & owned) != 0) {
                throw new NegotiationException("extension needs a reserved bit of another one: " + answer.name());
            }
            owned |= extension.reservedBits();
            agreed.add(extension);
        }
        return agreed;
    }

    private static @Nullable ExtensionNegotiator find(ExtensionOffer element, List<ExtensionNegotiator> spoken) {
        for (ExtensionNegotiator negotiator : spoken) {
            if (negotiator.name().equals(element.name())) {
                return negotiator;
            }
        }
        return null;
    }
}
