package io.websock.handshake;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An answer with one line of text, after which the connection closes (RFC 9112 §9.6): a refusal, or the health of the server.
 *
 * @param text without a line end
 */
public record Response(int status, String text) {

    /** Seconds after which a 503 asks clients to come again: long enough for another pod, or a place, to be there. */
    static final int RETRY_AFTER = 5;

    /**
     * The whole response.
     *
     * @param method of the request, for a HEAD gets no content (RFC 9110 §9.3.2); empty if not known
     * @param date the value of the Date field (RFC 9110 §6.6.1, IMF-fixdate); null leaves it out
     */
    public byte[] bytes(String method, @Nullable String date) {
        String content = text + '\n';
        StringBuilder response = new StringBuilder(256);
        response.append("HTTP/1.1 ").append(status).append(' ').append(reason()).append("\r\n");
        if (date != null) {
            response.append("Date: ").append(date).append("\r\n");
        }
        response.append(fields());
        response.append("Content-Type: text/plain; charset=utf-8\r\nContent-Length: ");
        response.append(content.getBytes(StandardCharsets.UTF_8).length).append("\r\n\r\n");
        if (!method.equals("HEAD")) {
            response.append(content);
        }
        return response.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The fields that the status demands. */
    private String fields() {
        return switch (status) {
            case 405 -> "Connection: close\r\nAllow: GET\r\n"; // RFC 9110 §15.5.6
            case 426 -> // RFC 9110 §15.5.22, RFC 6455 §4.4
                "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
            case 503 -> "Connection: close\r\nRetry-After: " + RETRY_AFTER + "\r\n"; // RFC 9110 §10.2.3
            default -> "Connection: close\r\n";
        };
    }

    /** RFC 9110 §15; empty, which RFC 9112 §4 permits, for what only an interceptor would say. */
    private String reason() {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 414 -> "URI Too Long";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "";
        };
    }
}
