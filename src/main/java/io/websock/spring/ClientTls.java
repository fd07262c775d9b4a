package io.websock.spring;

import io.websock.engine.TlsSettings;
import io.websock.engine.TlsSettings.ClientAuth;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The client's TLS, from an SSL bundle. When that is reloaded, new connections have what it says then; if that is of no use, it is logged,
 * and they have what it said before.
 */
final class ClientTls implements Supplier<TlsSettings> {
    private static final Logger log = LoggerFactory.getLogger(ClientTls.class);
    private static final String PROPERTY = "websocket.client.ssl.bundle";

    private volatile TlsSettings current;

    ClientTls(String name, SslBundles bundles) {
        try {
            this.current = create(TlsBundles.named(bundles, PROPERTY, name));
        } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            throw TlsBundles.unusable(PROPERTY, name, e);
        }
        bundles.addBundleUpdateHandler(name, this::reload);
    }

    @Override
    public TlsSettings get() {
        return current;
    }

    private void reload(SslBundle bundle) {
        try {
            current = create(bundle);
            log.info("Certificates of the WebSocket client are reloaded, new connections have them");
        } catch (RuntimeException e) {
            log.error(
                    "Certificates of the WebSocket client are not reloaded, new connections have the old ones: {}",
                    e.toString());
        }
    }

    private static TlsSettings create(SslBundle bundle) {
        return TlsBundles.settings(bundle, bundle.createSslContext(), ClientAuth.NONE);
    }
}
