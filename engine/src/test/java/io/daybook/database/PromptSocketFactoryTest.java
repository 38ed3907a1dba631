package io.daybook.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;

class PromptSocketFactoryTest {

    private static final String AT_ONCE = "nothing is there";

    private interface Look {
        void at(Socket socket, Socket server) throws IOException;
    }

    private static void after(int firstByte, Look look) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new PromptSocketFactory().createSocket()) {
            socket.connect(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()));
            try (Socket server = listener.accept()) {
                server.getOutputStream().write(firstByte);
                assertThat(socket.getInputStream().read()).isEqualTo(firstByte);
                look.at(socket, server);
            }
        }
    }

    @Test
    void a_wait_of_one_millisecond_is_only_a_look() throws IOException {
        after('R', (socket, server) -> {
            socket.setSoTimeout(1);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage(AT_ONCE);
        });
    }

    @Test
    void any_other_wait_is_what_it_is() throws IOException {
        after('R', (socket, server) -> {
            socket.setSoTimeout(2);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketTimeoutException.class)
                    .message()
                    .isNotEqualTo(AT_ONCE);
            socket.setSoTimeout(0);
            server.getOutputStream().write('A');
            assertThat(socket.getInputStream().read()).isEqualTo('A');
        });
    }

    @Test
    void where_the_server_goes_on_encrypted_a_wait_is_a_wait_whoever_asks_for_the_stream() throws IOException {
        after('S', (socket, server) -> {
            InputStream asked = socket.getInputStream();
            socket.setSoTimeout(1);
            assertThatThrownBy(asked::read)
                    .isInstanceOf(SocketTimeoutException.class)
                    .message()
                    .isNotEqualTo(AT_ONCE);
        });
    }
}
