package io.websock.actuate;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;
import org.springframework.util.StreamUtils;

/**
 * What a request gets.
 *
 * @param type of the body; null if there is none
 */
record Answer(int status, @Nullable MimeType type, Resource body, Map<String, String> headers) {
    private static final MimeType TEXT = new MimeType("text", "plain", StandardCharsets.UTF_8);
    private static final Pattern RANGE = Pattern.compile("bytes=(?:(\\d{1,18})-(\\d{0,18})|-(\\d{1,18}))");

    static Answer of(int status, @Nullable MimeType type, byte[] body) {
        return new Answer(status, type, new ByteArrayResource(body), Map.of());
    }

    static Answer text(int status, String text, Map<String, String> headers) {
        byte[] line = (text + "\n").getBytes(StandardCharsets.UTF_8);
        return new Answer(status, TEXT, new ByteArrayResource(line), headers);
    }

    /** Writes it, for HEAD without the body. A resource is opened and closed in any case: that may be what removes it. */
    void send(HttpExchange exchange) throws IOException {
        Headers response = exchange.getResponseHeaders();
        headers.forEach(response::set);
        response.set("X-Content-Type-Options", "nosniff");
        // Asked for its length, such a stream would be read.
        long length = body instanceof InputStreamResource ? -1 : body.contentLength();
        if (type != null && length != 0) {
            response.set("Content-Type", type.toString());
        }
        try (InputStream in = body.getInputStream()) {
            if (exchange.getRequestMethod().equals("HEAD") || length == 0) {
                if (length > 0) {
                    response.set("Content-Length", String.valueOf(length));
                }
                exchange.sendResponseHeaders(status, -1);
            } else if (length < 0) {
                exchange.sendResponseHeaders(status, 0);
                in.transferTo(exchange.getResponseBody());
            } else {
                sendPart(exchange, in, length);
            }
        }
    }

    /** RFC 9110 §14.2: whoever follows a log file asks for what is new in it. */
    private void sendPart(HttpExchange exchange, InputStream in, long length) throws IOException {
        Headers request = exchange.getRequestHeaders();
        Headers response = exchange.getResponseHeaders();
        String wanted = request.getFirst("Range");
        Matcher range = RANGE.matcher(wanted == null || request.containsKey("If-Range") ? "" : wanted);
        if (status != 200 || body instanceof ByteArrayResource || !range.matches()) {
            exchange.sendResponseHeaders(status, length);
            StreamUtils.copyRange(in, exchange.getResponseBody(), 0, length - 1);
            return;
        }
        boolean suffix = range.group(3) != null;
        long first = suffix ? Math.max(0, length - Long.parseLong(range.group(3))) : Long.parseLong(range.group(1));
        long last =
                suffix || range.group(2).isEmpty() ? length - 1 : Math.min(length - 1, Long.parseLong(range.group(2)));
        if (first > last) {
            response.set("Content-Range", "bytes */" + length);
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        response.set("Content-Range", "bytes %d-%d/%d".formatted(first, last, length));
        exchange.sendResponseHeaders(206, last - first + 1);
        StreamUtils.copyRange(in, exchange.getResponseBody(), first, last);
    }
}
