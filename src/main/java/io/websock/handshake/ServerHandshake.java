package io.websock.handshake;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of the opening handshake (RFC 6455 §4.2). The first of these rules that a request breaks answers it:
 *
 * <ol>
 *   <li>400: a body with the upgrade, which would be taken for frames, whatever else is wrong
 *   <li>404: the path is unknown; before the method, for a 405 lists what an existing resource allows (RFC 9110 §15.5.6)
 *   <li>405: the method is not GET
 *   <li>426: no upgrade is asked for
 *   <li>400, 426: the version, ahead of all fields whose meaning it decides
 *   <li>400: the key, then extensions, then subprotocols
 *   <li>403: the origin
 * </ol>
 *
 * @param <R> what a path leads to
 */
public final class ServerHandshake<R extends Route> {

    private final Function<String, @Nullable R> routes;

    /** @param routes from a {@link Request#path() path} to its route, null if there is none */
    public ServerHandshake(Function<String, @Nullable R> routes) {
        this.routes = routes;
    }

    /** @throws RefusedException if the request breaks a rule, or is for something else than a WebSocket of ours */
    public Upgrade<R> check(Request request) throws RefusedException {
        boolean upgrade = asksForUpgrade(request);
        if (upgrade && request.mayHaveBody()) {
            throw Refusal.BODY_WITH_UPGRADE.exception();
        }
        R route = routes.apply(request.path());
        if (route == null) {
            throw Refusal.UNKNOWN_PATH.quoting(request.path());
        }
        if (!request.method().equals("GET")) {
            throw Refusal.METHOD_NOT_ALLOWED.exception();
        }
        if (!upgrade) {
            throw Refusal.UPGRADE_REQUIRED.exception();
        }
        checkVersion(request);
        SecWebSocketKey key = SecWebSocketKey.of(request);
        List<ExtensionOffer> offers = ExtensionList.parse(request.headers("Sec-WebSocket-Extensions"));
        List<String> subprotocols = subprotocols(request);
        checkOrigin(request, route.origins());
        return new Upgrade<>(
                request,
                route,
                key.accept(),
                common(subprotocols, route.subprotocols()),
                ExtensionNegotiation.accept(offers, route.extensions()));
    }

    /** RFC 6455 §4.2.1 items 3 and 4; in HTTP/1.0 Upgrade means nothing (RFC 9110 §7.8). */
    private static boolean asksForUpgrade(Request request) {
        return request.minorVersion() > 0
                && request.elements("Connection").stream().anyMatch("upgrade"::equalsIgnoreCase)
                && request.elements("Upgrade").stream().anyMatch("websocket"::equalsIgnoreCase);
    }

    /** RFC 6455 §4.4; the field is not a list (§11.3.5), in a request at least. */
    private static void checkVersion(Request request) throws RefusedException {
        List<String> versions = request.elements("Sec-WebSocket-Version");
        if (versions.isEmpty()) {
            throw Refusal.VERSION_MISSING.exception();
        }
        if (versions.size() > 1) {
            throw Refusal.VERSION_REPEATED.exception();
        }
        if (!versions.get(0).equals("13")) {
            throw Refusal.VERSION_UNSUPPORTED.quoting(versions.get(0));
        }
    }

    /** RFC 6455 §4.1 item 10: tokens, none of them empty, no two of them the same. */
    private static List<String> subprotocols(Request request) throws RefusedException {
        List<String> offered = request.elements("Sec-WebSocket-Protocol");
        Set<String> seen = new HashSet<>();
        for (String subprotocol : offered) {
            if (!Octet.isToken(subprotocol)) {
                throw Refusal.SUBPROTOCOL_MALFORMED.quoting(subprotocol);
            }
            if (!seen.add(subprotocol)) {
                throw Refusal.SUBPROTOCOL_REPEATED.quoting(subprotocol);
            }
        }
        return offered;
    }

    private static @Nullable String common(List<String> offered, List<String> spoken) {
        for (String subprotocol : offered) {
            if (spoken.contains(subprotocol)) {
                return subprotocol;
            }
        }
        return null;
    }

    private static void checkOrigin(Request request, OriginPolicy policy) throws RefusedException {
        Origin origin = Origin.of(request);
        if (origin != null && !policy.allows(origin, request.authority())) {
            throw Refusal.ORIGIN_NOT_ALLOWED.quoting(request.headers("Origin").get(0));
        }
    }
}
