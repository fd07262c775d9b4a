package io.websock.engine;

import io.websock.testkit.Certificates;
import org.junit.jupiter.api.Nested;

/**
 * What holds over TCP holds over TLS as well. How TLS 1.2 closes is in {@link TlsTest}: there, a peer that has said that it sends no more is not
 * sent anything either.
 */
class OverTlsTest {

    private static void secure(Engine engine, String protocol) {
        engine.tls = TlsSettings.of(Certificates.context(Certificates.LOCALHOST));
        engine.clientTls = Certificates.context();
        engine.tlsProtocols = new String[] {protocol};
    }

    @Nested
    class EchoOverTls13 extends EchoTest {
        EchoOverTls13() {
            secure(engine, TlsSettings.TLS_1_3);
        }
    }

    @Nested
    class EchoOverTls12 extends EchoTest {
        EchoOverTls12() {
            secure(engine, TlsSettings.TLS_1_2);
        }
    }

    @Nested
    class SendingOverTls13 extends SendingTest {
        SendingOverTls13() {
            secure(engine, TlsSettings.TLS_1_3);
        }
    }

    @Nested
    class BackpressureOverTls13 extends BackpressureTest {
        BackpressureOverTls13() {
            secure(engine, TlsSettings.TLS_1_3);
        }
    }

    @Nested
    class ClosingOverTls13 extends ClosingTest {
        ClosingOverTls13() {
            secure(engine, TlsSettings.TLS_1_3);
        }
    }

    @Nested
    class StoppingOverTls13 extends StoppingTest {
        StoppingOverTls13() {
            secure(engine, TlsSettings.TLS_1_3);
        }
    }

    @Nested
    class OpeningOverTls13 extends OpeningTest {
        OpeningOverTls13() {
            secure(engine, TlsSettings.TLS_1_3);
        }
    }

    @Nested
    class KeepAliveOverTls13 extends KeepAliveTest {
        KeepAliveOverTls13() {
            secure(engine, TlsSettings.TLS_1_3);
        }
    }
}
