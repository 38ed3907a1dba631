package io.daybook.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * H2 2.3 and later. H2 has no advisory locks, and commits every DDL statement by itself. So it is Flyway's lock on a row of
 * the history that keeps processes apart, {@link Collisions} that outlasts what happens before that row is there, and every
 * statement of a script may run twice.
 */
final class H2 implements Dialect {

    private static final String ADMIN_RIGHTS_REQUIRED = "90040";
    private static final String NOT_ENOUGH_RIGHTS = "90096";
    private static final String DATABASE_IS_READ_ONLY = "90097";

    /** Threads of one process need not collide at all. One lock for all databases will do: a run takes milliseconds. */
    private static final ReentrantLock THIS_PROCESS = new ReentrantLock();

    @Override
    public String folder() {
        return "h2";
    }

    @Override
    public boolean reserved(String schema) {
        return schema.equals("information_schema");
    }

    // In capitals: that is how the catalogue is found whether the database turns names to upper or to lower case, or
    // neither.

    @Override
    public boolean schemaExists(Connection connection, String schema) throws SQLException {
        return Jdbc.exists(connection, "select 1 from INFORMATION_SCHEMA.SCHEMATA where SCHEMA_NAME = ?", schema);
    }

    @Override
    public boolean isHistory(Connection connection, String schema, String table) throws SQLException {
        return Jdbc.exists(connection, """
                select 1
                from INFORMATION_SCHEMA.COLUMNS
                where TABLE_SCHEMA = ?
                  and TABLE_NAME = ?
                  and COLUMN_NAME = 'installed_rank'
                """, schema, table);
    }

    @Override
    public List<String> tables(Connection connection, String schema) throws SQLException {
        return Jdbc.query(connection, """
                select TABLE_NAME
                from INFORMATION_SCHEMA.TABLES
                where TABLE_SCHEMA = ?
                order by TABLE_NAME
                """, row -> row.getString(1), schema);
    }

    @Override
    public boolean notPermitted(@Nullable String sqlState) {
        return sqlState != null
                && Set.of(ADMIN_RIGHTS_REQUIRED, NOT_ENOUGH_RIGHTS, DATABASE_IS_READ_ONLY)
                        .contains(sqlState);
    }

    @Override
    public <T> T exclusively(DataSource dataSource, String schema, Work<T> work) throws SQLException {
        THIS_PROCESS.lock();
        try {
            // H2 closes a database with its last connection, and opening it takes long, above all where others want to,
            // too.
            return Jdbc.reading(dataSource, keptOpen -> work.run());
        } finally {
            THIS_PROCESS.unlock();
        }
    }
}
