package io.websock.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** An HTTP proxy for one tunnel: a {@link RawServer.Script} that answers a CONNECT and moves bytes. */
public final class RawProxy {

    private RawProxy() {}

    /** Opens the tunnel to {@code server}, whoever was asked for. */
    public static void tunnel(RawPeer client, String answer, InetSocketAddress server) throws Exception {
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            client.send(answer);
            Thread back = new Thread(() -> move(socket, client.socket()), "raw-proxy");
            back.setDaemon(true);
            back.start();
            copy(client.in(), socket.getOutputStream());
            socket.shutdownOutput();
            back.join(RawClient.PATIENCE);
        }
    }

    private static void move(Socket from, Socket to) {
        try {
            copy(from.getInputStream(), to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // the other direction sees it as well
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[8192];
        for (int count; (count = in.read(buffer)) >= 0; ) {
            out.write(buffer, 0, count);
        }
    }
}
