package io.websock.spring;

import io.websock.engine.TlsSettings;
import io.websock.engine.TlsSettings.ClientAuth;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.NestedExceptionUtils;

/** SSL bundles as the properties of server and client name them, and what the engine needs of one. */
final class TlsBundles {

    private TlsBundles() {}

    /** @throws InvalidConfigurationPropertyValueException if there is none of this name */
    static SslBundle named(SslBundles bundles, String property, String name) {
        if (!bundles.getBundleNames().contains(name)) {
            throw new InvalidConfigurationPropertyValueException(
                    property,
                    name,
                    "There is no SSL bundle of this name; there are " + bundles.getBundleNames()
                            + " (spring.ssl.bundle.*).");
        }
        return bundles.getBundle(name);
    }

    /** @param context made from the bundle, whose options say the rest */
    static TlsSettings settings(SslBundle bundle, SSLContext context, ClientAuth clientAuth) {
        return new TlsSettings(
                context,
                clientAuth,
                list(bundle.getOptions().getEnabledProtocols()),
                list(bundle.getOptions().getCiphers()));
    }

    private static List<String> list(String @Nullable [] values) {
        return values == null ? List.of() : List.of(values);
    }

    /** Boot opens a bundle's files only when it is asked for what they hold. */
    static InvalidConfigurationPropertyValueException unusable(String property, String name, RuntimeException e) {
        String why = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
        String reason = why == null || why.equals(e.getMessage()) ? e.getMessage() : e.getMessage() + ": " + why;
        return new InvalidConfigurationPropertyValueException(
                property, name, "This SSL bundle is of no use: " + reason + ".");
    }
}
