package io.websock.engine;

import io.websock.api.HandshakeInterceptor;
import io.websock.api.HandshakeRefusedException;
import io.websock.api.HandshakeRequest;
import io.websock.handshake.Refusal;
import io.websock.handshake.RefusedException;
import io.websock.handshake.Request;
import io.websock.handshake.RequestParser;
import io.websock.handshake.Response;
import io.websock.handshake.Upgrade;
import io.websock.protocol.Extension;
import io.websock.protocol.OutboundQueue;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's side of the opening handshake of one connection: from the first byte to a WebSocket, or to a refusal. */
final class ServerOpening implements Opening {
    private static final Logger log = LoggerFactory.getLogger(ServerOpening.class);

    /** RFC 9110 §5.6.7. */
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

    private final WebSocketServer server;
    private final Connection connection;
    private final RequestParser parser;

    ServerOpening(WebSocketServer server, Connection connection) {
        this.server = server;
        this.connection = connection;
        this.parser = new RequestParser(server.host().settings().limits().head());
    }

    @Override
    public void receive(ByteBuffer in) {
        try {
            Request request = parser.parse(in);
            if (request == null) {
                return;
            }
            if (request.path().equals(WebSocketServer.HEALTH_PATH)) {
                health(request);
                return;
            }
            Upgrade<Endpoint> upgrade = check(request);
            if (server.interceptors().isEmpty()) {
                open(upgrade);
            } else {
                askLater(upgrade);
            }
        } catch (RefusedException e) {
            refuse(e);
        }
    }

    private Upgrade<Endpoint> check(Request request) throws RefusedException {
        try {
            return server.handshake().check(request);
        } catch (RuntimeException failure) {
            // All that is not ours in there are the negotiators of extensions.
            if (server.host().failureLog().permits()) {
                log.error("Extension failed on {}", connection, failure);
            }
            throw Refusal.EXTENSION_FAILED.exception();
        }
    }

    @Override
    public void timedOut() {
        if (connection.isReady()) {
            refuse(Refusal.HANDSHAKE_TIMEOUT.exception());
        } else {
            connection.end(); // with an alert: there is no TLS yet to say more in
        }
    }

    @Override
    public void plaintext() {
        refuse(Refusal.PLAINTEXT_ON_TLS_PORT.exception());
    }

    /** For load balancers: whether this server takes new connections. */
    private void health(Request request) throws RefusedException {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            throw Refusal.METHOD_NOT_ALLOWED.exception();
        }
        Response response = server.host().isStopping() ? new Response(503, "stopping") : new Response(200, "ok");
        connection.answer(response.bytes(request.method(), date()));
    }

    private void open(Upgrade<Endpoint> upgrade) throws RefusedException {
        if (server.host().isStopping()) {
            throw Refusal.STOPPING.exception();
        }
        if (!connection.admit()) {
            throw Refusal.SERVER_FULL.exception();
        }
        Endpoint endpoint = upgrade.route();
        Extension extension = upgrade.extension();
        OutboundQueue outbound = server.host().outbound(extension);
        outbound.offerHandshake(upgrade.response());
        Session.Terms terms = new Session.Terms(
                endpoint.path(),
                upgrade.request().query(),
                upgrade.subprotocol(),
                connection.principal(),
                extension,
                server.protocolLimits(endpoint));
        connection.open(new Session(connection, terms, outbound, endpoint.listener(), endpoint.nonBlocking()));
    }

    private void refuse(RefusedException refused) {
        log.debug("Refused {}: {} {}", connection, refused.refusal().id(), refused.text());
        connection.answer(refused.response(parser.method(), date()));
    }

    /** Interceptors may block, so they are asked off the loop; meanwhile nothing is read. */
    private void askLater(Upgrade<Endpoint> upgrade) throws RefusedException {
        if (!server.beginInterception()) {
            throw Refusal.SERVER_FULL.exception();
        }
        try {
            server.host().executor().execute(() -> intercept(upgrade));
        } catch (RuntimeException | Error rejected) {
            server.endInterception();
            throw Refusal.SERVER_FULL.exception();
        }
        connection.pauseReading();
    }

    private void intercept(Upgrade<Endpoint> upgrade) {
        try {
            if (connection.isOpening()) {
                RefusedException refused = askInterceptors(upgrade.request());
                connection.loop().execute(connection, () -> decided(upgrade, refused));
            }
        } finally {
            server.endInterception();
        }
    }

    private @Nullable RefusedException askInterceptors(Request request) {
        try {
            HandshakeRequest asked = new Asked(request, connection.remoteAddress, connection.principal());
            for (HandshakeInterceptor interceptor : server.interceptors()) {
                interceptor.intercept(asked);
            }
            return null;
        } catch (HandshakeRefusedException e) {
            return new RefusedException(Refusal.INTERCEPTOR_REFUSED, e.status(), String.valueOf(e.getMessage()));
        } catch (Throwable failure) {
            if (server.host().failureLog().permits()) {
                log.error("Handshake interceptor failed on {}", connection, failure);
            }
            return Refusal.INTERCEPTOR_FAILED.exception();
        }
    }

    private void decided(Upgrade<Endpoint> upgrade, @Nullable RefusedException refused) {
        if (!connection.isOpening()) {
            return; // the client has gone, or its time was over
        }
        try {
            if (refused != null) {
                throw refused;
            }
            open(upgrade);
        } catch (RefusedException e) {
            refuse(e);
        }
        connection.proceed();
    }

    private static String date() {
        return IMF_FIXDATE.format(ZonedDateTime.now(ZoneOffset.UTC));
    }

    /** What an interceptor sees of a request. */
    private record Asked(
            Request request,
            InetSocketAddress remoteAddress,
            @Nullable Principal principal) implements HandshakeRequest {
        @Override
        public String path() {
            return request.path();
        }

        @Override
        public @Nullable String query() {
            return request.query();
        }

        @Override
        public @Nullable String header(String name) {
            return request.header(name);
        }

        @Override
        public List<String> headers(String name) {
            return request.headers(name);
        }
    }
}
