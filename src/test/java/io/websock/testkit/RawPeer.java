package io.websock.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/** A client as a {@link RawServer} sees it. */
public final class RawPeer {
    private final Socket socket;
    private final DataInputStream in;

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(RawClient.PATIENCE);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    public Socket socket() {
        return socket;
    }

    public DataInputStream in() {
        return in;
    }

    /** Everything up to the first empty line, this included. */
    public String head() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(in.readByte());
        }
        return head.toString(ISO_8859_1);
    }

    /** The value of a header in a head. */
    public static String header(String head, String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ": ", 0, name.length() + 2))
                .findFirst()
                .map(line -> line.substring(name.length() + 2))
                .orElse(null);
    }

    /** The 101 that answers {@code request}, with these header lines in addition. */
    public static byte[] accepting(String request, String... lines) {
        StringBuilder response = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n")
                .append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
                .append(accept(header(request, "Sec-WebSocket-Key")))
                .append("\r\n");
        for (String line : lines) {
            response.append(line).append("\r\n");
        }
        return response.append("\r\n").toString().getBytes(ISO_8859_1);
    }

    private static String accept(String key) {
        try {
            byte[] bytes = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a request and answers it with a 101. */
    public RawPeer accept(String... lines) throws IOException {
        send(accepting(head(), lines));
        return this;
    }

    public void send(byte[]... bytes) throws IOException {
        socket.getOutputStream().write(Frames.concat(bytes));
    }

    public void send(String text) throws IOException {
        send(text.getBytes(ISO_8859_1));
    }

    /** The next frame, which has to be masked, as an unmasked one. */
    public Frames.Frame frame() throws IOException {
        int flags = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        assertThat(second & 0x80).as("mask bit").isNotZero();
        long length = second & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] key = in.readNBytes(4);
        byte[] payload = in.readNBytes(Math.toIntExact(length));
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= key[i % 4];
        }
        return new Frames.Frame(flags, false, payload);
    }

    /** The next frame is this one, given unmasked. */
    public void expect(byte[] frame) throws IOException {
        assertThat(frame().toString()).isEqualTo(Frames.decode(frame).get(0).toString());
    }

    /** The client has sent its FIN, and nothing before it. */
    public void expectEndOfStream() throws IOException {
        assertThat(in.read()).as("the end of the stream").isNegative();
    }

    /** The client has ended the connection, in whatever way. */
    public void expectEnd() {
        try {
            in.readAllBytes();
        } catch (IOException e) {
            // in this way, too
        }
    }

    /** Sends a RST. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
