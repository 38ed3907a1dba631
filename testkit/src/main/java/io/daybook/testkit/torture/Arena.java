package io.daybook.testkit.torture;

import io.daybook.Daybook;
import io.daybook.testkit.PostgresPair;
import io.daybook.testkit.PostgresServer;
import io.daybook.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The database of one run, and what may be done to it. Its servers are killed and started by one thread at a time. */
final class Arena implements AutoCloseable {

    private final TestDatabase database;
    private final @Nullable PostgresServer server;
    private final @Nullable PostgresPair pair;

    private Arena(TestDatabase database, @Nullable PostgresServer server, @Nullable PostgresPair pair) {
        this.database = database;
        this.server = server;
        this.pair = pair;
    }

    static Arena open(TorturePlan plan) throws SQLException {
        Arena arena = of(plan);
        try (Connection connection = arena.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create schema torture");
            // No key: what is had twice shows.
            statement.execute("""
                    create table torture.effects (
                        registration varchar(50) not null, position bigint not null, entity varchar(50) not null,
                        version bigint not null, node varchar(50) not null, at bigint not null)
                    """);
            statement.execute("""
                    create table torture.folds (
                        registration varchar(50) not null, entity varchar(50) not null, version bigint not null,
                        fold bigint not null, primary key (registration, entity))
                    """);
            statement.execute("create table torture.own (unit varchar(100) not null)");
            statement.execute("create table torture.looks (number bigint not null)");
            statement.execute("insert into torture.looks (number) values (0)");
        } catch (SQLException | RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        return arena;
    }

    private static Arena of(TorturePlan plan) {
        return switch (plan.where()) {
            case H2 -> new Arena(TestDatabase.h2(), null, null);
            case EMBEDDED_POSTGRESQL -> {
                PostgresServer server = new PostgresServer();
                server.start();
                yield new Arena(TestDatabase.postgresql(server), server, null);
            }
            case FAILOVER -> {
                PostgresPair pair = new PostgresPair();
                pair.start();
                yield new Arena(TestDatabase.postgresql(pair), null, pair);
            }
            case GIVEN_POSTGRESQL ->
                new Arena(
                        TestDatabase.postgresql(Objects.requireNonNull(plan.url()), plan.user(), plan.password()),
                        null,
                        null);
        };
    }

    boolean isPostgresql() {
        return database.isPostgresql();
    }

    String url() {
        return isPostgresql() ? database.url() : database.url() + ";WRITE_DELAY=0";
    }

    String user() {
        return database.user();
    }

    String password() {
        return database.password();
    }

    /** A new connection with autocommit on. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), user(), password());
    }

    Daybook openToRead() {
        return database.daybook().url(url()).readOnly().open();
    }

    void killServer() {
        if (server != null) {
            server.kill9();
        } else if (pair != null) {
            pair.killPrimary();
        }
    }

    void startServer() {
        if (server != null) {
            server.start();
        } else if (pair != null) {
            pair.startPrimary();
        }
    }

    /** Kills the primary and promotes the standby. */
    void failOver() {
        if (pair != null) {
            pair.failOver();
        }
    }

    /** Makes the lost primary the standby of the new one. */
    void rebuildStandby() {
        if (pair != null) {
            pair.rebuildStandby();
        }
    }

    @Override
    public void close() {
        if (pair != null) {
            // The database goes with its servers: to drop it would wait for the standby, which may be gone.
            pair.close();
            return;
        }
        try {
            if (server != null) {
                server.start();
            }
            database.close();
        } finally {
            if (server != null) {
                server.close();
            }
        }
    }
}
