package io.websock.spring;

import static java.util.Objects.requireNonNull;

import io.websock.engine.TlsSettings;
import io.websock.engine.TlsSettings.ClientAuth;
import io.websock.spring.WebSocketProperties.ServerNameBundle;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The server's TLS, from SSL bundles. When one of them is reloaded, new connections have the new certificate, and those that there are stay as
 * they are; if the new one is of no use, that is logged, and the old one stays.
 */
final class ServerTls implements Supplier<TlsSettings> {
    private static final Logger log = LoggerFactory.getLogger(ServerTls.class);
    private static final String PREFIX = "websocket.server.ssl.";

    private final WebSocketProperties.Ssl properties;
    private final SslBundles bundles;
    private volatile TlsSettings current;

    ServerTls(WebSocketProperties.Ssl properties, SslBundles bundles) {
        this.properties = properties;
        this.bundles = bundles;
        this.current = create();
        bundles.addBundleUpdateHandler(requireNonNull(properties.bundle()), bundle -> reload());
        for (ServerNameBundle named : properties.serverNameBundles()) {
            bundles.addBundleUpdateHandler(named.bundle(), bundle -> reload());
        }
    }

    @Override
    public TlsSettings get() {
        return current;
    }

    private synchronized void reload() {
        try {
            current = create();
            log.info("Certificates are reloaded, new connections have them");
        } catch (RuntimeException e) {
            log.error("Certificates are not reloaded, new connections have the old ones: {}", e.toString());
        }
    }

    private TlsSettings create() {
        String name = requireNonNull(properties.bundle());
        try {
            SslBundle bundle = bundle(PREFIX + "bundle", name);
            if (properties.clientAuth() != ClientAuth.NONE && bundle.getStores().getTrustStore() == null) {
                throw new InvalidConfigurationPropertyValueException(
                        PREFIX + "bundle",
                        name,
                        "This SSL bundle has no truststore, and without one " + PREFIX + "client-auth="
                                + properties.clientAuth().name().toLowerCase(Locale.ROOT)
                                + " would trust whatever public authorities sign.");
            }
            return TlsBundles.settings(bundle, context(bundle), properties.clientAuth());
        } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            throw TlsBundles.unusable(PREFIX + "bundle", name, e);
        }
    }

    private SslBundle bundle(String property, String name) {
        SslBundle bundle = TlsBundles.named(bundles, property, name);
        KeyStore keys = bundle.getStores().getKeyStore();
        if (keys == null) {
            throw new InvalidConfigurationPropertyValueException(
                    property, name, "This SSL bundle has no certificate with a private key.");
        }
        KeyMatch.check(keys, bundle.getKey().getPassword(), bundle.getStores().getKeyStorePassword());
        return bundle;
    }

    private SSLContext context(SslBundle bundle) {
        if (properties.serverNameBundles().isEmpty()) {
            return bundle.createSslContext();
        }
        Map<String, X509ExtendedKeyManager> byName = new LinkedHashMap<>();
        for (ServerNameBundle named : properties.serverNameBundles()) {
            String property = PREFIX + "server-name-bundles";
            try {
                byName.put(named.serverName(), keys(bundle(property, named.bundle())));
            } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
                throw TlsBundles.unusable(property, named.bundle(), e);
            }
        }
        try {
            SSLContext context = SSLContext.getInstance(bundle.getProtocol());
            context.init(
                    new KeyManager[] {new ServerNameKeyManager(keys(bundle), byName)},
                    bundle.getManagers().getTrustManagers(),
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SSL context cannot be made", e);
        }
    }

    private static X509ExtendedKeyManager keys(SslBundle bundle) {
        for (KeyManager manager : bundle.getManagers().getKeyManagers()) {
            if (manager instanceof X509ExtendedKeyManager keys) {
                return keys;
            }
        }
        throw new IllegalArgumentException("its keys are not for certificates of the kind X.509");
    }
}
