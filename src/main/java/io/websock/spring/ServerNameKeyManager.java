package io.websock.spring;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the certificate by the server name that the client asks for (RFC 6066 §3): the one for this very name, else the one for the names of
 * its domain, else the default one. An alias of the certificate is told from those of the others by what stands in front of it.
 */
final class ServerNameKeyManager extends X509ExtendedKeyManager {
    private static final String DEFAULT = "";
    private static final String SEPARATOR = "/";

    private final Map<String, X509ExtendedKeyManager> byName = new LinkedHashMap<>();

    /** @param byName a name may begin with {@code *.} */
    ServerNameKeyManager(X509ExtendedKeyManager otherwise, Map<String, X509ExtendedKeyManager> byName) {
        byName.forEach((name, keys) -> this.byName.put(name.toLowerCase(Locale.ROOT), keys));
        this.byName.put(DEFAULT, otherwise);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        String name = name(engine);
        String alias = keys(name).chooseEngineServerAlias(keyType, issuers, engine);
        return alias == null ? null : name + SEPARATOR + alias;
    }

    /** The name in the map that fits best. */
    private String name(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (SNIServerName requested : session.getRequestedServerNames()) {
                if (requested instanceof SNIHostName host) {
                    String name = host.getAsciiName().toLowerCase(Locale.ROOT);
                    String domain = "*" + name.substring(Math.max(0, name.indexOf('.')));
                    return byName.containsKey(name) ? name : byName.containsKey(domain) ? domain : DEFAULT;
                }
            }
        }
        return DEFAULT;
    }

    private X509ExtendedKeyManager keys(String name) {
        X509ExtendedKeyManager keys = byName.get(name);
        if (keys == null) {
            throw new IllegalArgumentException("alias of another key manager");
        }
        return keys;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        int separator = alias.indexOf(SEPARATOR);
        return keys(alias.substring(0, separator)).getCertificateChain(alias.substring(separator + 1));
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        int separator = alias.indexOf(SEPARATOR);
        return keys(alias.substring(0, separator)).getPrivateKey(alias.substring(separator + 1));
    }

    // What only sockets and clients need.

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }
}
