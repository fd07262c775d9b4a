package io.websock.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/** A server that does whatever a test wants of it: for each connection, on a thread of its own, it plays a script. */
public final class RawServer implements AutoCloseable {

    /** What the server does with one connection, which is closed after it. */
    @FunctionalInterface
    public interface Script {
        void play(RawPeer client) throws Exception;
    }

    private final ServerSocket listening;
    private final Script script;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private RawServer(ServerSocket listening, Script script) {
        this.listening = listening;
        this.script = script;
        begin(this::accept);
    }

    /** On a free port of 127.0.0.1. */
    public static RawServer start(Script script) throws IOException {
        return start(ServerSocketFactory.getDefault(), script);
    }

    /** The same over TLS. */
    public static RawServer start(SSLContext tls, Script script) throws IOException {
        return start(tls.getServerSocketFactory(), script);
    }

    private static RawServer start(ServerSocketFactory factory, Script script) throws IOException {
        return new RawServer(factory.createServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), script);
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** How many bytes the operating system may take ahead of the script, on connections that come after this. */
    public void receiveBuffer(int bytes) throws IOException {
        listening.setReceiveBufferSize(bytes);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                synchronized (this) {
                    sockets.add(socket);
                }
                begin(() -> play(socket));
            }
        } catch (IOException e) {
            // It is over.
        }
    }

    private void play(Socket socket) {
        try (socket) {
            script.play(new RawPeer(socket));
        } catch (Throwable failure) {
            failures.add(failure);
        }
    }

    private synchronized void begin(Runnable task) {
        Thread thread = new Thread(task, "raw-server");
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Waits for the scripts, which have to have succeeded. */
    public void join() throws InterruptedException {
        listening();
        for (Thread thread : threads()) {
            thread.join(RawClient.PATIENCE);
        }
        for (Throwable failure : failures) {
            throw new AssertionError("a script failed", failure);
        }
    }

    private void listening() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private synchronized List<Thread> threads() {
        return List.copyOf(threads);
    }

    @Override
    public synchronized void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
