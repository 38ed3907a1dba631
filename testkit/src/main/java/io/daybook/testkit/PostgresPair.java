package io.daybook.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Two PostgreSQL servers of one's own, a primary and its synchronous standby, which streams from it. The primary can be killed, the
 * standby promoted, and the lost server made the standby of the new primary. They are gone when the pair is closed, at the latest when
 * the JVM ends. Thread-safe: one thing happens after the other.
 *
 * <p>A commit with {@code synchronous_commit=on}, which is set here, is acknowledged and shown to others when the standby, too, has
 * written it to its log. That is enough to find it there after a promotion: a standby replays all it has received before it becomes the
 * primary. {@code remote_apply} would also have it wait for the replay, which only readers of the standby could tell.
 */
public final class PostgresPair implements AutoCloseable {

    private static final String USER = "postgres";
    private static final String STANDBY = "daybook_standby";

    private static final Map<String, String> SETTINGS = Map.of(
            // The log from the beginning of a base backup on is there until the standby has fetched it.
            "wal_keep_size", "1GB",
            // A standby whose primary was started again is back soon.
            "wal_retrieve_retry_interval", "200ms");

    /** What belongs to a running server, or is made anew when one starts (PostgreSQL manual, "Backing Up The Data Directory"). */
    private static final Set<String> NOT_COPIED =
            Set.of("postmaster.pid", "postmaster.opts", "epg-lock", "pg_internal.init");

    /** Folders that are copied without what is in them; of the log, the standby fetches what it needs. */
    private static final Set<String> COPIED_EMPTY = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private final PostgresCluster cluster;
    private final String url;
    private PostgresServer primary = new PostgresServer(SETTINGS);
    private PostgresServer standby = new PostgresServer(SETTINGS);

    /** Not started yet. */
    public PostgresPair() {
        // What the driver remembers of a host, "that is a standby" for one, it believes for ten seconds otherwise.
        url =
                "jdbc:postgresql://localhost:%d,localhost:%d/postgres?targetServerType=primary&hostRecheckSeconds=1&connectTimeout=5"
                        .formatted(primary.port(), standby.port());
        cluster = new PostgresCluster(url, USER, "");
    }

    PostgresCluster cluster() {
        return cluster;
    }

    /**
     * Of the database {@code postgres} of whichever server is the primary; the user is {@code postgres}, a superuser, without
     * password.
     */
    public String url() {
        return url;
    }

    /** Starts both, and waits until the standby is in sync. */
    public synchronized void start() {
        primary.start();
        rebuildStandby();
    }

    /** Kills every process of the primary. The standby stays one. */
    public synchronized void killPrimary() {
        primary.kill9();
    }

    /** Starts a primary that was killed. It shows at once what nobody knows whether the standby has it: see {@link #failOver}. */
    public synchronized void startPrimary() {
        primary.start();
    }

    /**
     * Kills every process of the primary, and promotes the standby; it has no standby then, and waits for none.
     *
     * <p>Before that, it waits until the standby is in sync and has all that the primary has written so far, as whoever promotes must
     * know. Otherwise what was <em>seen</em> on the primary may be lost, though nobody was told that it is committed: a primary that was
     * started again shows what it had written when it died, and a session that is ended while it waits for the standby commits
     * all the same.
     *
     * @throws AssertionError if the standby is not in sync in time, or does not become the primary
     */
    public synchronized void failOver() {
        awaitInSync();
        primary.kill9();
        PostgresServer lost = primary;
        primary = standby;
        standby = lost;
        if (!"t".equals(ask("select pg_promote(true, 60)"))) {
            throw new AssertionError("The standby did not become the primary.");
        }
    }

    /** Makes the server that is not the primary its synchronous standby, from a new base backup, and waits until it is in sync. */
    public synchronized void rebuildStandby() {
        standby.kill9();
        if (Files.exists(standby.data())) {
            TestDatabase.delete(standby.data());
        }
        backUp();
        standby.start();
        // Not before: without a standby that streams, every commit would wait for it.
        awaitStandby("state = 'streaming'");
        execute("alter system set synchronous_standby_names = '%s'".formatted(STANDBY), "select pg_reload_conf()");
        awaitStandby("sync_state = 'sync'");
        // Sessions wait for the standby from when the checkpointer has read the setting, which it does before a
        // checkpoint.
        execute("checkpoint");
        awaitInSync();
    }

    private void awaitInSync() {
        awaitStandby("""
                sync_state = 'sync'
                  and state = 'streaming'
                  and flush_lsn >= '%s'""".formatted(ask("select pg_current_wal_flush_lsn()")));
    }

    private void awaitStandby(String condition) {
        String query = """
                select count(*)
                from pg_stat_replication
                where application_name = '%s'
                  and %s
                """.formatted(STANDBY, condition);
        Await.until(() -> "1".equals(ask(query)), () -> "the standby is not so that " + condition);
    }

    // --- base backup
    // ---------------------------------------------------------------------------------------------------

    /** The manual's "Making a Base Backup Using the Low Level API": the binaries come without pg_basebackup. */
    private void backUp() {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('daybook', true)");
            copy(primary.data(), standby.data());
            try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                Files.writeString(standby.data().resolve("backup_label"), row.getString(1));
            }
            Files.createFile(standby.data().resolve("standby.signal"));
            followPrimary(standby.data().resolve("postgresql.auto.conf"));
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL does not let itself be backed up.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("The files of PostgreSQL could not be copied.", e);
        }
    }

    /** Without what the primary once had as a standby, or has for its standby. */
    private void followPrimary(Path settings) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(settings));
        lines.removeIf(line -> line.startsWith("primary_conninfo") || line.startsWith("synchronous_standby_names"));
        lines.add("primary_conninfo = 'host=localhost port=%d user=%s application_name=%s'"
                .formatted(primary.port(), USER, STANDBY));
        Files.write(settings, lines);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                // With its permissions: PostgreSQL refuses a folder that others may read.
                Files.copy(folder, to.resolve(from.relativize(folder)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path name = from.relativize(file);
                if (!COPIED_EMPTY.contains(name.getName(0).toString())
                        && !NOT_COPIED.contains(name.getFileName().toString())) {
                    try {
                        Files.copy(file, to.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
                    } catch (NoSuchFileException e) {
                        // The primary works on meanwhile: what it deleted, the log deletes on the standby too.
                        return FileVisitResult.CONTINUE;
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    // --- statements
    // ----------------------------------------------------------------------------------------------------

    /** To the server that is the primary here, whether it takes writes already or not. */
    private Connection connect() throws SQLException {
        return DriverManager.getConnection(primary.url(), USER, "");
    }

    private void execute(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL refused: " + String.join("; ", statements), e);
        }
    }

    private String ask(String query) {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL refused: " + query, e);
        }
    }

    /** Ends both and deletes their data. */
    @Override
    public synchronized void close() {
        try {
            primary.close();
        } finally {
            standby.close();
        }
    }
}
