package io.daybook.migrations;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The database could not be read, or refused a migration; the cause says why. On PostgreSQL the migration that failed
 * left nothing behind; on H2 it may have left a part, which the next run completes. Remedy: put the cause right and run
 * again.
 */
public final class MigrationFailed extends MigrationException {

    private static final long serialVersionUID = 1;

    private final @Nullable String sqlState;

    MigrationFailed(String schema, String what, @Nullable String sqlState, @Nullable Throwable cause) {
        super(schema, what, cause);
        this.sqlState = sqlState;
    }

    /** SQLSTATE of the database's error, where there was one. */
    public Optional<String> sqlState() {
        return Optional.ofNullable(sqlState);
    }
}
