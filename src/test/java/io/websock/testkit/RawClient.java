package io.websock.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * A peer that does whatever a test wants of it, on a blocking socket: it sends any bytes, and reads frames, the end of the stream or a
 * reset, each within {@link #PATIENCE}. It believes nothing that it is not told to check.
 */
public final class RawClient implements AutoCloseable {
    /** How long anything may take, in milliseconds. */
    public static final int PATIENCE = 10_000;

    /** Of RFC 6455 §1.3. */
    public static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    /** Under TLS, if there is any. */
    private final Socket tcp;

    private final Socket socket;
    private final DataInputStream in;

    private RawClient(Socket tcp, Socket socket) throws IOException {
        this.tcp = tcp;
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    public static RawClient connect(InetSocketAddress address) throws IOException {
        return connect(address, 0);
    }

    /** @param receiveBuffer bytes that the operating system may take ahead of the test; 0 for its own choice */
    public static RawClient connect(InetSocketAddress address, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(address, PATIENCE);
            return new RawClient(socket, socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Goes on over TLS, to a server that is called {@code localhost}. */
    public RawClient secured(SSLContext context, String... protocols) throws IOException {
        SSLSocket secured =
                (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        if (protocols.length > 0) {
            secured.setEnabledProtocols(protocols);
        }
        secured.setSoTimeout(PATIENCE);
        secured.startHandshake();
        return new RawClient(tcp, secured);
    }

    /** A valid request for a WebSocket, with these header lines in addition. */
    public static byte[] request(String path, String... lines) {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n")
                .append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n")
                .append("Sec-WebSocket-Key: " + KEY + "\r\n");
        for (String line : lines) {
            request.append(line).append("\r\n");
        }
        return request.append("\r\n").toString().getBytes(ISO_8859_1);
    }

    public RawClient upgrade(String path, String... lines) throws IOException {
        send(request(path, lines));
        return upgraded();
    }

    /** Reads the response to a request that was sent, which must be a 101. */
    public RawClient upgraded() throws IOException {
        assertThat(head())
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        return this;
    }

    public void send(byte[]... bytes) throws IOException {
        socket.getOutputStream().write(Frames.concat(bytes));
    }

    /** Sends unmasked frames masked. */
    public void sendFrames(byte[]... frames) throws IOException {
        send(Frames.masked(Frames.concat(frames)));
    }

    /** As {@link #sendFrames}, in a thread of its own: for more than a server takes which does not read. */
    public CompletableFuture<Void> sendFramesAside(byte[]... frames) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        sendFrames(frames);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> {
                    Thread thread = new Thread(task, "raw-client");
                    thread.setDaemon(true);
                    thread.start();
                });
    }

    /** Everything up to the first empty line, this included. */
    public String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(in.readByte());
        }
        return head.toString(ISO_8859_1);
    }

    /** The next frame, masked or not. */
    public Frames.Frame frame() throws IOException {
        int flags = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        long length = second & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if ((second & 0x80) != 0) {
            throw new AssertionError("a server masks nothing");
        }
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        return new Frames.Frame(flags, false, payload);
    }

    /** The next frame is this one, given unmasked. */
    public void expect(byte[] frame) throws IOException {
        Frames.Frame expected = Frames.decode(frame).get(0);
        Frames.Frame actual = frame();
        // The payload of a big one is not for the eye.
        if (actual.flags() != expected.flags() || !Arrays.equals(actual.payload(), expected.payload())) {
            assertThat(describe(actual)).isEqualTo(describe(expected));
            throw new AssertionError("the payload differs: " + describe(actual));
        }
    }

    public void expectText(String text) throws IOException {
        expect(Frames.text(text));
    }

    /** The next frame is a Close with this code and reason, and the server's FIN comes after it. */
    public void expectClose(int code, String reason) throws IOException {
        expect(Frames.close(code, reason));
    }

    private static String describe(Frames.Frame frame) {
        String start = new String(frame.payload(), 0, Math.min(100, frame.payload().length), UTF_8);
        return "%02x, %d B: %s".formatted(frame.flags(), frame.payload().length, start.replaceAll("\\p{Cc}", "?"));
    }

    /** The next bytes as they are, as many as there are, but not more than {@code most}; none at the end of the stream. */
    public byte[] bytes(int most) throws IOException {
        byte[] bytes = new byte[most];
        int count = in.read(bytes);
        return Arrays.copyOf(bytes, Math.max(0, count));
    }

    /** How many bytes can be read at once, of TLS with what encrypts them. */
    public int available() throws IOException {
        return in.available() + (socket == tcp ? 0 : tcp.getInputStream().available());
    }

    /** All that comes until the end of the stream. */
    public String rest() throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    /** The server has sent its FIN, and nothing before it. */
    public void expectEndOfStream() throws IOException {
        int octet = in.read();
        assertThat(octet).as("the end of the stream").isNegative();
    }

    /** The server has sent a RST, after whatever else. */
    public void expectReset() throws IOException {
        try {
            while (in.read() >= 0) {}
        } catch (SocketException | SSLException e) {
            return; // "Connection reset"
        }
        // Its FIN came first; that the connection is gone shows when something is sent to it.
        long end = System.nanoTime() + PATIENCE * 1_000_000L;
        try {
            while (System.nanoTime() < end) {
                socket.getOutputStream().write(0);
                Thread.sleep(5);
            }
        } catch (SocketException | SSLException e) {
            return; // "Broken pipe"
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("no reset");
    }

    /** The server has ended the connection, in whatever way. */
    public void expectEnd() throws IOException {
        try {
            while (in.read() >= 0) {}
        } catch (SocketException | EOFException | SSLException e) {
            // in this way, too
        }
    }

    /** Sends a FIN, after a close_notify if this is over TLS, and goes on to read. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Sends a FIN, and nothing before it. */
    public void endTcpOutput() throws IOException {
        tcp.shutdownOutput();
    }

    /** Sends bytes below TLS. */
    public void sendTcp(byte[] bytes) throws IOException {
        tcp.getOutputStream().write(bytes);
    }

    /** The TLS session; only over TLS. */
    public SSLSocket tls() {
        return (SSLSocket) socket;
    }

    /** Sends a RST. */
    public void reset() throws IOException {
        tcp.setSoLinger(true, 0);
        tcp.close();
    }

    public InetSocketAddress localAddress() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
