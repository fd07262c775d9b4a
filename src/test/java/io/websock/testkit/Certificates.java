package io.websock.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates for tests, made once in each JVM: those of one authority, and what is not to be trusted. */
public final class Certificates {
    /** Of every {@link Identity#keyStore}, which has to have one. */
    public static final String PASSWORD = "secret";

    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Duration DAY = Duration.ofDays(1);
    private static final AtomicInteger SERIALS = new AtomicInteger();

    private static final byte[] ECDSA_WITH_SHA256 =
            der(0x30, der(0x06, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));
    private static final byte[] COMMON_NAME = der(0x06, 0x55, 0x04, 0x03);
    private static final byte[] ALT_NAME = der(0x06, 0x55, 0x1D, 0x11);
    private static final byte[] BASIC_CONSTRAINTS = der(0x06, 0x55, 0x1D, 0x13);

    /** Whom clients and servers of these tests trust. */
    public static final Identity AUTHORITY = create("test authority", null, DAY, true);
    /** For localhost, 127.0.0.1 and ::1. */
    public static final Identity LOCALHOST = server(AUTHORITY, DAY, "localhost", "127.0.0.1", "::1");
    /** As {@link #LOCALHOST}, with another key: what a renewal brings. */
    public static final Identity RENEWED = server(AUTHORITY, DAY, "localhost", "127.0.0.1", "::1");
    /** For a host of another name. */
    public static final Identity OTHER_HOST = server(AUTHORITY, DAY, "other.example");
    /** Was for {@link #LOCALHOST} until an hour ago. */
    public static final Identity EXPIRED = server(AUTHORITY, Duration.ofHours(-1), "localhost", "127.0.0.1", "::1");
    /** For {@link #LOCALHOST}, but signed by nobody who is trusted. */
    public static final Identity SELF_SIGNED = server(null, DAY, "localhost", "127.0.0.1", "::1");
    /** Of a client whose principal is {@code CN=alice}. */
    public static final Identity CLIENT = create("alice", AUTHORITY, DAY, false);
    /** Of a client that nobody trusts. */
    public static final Identity STRANGER = create("mallory", null, DAY, false);

    private Certificates() {}

    /** A certificate and the key that goes with it. */
    public record Identity(PrivateKey key, X509Certificate certificate) {

        public String certificatePem() {
            return pem("CERTIFICATE", Certificates.encoded(certificate));
        }

        public String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }

        /** A PKCS #12 store with the {@link #PASSWORD}, this being its only entry. */
        public KeyStore keyStore() {
            return unchecked(() -> {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("own", key, PASSWORD.toCharArray(), new X509Certificate[] {certificate});
                return store;
            });
        }
    }

    /** Shows this certificate, and trusts those of the {@link #AUTHORITY}. */
    public static SSLContext context(Identity own) {
        return context(keyManagers(own));
    }

    /** Shows this certificate. */
    public static KeyManager[] keyManagers(Identity own) {
        return unchecked(() -> {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own.keyStore(), PASSWORD.toCharArray());
            return keys.getKeyManagers();
        });
    }

    /** Has no certificate, and trusts those of the {@link #AUTHORITY}. */
    public static SSLContext context() {
        return context(new KeyManager[0]);
    }

    private static SSLContext context(KeyManager[] keys) {
        return unchecked(() -> {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", AUTHORITY.certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        });
    }

    /** @param hosts names and IP addresses; the first is the common name as well */
    private static Identity server(Identity issuer, Duration validity, String... hosts) {
        return create(hosts[0], issuer, validity, false, hosts);
    }

    /** RFC 5280 §4.1, as far as it is needed. */
    private static Identity create(
            String commonName, Identity issuer, Duration validity, boolean authority, String... hosts) {
        return unchecked(() -> {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            KeyPair pair = generator.generateKeyPair();
            byte[] subject = name(commonName);
            byte[] issuerName = issuer == null
                    ? subject
                    : issuer.certificate.getSubjectX500Principal().getEncoded();
            byte[] extensions = authority
                    ? der(0x30, BASIC_CONSTRAINTS, der(0x01, 0xFF), der(0x04, der(0x30, der(0x01, 0xFF))))
                    : hosts.length == 0 ? new byte[0] : der(0x30, ALT_NAME, der(0x04, altNames(hosts)));
            Instant end = Instant.now().plus(validity);
            byte[] content = der(
                    0x30,
                    der(0xA0, der(0x02, 2)),
                    der(0x02, SERIALS.incrementAndGet()),
                    ECDSA_WITH_SHA256,
                    issuerName,
                    der(0x30, time(end.minus(DAY.multipliedBy(2))), time(end)),
                    subject,
                    pair.getPublic().getEncoded(),
                    extensions.length == 0 ? extensions : der(0xA3, der(0x30, extensions)));
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(issuer == null ? pair.getPrivate() : issuer.key);
            signature.update(content);
            byte[] bits = der(0x03, new byte[1], signature.sign());
            byte[] certificate = der(0x30, content, ECDSA_WITH_SHA256, bits);
            return new Identity(pair.getPrivate(), (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate)));
        });
    }

    private static byte[] name(String commonName) {
        return der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0C, commonName.getBytes(UTF_8)))));
    }

    private static byte[] time(Instant time) {
        return der(0x17, UTC_TIME.format(time).getBytes(US_ASCII));
    }

    private static byte[] altNames(String... hosts) throws IOException {
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        for (String host : hosts) {
            boolean address = host.matches("[0-9.]+|[0-9a-f:]*:[0-9a-f:]*");
            names.write(
                    address ? der(0x87, InetAddress.getByName(host).getAddress()) : der(0x82, host.getBytes(US_ASCII)));
        }
        return der(0x30, names.toByteArray());
    }

    private static byte[] der(int tag, int... content) {
        byte[] bytes = new byte[content.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) content[i];
        }
        return der(tag, bytes);
    }

    private static byte[] der(int tag, byte[]... parts) {
        byte[] content = Frames.concat(parts);
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        if (content.length < 0x80) {
            element.write(content.length);
        } else if (content.length < 0x100) {
            element.writeBytes(new byte[] {(byte) 0x81, (byte) content.length});
        } else {
            element.writeBytes(new byte[] {(byte) 0x82, (byte) (content.length >> 8), (byte) content.length});
        }
        element.writeBytes(content);
        return element.toByteArray();
    }

    private static byte[] encoded(X509Certificate certificate) {
        return unchecked(certificate::getEncoded);
    }

    private static String pem(String what, byte[] encoded) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN %s-----%n%s%n-----END %1$s-----%n".formatted(what, base64);
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws GeneralSecurityException, IOException;
    }

    private static <T> T unchecked(Call<T> call) {
        try {
            return call.run();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
