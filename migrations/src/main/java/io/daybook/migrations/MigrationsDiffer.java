package io.daybook.migrations;

/**
 * The schema has had a migration under this number whose text was another one. Released migrations never change, so one
 * of the two is not a release. Remedy: use the Daybook that migrated the schema, or a fresh schema. Nothing was changed.
 */
public final class MigrationsDiffer extends MigrationException {

    private static final long serialVersionUID = 1;

    private final int version;

    MigrationsDiffer(String schema, int version) {
        super(
                schema,
                "Migration %d ran in schema %s with another text than this version of Daybook has. Nothing was changed; use the Daybook that migrated the schema, or a fresh schema."
                        .formatted(version, schema),
                null);
        this.version = version;
    }

    /** The oldest migration that differs. */
    public int version() {
        return version;
    }
}
