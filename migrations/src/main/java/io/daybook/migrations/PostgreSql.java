package io.daybook.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** PostgreSQL 14 and later. */
final class PostgreSql implements Dialect {

    private static final Logger LOG = LoggerFactory.getLogger(PostgreSql.class);

    /** As long as a long migration may take: building an index over a great many events. */
    private static final Duration LOCK_WAIT_MAX = Duration.ofMinutes(30);

    private static final Duration LOCK_POLL = Duration.ofMillis(50);

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String READ_ONLY_TRANSACTION = "25006";

    @Override
    public String folder() {
        return "postgresql";
    }

    @Override
    public boolean reserved(String schema) {
        return schema.startsWith("pg_") || schema.equals("information_schema");
    }

    // These read pg_catalog, because information_schema hides what the user has no privilege on.

    @Override
    public boolean schemaExists(Connection connection, String schema) throws SQLException {
        return Jdbc.exists(connection, "select 1 from pg_catalog.pg_namespace where nspname = ?", schema);
    }

    @Override
    public boolean isHistory(Connection connection, String schema, String table) throws SQLException {
        return Jdbc.exists(connection, """
                select 1
                from pg_catalog.pg_class c
                         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                         join pg_catalog.pg_attribute a on a.attrelid = c.oid
                where n.nspname = ?
                  and c.relname = ?
                  and a.attname = 'installed_rank'
                """, schema, table);
    }

    @Override
    public List<String> tables(Connection connection, String schema) throws SQLException {
        return Jdbc.query(connection, """
                select c.relname
                from pg_catalog.pg_class c
                         join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                where n.nspname = ?
                  and c.relkind in ('r', 'p', 'v', 'm', 'f')
                order by c.relname
                """, row -> row.getString(1), schema);
    }

    @Override
    public boolean notPermitted(@Nullable String sqlState) {
        return sqlState != null
                && Set.of(INSUFFICIENT_PRIVILEGE, READ_ONLY_TRANSACTION).contains(sqlState);
    }

    /**
     * Holds an advisory lock of the session, on a connection of its own and outside of any transaction. In a transaction
     * the connection would hold the snapshot of its last SELECT, and a CREATE INDEX CONCURRENTLY in a migration would
     * wait for the lock's own holder for ever.
     */
    @Override
    public <T> T exclusively(DataSource dataSource, String schema, Work<T> work) throws SQLException {
        return Jdbc.reading(dataSource, connection -> {
            awaitLock(connection, schema);
            try {
                return work.run();
            } finally {
                unlock(connection, schema);
            }
        });
    }

    /** Asks again and again, because a statement that waits holds a snapshot while it does. */
    private static void awaitLock(Connection connection, String schema) throws SQLException {
        long start = System.nanoTime();
        while (!ask(connection, "select pg_try_advisory_lock(hashtextextended(?, 0))", schema)) {
            if (System.nanoTime() - start > LOCK_WAIT_MAX.toNanos()) {
                throw new SQLTimeoutException(
                        "Another process has been migrating schema %s for %d minutes. Wait for it, or end it: its session holds an advisory lock in pg_locks."
                                .formatted(schema, LOCK_WAIT_MAX.toMinutes()));
            }
            Pause.of(LOCK_POLL);
        }
    }

    /** Lets go of the lock, if need be by ending the session: a pool must not get back a connection that holds it. */
    private static void unlock(Connection connection, String schema) throws SQLException {
        boolean unlocked = false;
        try {
            unlocked = ask(connection, "select pg_advisory_unlock(hashtextextended(?, 0))", schema);
        } catch (SQLException e) {
            LOG.debug("The lock of schema {} went with its session.", schema, e);
        } finally {
            if (!unlocked) {
                connection.abort(Runnable::run);
            }
        }
    }

    private static boolean ask(Connection connection, String question, String schema) throws SQLException {
        return Jdbc.query(connection, question, row -> row.getBoolean(1), "daybook migrations of " + schema)
                .get(0);
    }
}
