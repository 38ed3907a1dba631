package io.daybook.migrations;

import org.jspecify.annotations.Nullable;

/**
 * What every error of {@link Migrations} is; each kind has the facts as fields and says what to do.
 */
public abstract sealed class MigrationException extends RuntimeException
        permits MigrationFailed, MigrationsDiffer, MigrationsMissing, SchemaNotOurs, SchemaTooNew, UnsupportedDatabase {

    private static final long serialVersionUID = 1;

    /** The schema as the caller named it. */
    private final String schema;

    MigrationException(String schema, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.schema = schema;
    }

    /** Name of the schema, as it was given to {@link Migrations#of}. */
    public String schema() {
        return schema;
    }
}
