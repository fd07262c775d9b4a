package io.websock.engine;

import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * How TLS is spoken: 1.2 and 1.3 only (RFC 8996), with ALPN {@code http/1.1} (RFC 7301), and without renegotiation.
 *
 * @param context keys, certificates, and whom to trust
 * @param clientAuth whether a server asks its clients for a certificate
 * @param protocols of TLSv1.2 and TLSv1.3; empty for both
 * @param cipherSuites by their standard names; empty for the JDK's choice
 */
public record TlsSettings(
        SSLContext context, ClientAuth clientAuth, List<String> protocols, List<String> cipherSuites) {
    static final String TLS_1_2 = "TLSv1.2";
    static final String TLS_1_3 = "TLSv1.3";

    private static final List<String> SPOKEN = List.of(TLS_1_3, TLS_1_2);
    private static final String[] HTTP_1_1 = {"http/1.1"};

    /** Whether a server asks its clients for a certificate. */
    public enum ClientAuth {
        /** It does not. */
        NONE,
        /** It does, and goes on with those who have none. A certificate that is not trusted ends the handshake. */
        WANT,
        /** It does, and whoever has none is refused. */
        NEED
    }

    /** @throws IllegalArgumentException if a protocol is too old or unknown, or the JDK does not know a cipher suite */
    public TlsSettings {
        protocols = protocols.isEmpty() ? SPOKEN : List.copyOf(protocols);
        cipherSuites = List.copyOf(cipherSuites);
        if (!SPOKEN.containsAll(protocols)) {
            throw new IllegalArgumentException("TLS is spoken as " + SPOKEN + ", not as " + protocols);
        }
        List<String> known = List.of(context.getSupportedSSLParameters().getCipherSuites());
        for (String suite : cipherSuites) {
            if (!known.contains(suite)) {
                throw new IllegalArgumentException("unknown cipher suite " + suite);
            }
        }
    }

    /** Both protocols, the JDK's cipher suites, no certificates of clients. */
    public static TlsSettings of(SSLContext context) {
        return new TlsSettings(context, ClientAuth.NONE, List.of(), List.of());
    }

    SSLEngine server() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = parameters(engine);
        parameters.setUseCipherSuitesOrder(true);
        switch (clientAuth) {
            case NONE -> {}
            case WANT -> parameters.setWantClientAuth(true);
            case NEED -> parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /**
     * Verifies that the server's certificate is for {@code host} (RFC 9110 §4.3.4), and names it (RFC 6066 §3).
     *
     * @param host a name or an IP address, this without brackets
     */
    SSLEngine client(String host, int port) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = parameters(engine);
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(serverNames(host));
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** The JDK would name no host that has no dot in it. An IP address is never named, nor what has other characters than a host name. */
    private static List<SNIServerName> serverNames(String host) {
        if (host.indexOf(':') >= 0 || host.matches("[0-9.]+")) {
            return List.of();
        }
        try {
            return List.of(new SNIHostName(host));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    private SSLParameters parameters(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(protocols.toArray(String[]::new));
        parameters.setApplicationProtocols(HTTP_1_1);
        if (!cipherSuites.isEmpty()) {
            parameters.setCipherSuites(cipherSuites.toArray(String[]::new));
        }
        return parameters;
    }
}
