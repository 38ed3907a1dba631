package io.daybook.database;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * For the connection that listens: makes sockets on which a wait of one millisecond does not wait. After each notification the PostgreSQL driver
 * looks in this way whether another one is there, before it hands out the first, which would be the larger part of the time that a notification
 * takes. Public because the driver makes it, by its name.
 */
public final class PromptSocketFactory extends SocketFactory {

    /** What the driver means by a look. */
    private static final int LOOK_MILLISECONDS = 1;

    /** The first byte of a server that goes on in TLS, or in GSS encryption: a record must not be given up in its middle. */
    private static final String ENCRYPTED = "SG";

    /** A factory; the driver makes it. */
    public PromptSocketFactory() {}

    @Override
    public Socket createSocket() {
        return new PromptSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return SocketFactory.getDefault().createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return SocketFactory.getDefault().createSocket(host, port, localHost, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return SocketFactory.getDefault().createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return SocketFactory.getDefault().createSocket(address, port, localAddress, localPort);
    }

    private static final class PromptSocket extends Socket {

        private @Nullable InputStream input;

        /** Always the same one, which knows how it began: encryption asks for it again. */
        @Override
        public synchronized InputStream getInputStream() throws IOException {
            InputStream known = input;
            if (known == null) {
                known = new PromptInput(this, super.getInputStream());
                input = known;
            }
            return known;
        }
    }

    private static final class PromptInput extends FilterInputStream {

        private final Socket socket;
        private boolean begun;
        private boolean encrypted;

        PromptInput(Socket socket, InputStream in) {
            super(in);
            this.socket = socket;
        }

        @Override
        public int read() throws IOException {
            look();
            int read = super.read();
            begin(read);
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            look();
            int count = super.read(bytes, offset, length);
            if (count > 0) {
                begin(bytes[offset]);
            }
            return count;
        }

        private void look() throws IOException {
            if (begun && !encrypted && socket.getSoTimeout() == LOOK_MILLISECONDS && in.available() == 0) {
                throw new SocketTimeoutException("nothing is there");
            }
        }

        private void begin(int first) {
            if (!begun) {
                begun = true;
                encrypted = ENCRYPTED.indexOf(first) >= 0;
            }
        }
    }
}
