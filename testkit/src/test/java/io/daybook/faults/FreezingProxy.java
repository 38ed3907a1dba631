package io.daybook.faults;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between a client and its server, and can freeze the connections that it has: nothing passes any more, and neither side is told,
 * as when a cable is pulled or a firewall forgets. New connections pass.
 */
final class FreezingProxy implements Closeable {

    private final ServerSocket listener;
    private final int serverPort;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    FreezingProxy(int serverPort) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.serverPort = serverPort;
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How many connections were ever made. */
    int connections() {
        return lines.size();
    }

    void freeze() {
        lines.forEach(line -> line.frozen = true);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "freezing-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Line line = new Line(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
                lines.add(line);
                daemon(() -> line.pass(line.client, line.server));
                daemon(() -> line.pass(line.server, line.client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static final class Line {
        private final Socket client;
        private final Socket server;
        private volatile boolean frozen;

        Line(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pass(Socket from, Socket to) {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                int n;
                while ((n = in.read(buffer)) >= 0) {
                    if (!frozen) {
                        out.write(buffer, 0, n);
                        out.flush();
                    }
                }
            } catch (IOException e) {
                // One side is gone; the other hears of it, unless it is frozen.
            } finally {
                if (!frozen) {
                    close(client);
                    close(server);
                }
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        lines.forEach(line -> {
            close(line.client);
            close(line.server);
        });
    }
}
