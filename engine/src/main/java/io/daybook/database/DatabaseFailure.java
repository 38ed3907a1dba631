package io.daybook.database;

import io.daybook.event.DaybookException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The database could not do what it was asked: not reachable, out of space, a privilege missing. Nothing was written by the
 * call that threw it.
 */
public final class DatabaseFailure extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String sqlState;

    public DatabaseFailure(String what, SQLException cause) {
        super(
                "%s failed, SQLSTATE %s: %s".formatted(what, cause.getSQLState(), SqlStates.message(cause)),
                SqlStates.withoutValues(cause));
        this.sqlState = cause.getSQLState();
    }

    DatabaseFailure(String message) {
        this(message, (Throwable) null);
    }

    DatabaseFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.sqlState = sqlState(cause);
    }

    private static @Nullable String sqlState(@Nullable Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SQLException e) {
                return e.getSQLState();
            }
        }
        return null;
    }

    /** SQLSTATE of the database, null if it did not get as far as the database. */
    public @Nullable String sqlState() {
        return sqlState;
    }
}
