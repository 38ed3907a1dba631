package io.daybook.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.notifier.Registration;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Processes everything from now on, and tells when: in this process, or in another one. */
interface Listener extends AutoCloseable {

    /**
     * When the events since the last call were processed, by the ids of their entities. Waits until there are so many.
     *
     * @param prefix how the ids begin
     */
    Map<String, Long> processed(String prefix, int events) throws Exception;

    @Override
    void close() throws IOException;

    /** Where it listens, and what wakes it. */
    enum Where {
        SAME_PROCESS("same process"),
        OTHER_PROCESS("other process"),
        OTHER_PROCESS_POLLING("other process, polling only");

        private final String text;

        Where(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    static Listener at(Where where, Server server, Daybook daybook, String schema) throws IOException {
        return where == Where.SAME_PROCESS
                ? new Here(daybook)
                : new Elsewhere(server, schema, where == Where.OTHER_PROCESS);
    }

    /** Of this process. */
    final class Here implements Listener {

        private static final Duration PATIENCE = Duration.ofSeconds(60);

        private final Map<String, Long> times = new ConcurrentHashMap<>();
        private final Registration registration;
        private final EventConsumer consumer;

        Here(Daybook daybook) {
            this.registration = daybook.notifier().register("bench");
            this.consumer = Consumers.consume(
                    registration, event -> times.put(event.entity().id(), System.nanoTime()));
        }

        @Override
        public Map<String, Long> processed(String prefix, int events) throws InterruptedException {
            long begin = System.nanoTime();
            while (times.size() < events) {
                if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                    throw new IllegalStateException("%d of %d events were processed in %d s."
                            .formatted(times.size(), events, PATIENCE.toSeconds()));
                }
                Thread.sleep(1);
            }
            Map<String, Long> found = new HashMap<>(times);
            times.clear();
            return found;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    /** A process of its own, {@link Main} of this class, that talks with this one through its input and output. */
    final class Elsewhere implements Listener {

        private static final String READY = "ready";
        private static final String END = "end";

        private final Process process;
        private final BufferedReader in;
        private final PrintWriter out;

        Elsewhere(Server server, String schema, boolean woken) throws IOException {
            this.process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Elsewhere.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            this.in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            this.out = new PrintWriter(
                    new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)),
                    true);
            // Not on the command line, where everybody could read the password.
            out.println(server.url());
            out.println(Objects.requireNonNullElse(server.user(), ""));
            out.println(Objects.requireNonNullElse(server.password(), ""));
            out.println(schema);
            out.println(woken);
            for (String line = said(); !line.equals(READY); line = said()) {
                // What it logs comes before.
            }
        }

        private String said() throws IOException {
            String line = in.readLine();
            if (line == null) {
                throw new IllegalStateException("The process that listens has ended; what it wrote tells why.");
            }
            return line;
        }

        @Override
        public Map<String, Long> processed(String prefix, int events) throws IOException {
            out.println(events);
            Map<String, Long> found = new HashMap<>();
            for (String line = said(); !line.equals(END); line = said()) {
                int blank = line.indexOf(' ');
                if (line.startsWith(prefix) && blank > 0) {
                    found.put(line.substring(0, blank), Long.valueOf(line.substring(blank + 1)));
                }
            }
            return found;
        }

        @Override
        public void close() throws IOException {
            out.close();
            try {
                if (!process.waitFor(30, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
            in.close();
        }

        /** The other process. It ends with its input. */
        public static void main(String[] args) throws Exception {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            PrintWriter out = new PrintWriter(
                    new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8)), false);
            try (HikariDataSource pool = new HikariDataSource()) {
                pool.setJdbcUrl(in.readLine());
                pool.setUsername(orNull(in.readLine()));
                pool.setPassword(orNull(in.readLine()));
                pool.setMaximumPoolSize(6);
                String schema = in.readLine();
                boolean woken = Boolean.parseBoolean(in.readLine());
                try (Daybook daybook = Daybook.builder()
                                .dataSource(woken ? pool : deaf(pool))
                                .schema(schema)
                                .sequencing(false)
                                .open();
                        Here here = new Here(daybook)) {
                    out.println(READY);
                    out.flush();
                    for (String events = in.readLine(); events != null; events = in.readLine()) {
                        here.processed("", Integer.parseInt(events))
                                .forEach((id, time) -> out.println(id + " " + time));
                        out.println(END);
                        out.flush();
                    }
                }
            }
        }

        private static @Nullable String orNull(String text) {
            return text.isEmpty() ? null : text;
        }

        /** A pool whose connections refuse to LISTEN: nothing wakes who reads through them. */
        private static DataSource deaf(DataSource pool) {
            return (DataSource) Proxy.newProxyInstance(
                    Listener.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                        Object result = invoke(method, pool, arguments);
                        return result instanceof Connection connection ? deaf(connection) : result;
                    });
        }

        private static Connection deaf(Connection connection) {
            return (Connection) Proxy.newProxyInstance(
                    Listener.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("prepareStatement")
                                && arguments[0].toString().startsWith("listen ")) {
                            throw new SQLException("this connection cannot LISTEN", "0A000");
                        }
                        return invoke(method, connection, arguments);
                    });
        }

        private static @Nullable Object invoke(
                java.lang.reflect.Method method, Object target, Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(target, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }
}
