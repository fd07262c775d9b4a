package io.websock.spring;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether private keys are those of the certificates that they are with: if not, every handshake would fail, and nothing before that. */
final class KeyMatch {
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA", "DSA", "SHA256withDSA");
    private static final byte[] SIGNED = "signed by the one, verified with the other".getBytes(US_ASCII);

    private KeyMatch() {}

    /** @throws IllegalArgumentException if one of them is not, or cannot be read */
    static void check(KeyStore store, @Nullable String keyPassword, @Nullable String storePassword) {
        String password = keyPassword != null ? keyPassword : storePassword;
        try {
            for (String alias : Collections.list(store.aliases())) {
                Key key = store.isKeyEntry(alias)
                        ? store.getKey(alias, password == null ? null : password.toCharArray())
                        : null;
                if (key instanceof PrivateKey own
                        && !match(own, store.getCertificate(alias).getPublicKey())) {
                    throw new IllegalArgumentException("its private key is not that of its certificate");
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("its private key cannot be used", e);
        }
    }

    private static boolean match(PrivateKey own, PublicKey certified) throws GeneralSecurityException {
        if (!own.getAlgorithm().equals(certified.getAlgorithm())) {
            return false;
        }
        String algorithm = SIGNATURES.get(own.getAlgorithm());
        if (algorithm == null) {
            return true; // who knows
        }
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(own);
        signature.update(SIGNED);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(SIGNED);
        return signature.verify(signed);
    }
}
