package io.websock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.CertificateExpiredException;
import org.junit.jupiter.api.Test;

/** The test kit's certificates are what they say. */
class CertificatesTest {

    @Test
    void theAuthorityHasSignedWhatIsToBeTrusted() throws Exception {
        for (var identity : new Certificates.Identity[] {
            Certificates.LOCALHOST, Certificates.OTHER_HOST, Certificates.EXPIRED, Certificates.CLIENT
        }) {
            identity.certificate().verify(Certificates.AUTHORITY.certificate().getPublicKey());
        }
        Certificates.LOCALHOST.certificate().checkValidity();
        assertThat(Certificates.LOCALHOST
                        .certificate()
                        .getSubjectAlternativeNames()
                        .toString())
                .isEqualTo("[[2, localhost], [7, 127.0.0.1], [7, 0:0:0:0:0:0:0:1]]");
        assertThat(Certificates.CLIENT.certificate().getSubjectX500Principal().getName())
                .isEqualTo("CN=alice");
        assertThat(Certificates.LOCALHOST.certificatePem())
                .startsWith("-----BEGIN CERTIFICATE-----\n")
                .endsWith("-----END CERTIFICATE-----\n");
    }

    @Test
    void theExpiredOneIsExpired() {
        assertThatThrownBy(() -> Certificates.EXPIRED.certificate().checkValidity())
                .isInstanceOf(CertificateExpiredException.class);
    }
}
