package io.daybook.migrations;

/**
 * The schema has had a migration that this version of Daybook does not know: a newer one migrated it. Remedy: use that
 * version, or a later one. Nothing was changed.
 */
public final class SchemaTooNew extends MigrationException {

    private static final long serialVersionUID = 1;

    private final int found;
    private final int known;

    SchemaTooNew(String schema, int found, int known) {
        super(
                schema,
                "Schema %s is at version %d, and this version of Daybook knows migrations up to %d. Nothing was changed; use the version of Daybook that migrated it, or a later one."
                        .formatted(schema, found, known),
                null);
        this.found = found;
        this.known = known;
    }

    /** The newest version that the schema has had. */
    public int found() {
        return found;
    }

    /** The newest version that this Daybook knows. */
    public int known() {
        return known;
    }
}
