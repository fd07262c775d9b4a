import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.websock.api.CloseInfo;
import io.websock.api.Message;
import io.websock.api.WebSocketConnection;
import io.websock.api.WebSocketListener;
import io.websock.deflate.PermessageDeflate;
import io.websock.deflate.ZlibPool;
import io.websock.engine.ClientSettings;
import io.websock.engine.ConnectRequest;
import io.websock.engine.TlsSettings;
import io.websock.engine.WebSocketClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.LoggerFactory;

/**
 * Has our client, as an echo, run all cases of a fuzzing server, one after the other, and the server write its report then. Exits with 1
 * if one of the connections could not be opened. Whoever starts it has to watch that it moves: there is no time limit in here.
 *
 * <p>{@code java -cp ... Client.java URL AGENT MODE [CERTIFICATE]}: where the server is, our name in the report, {@code shared} or
 * {@code takeover}, and for wss a PEM file with the certificate to trust.
 */
public class Client {
    /** The server answers the last request only when the reports are written. */
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final WebSocketClient client;
    private final String url;
    private int failures;

    Client(WebSocketClient client, String url) {
        this.client = client;
        this.url = url;
    }

    public static void main(String[] args) throws Exception {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.INFO);
        PermessageDeflate.Mode mode = PermessageDeflate.Mode.valueOf(args[2].toUpperCase(Locale.ROOT));
        // Messages of 16 MiB are the longest that the suite sends. Any length is compressed, or short ones would test nothing.
        ClientSettings settings = ClientSettings.DEFAULT
                .withMaxMessageSize(16 * 1024 * 1024)
                .withExtensions(List.of(new PermessageDeflate(mode, 1, new ZlibPool(6, 2))));
        if (args.length > 3) {
            settings = settings.withTls(TlsSettings.of(trusting(Path.of(args[3]))));
        }
        ExecutorService listeners = Executors.newCachedThreadPool();
        WebSocketClient client = new WebSocketClient(settings, 1, listeners);
        int failures;
        try {
            failures = new Client(client, args[0]).runAll(args[1]);
        } finally {
            client.close();
            listeners.shutdown();
        }
        System.exit(failures == 0 ? 0 : 1);
    }

    private int runAll(String agent) throws InterruptedException {
        Count count = new Count();
        run("/getCaseCount", count);
        for (int i = 1; i <= count.value; i++) {
            run("/runCase?case=" + i + "&agent=" + agent, new Echo());
        }
        run("/updateReports?agent=" + agent, new Echo());
        return failures;
    }

    /** Opens a connection and waits for its end. */
    private void run(String target, Case listener) throws InterruptedException {
        try {
            client.connect(ConnectRequest.to(url + target).withTimeout(TIMEOUT), listener).get();
            System.out.println(target + ": " + listener.closed.join());
        } catch (ExecutionException e) {
            failures++;
            System.out.println(target + ": " + e.getCause());
        }
    }

    private abstract static class Case implements WebSocketListener {
        private final CompletableFuture<CloseInfo> closed = new CompletableFuture<>();

        @Override
        public void onClose(WebSocketConnection connection, CloseInfo info) {
            closed.complete(info);
        }
    }

    private static final class Echo extends Case {
        @Override
        public void onMessage(WebSocketConnection connection, Message message) {
            connection.send(message);
        }
    }

    private static final class Count extends Case {
        private volatile int value;

        @Override
        public void onMessage(WebSocketConnection connection, Message message) {
            value = Integer.parseInt(message.text());
        }
    }

    private static SSLContext trusting(Path certificate) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry("suite", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
