package io.daybook.migrations;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The little JDBC that is needed beside Flyway. Leaves every connection as it was found. */
final class Jdbc {

    private Jdbc() {}

    /** Work on a connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** One row of a query. */
    interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** Runs reads on a connection of their own. */
    static <T> T reading(DataSource dataSource, Work<T> work) throws SQLException {
        return withAutoCommit(true, dataSource, work);
    }

    /** Runs work in a transaction on a connection of its own; commits it, or rolls it back if it throws. */
    static <T> T inTransaction(DataSource dataSource, Work<T> work) throws SQLException {
        return withAutoCommit(false, dataSource, connection -> {
            boolean done = false;
            try {
                T result = work.on(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    rollBack(connection);
                }
            }
        });
    }

    private static <T> T withAutoCommit(boolean wanted, DataSource dataSource, Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean found = connection.getAutoCommit();
            if (found == wanted) {
                return work.on(connection);
            }
            connection.setAutoCommit(wanted);
            boolean done = false;
            try {
                T result = work.on(connection);
                done = true;
                return result;
            } finally {
                if (!connection.isClosed()) {
                    restoreAutoCommit(connection, found, done);
                }
            }
        }
    }

    private static void restoreAutoCommit(Connection connection, boolean found, boolean must) throws SQLException {
        try {
            connection.setAutoCommit(found);
        } catch (SQLException e) {
            // After a failure the connection may be gone; the failure is what the caller must see.
            if (must) {
                throw e;
            }
        }
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // A connection that cannot roll back is gone, and the database rolls back for it; the first failure counts.
        }
    }

    static <T> List<T> query(Connection connection, String sql, Row<T> row, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<T> result = new ArrayList<>();
                while (rows.next()) {
                    result.add(row.of(rows));
                }
                return result;
            }
        }
    }

    static boolean exists(Connection connection, String sql, Object... parameters) throws SQLException {
        return !query(connection, sql, row -> true, parameters).isEmpty();
    }

    /** The database's error behind this one, however deep. */
    static @Nullable SQLException sqlException(@Nullable Throwable error) {
        for (Throwable e = error; e != null; e = e.getCause()) {
            if (e instanceof SQLException sqlException) {
                return sqlException;
            }
        }
        return null;
    }

    static @Nullable String sqlState(@Nullable Throwable error) {
        SQLException sqlException = sqlException(error);
        return sqlException == null ? null : sqlException.getSQLState();
    }
}
