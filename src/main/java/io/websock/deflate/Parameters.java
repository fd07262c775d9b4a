package io.websock.deflate;

import io.websock.handshake.ExtensionOffer;
import io.websock.handshake.ExtensionOffer.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of an offer or of an answer (RFC 7692 §7.1).
 *
 * @param serverMaxWindowBits 8 to 15, or {@link #ABSENT}
 * @param clientMaxWindowBits 8 to 15, {@link #ABSENT}, or, in an offer, {@link #NO_VALUE}
 */
record Parameters(
        boolean serverNoContextTakeover,
        boolean clientNoContextTakeover,
        int serverMaxWindowBits,
        int clientMaxWindowBits) {
    static final String NAME = "permessage-deflate";
    static final int ABSENT = 0;
    static final int NO_VALUE = -1;

    private static final String SERVER_NO_CONTEXT_TAKEOVER = "server_no_context_takeover";
    private static final String CLIENT_NO_CONTEXT_TAKEOVER = "client_no_context_takeover";
    private static final String SERVER_MAX_WINDOW_BITS = "server_max_window_bits";
    private static final String CLIENT_MAX_WINDOW_BITS = "client_max_window_bits";

    /** Null if one of them is unknown, given twice, or has a value that it must not have. */
    static @Nullable Parameters parse(ExtensionOffer element) {
        Set<String> seen = new HashSet<>();
        int serverBits = ABSENT;
        int clientBits = ABSENT;
        for (Parameter parameter : element.parameters()) {
            String value = parameter.value();
            boolean valid = seen.add(parameter.name());
            switch (parameter.name()) {
                case SERVER_NO_CONTEXT_TAKEOVER, CLIENT_NO_CONTEXT_TAKEOVER -> valid &= value == null;
                case SERVER_MAX_WINDOW_BITS -> {
                    serverBits = windowBits(value);
                    valid &= serverBits > 0;
                }
                case CLIENT_MAX_WINDOW_BITS -> {
                    clientBits = value == null ? NO_VALUE : windowBits(value);
                    valid &= clientBits != ABSENT;
                }
                default -> valid = false;
            }
            if (!valid) {
                return null;
            }
        }
        return new Parameters(
                seen.contains(SERVER_NO_CONTEXT_TAKEOVER),
                seen.contains(CLIENT_NO_CONTEXT_TAKEOVER),
                serverBits,
                clientBits);
    }

    /** {@link #ABSENT} if it is not a decimal number from 8 to 15 without leading zeros. */
    private static int windowBits(@Nullable String value) {
        return value != null && value.matches("[89]|1[0-5]") ? Integer.parseInt(value) : ABSENT;
    }

    DeflateExtension.Direction server() {
        return new DeflateExtension.Direction(!serverNoContextTakeover, orLargest(serverMaxWindowBits));
    }

    DeflateExtension.Direction client() {
        return new DeflateExtension.Direction(!clientNoContextTakeover, orLargest(clientMaxWindowBits));
    }

    private static int orLargest(int windowBits) {
        return windowBits > 0 ? windowBits : Window.MAX_BITS;
    }

    ExtensionOffer toElement() {
        List<Parameter> parameters = new ArrayList<>();
        if (serverNoContextTakeover) {
            parameters.add(new Parameter(SERVER_NO_CONTEXT_TAKEOVER, null));
        }
        if (clientNoContextTakeover) {
            parameters.add(new Parameter(CLIENT_NO_CONTEXT_TAKEOVER, null));
        }
        if (serverMaxWindowBits != ABSENT) {
            parameters.add(new Parameter(SERVER_MAX_WINDOW_BITS, Integer.toString(serverMaxWindowBits)));
        }
        if (clientMaxWindowBits != ABSENT) {
            parameters.add(new Parameter(
                    CLIENT_MAX_WINDOW_BITS,
                    clientMaxWindowBits == NO_VALUE ? null : Integer.toString(clientMaxWindowBits)));
        }
        return new ExtensionOffer(NAME, parameters);
    }
}
