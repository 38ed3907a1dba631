package io.daybook.tck;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and its server, and cuts the first connection over which the client says a certain word: what the
 * server has heard by then, the client does not know.
 */
final class CuttingProxy implements Closeable {

    enum Cut {
        /** The server never hears of it. */
        BEFORE_THE_SERVER_HEARS,
        /** The server heard and answered; the client does not hear the answer. */
        BEFORE_THE_CLIENT_HEARS,
        /** When {@link #cutOffClient} says so; the server goes on and does not notice that nobody waits for its answer. */
        OF_THE_CLIENT_ALONE
    }

    private final ServerSocket listener;
    private final int serverPort;
    private final byte[] word;
    private final Cut cut;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile boolean cutAlready;
    private volatile @Nullable Socket victim;

    CuttingProxy(int serverPort, String word, Cut cut) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.serverPort = serverPort;
        this.word = word.getBytes(StandardCharsets.UTF_8);
        this.cut = cut;
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Cuts off the client that said the word, if it did; its server goes on. */
    void cutOffClient() {
        Socket socket = victim;
        if (socket != null) {
            close(socket);
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                Line line = new Line(client, server);
                daemon(line::toServer);
                daemon(line::toClient);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private final class Line {
        private final Socket client;
        private final Socket server;
        private volatile boolean silent;

        Line(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void toServer() {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = client.getInputStream();
                OutputStream out = server.getOutputStream();
                int n;
                while ((n = in.read(buffer)) >= 0) {
                    if (!cutAlready && contains(buffer, n)) {
                        cutAlready = true;
                        if (cut == Cut.BEFORE_THE_SERVER_HEARS) {
                            return;
                        }
                        // Cut off later, the client hears what it is told until then.
                        silent = cut != Cut.OF_THE_CLIENT_ALONE;
                        victim = client;
                    }
                    out.write(buffer, 0, n);
                    out.flush();
                }
            } catch (IOException e) {
                // One side is gone.
                if (victim == client && cut == Cut.OF_THE_CLIENT_ALONE) {
                    waitForEnd();
                }
            } finally {
                close(client);
                close(server);
            }
        }

        void toClient() {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = server.getInputStream();
                OutputStream out = client.getOutputStream();
                int n;
                while ((n = in.read(buffer)) >= 0) {
                    if (silent && cut == Cut.BEFORE_THE_CLIENT_HEARS) {
                        return;
                    }
                    if (!silent) {
                        out.write(buffer, 0, n);
                        out.flush();
                    }
                }
            } catch (IOException e) {
                // As above.
            } finally {
                close(client);
                if (cut != Cut.OF_THE_CLIENT_ALONE) {
                    close(server);
                }
            }
        }

        private synchronized void waitForEnd() {
            try {
                while (!listener.isClosed()) {
                    wait(100);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean contains(byte[] buffer, int length) {
        for (int start = 0; start + word.length <= length; start++) {
            int i = 0;
            while (i < word.length && buffer[start + i] == word[i]) {
                i++;
            }
            if (i == word.length) {
                return true;
            }
        }
        return false;
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
        sockets.forEach(CuttingProxy::close);
    }
}
