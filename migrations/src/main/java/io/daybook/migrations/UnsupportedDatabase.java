package io.daybook.migrations;

/**
 * The database is of a kind, or of an age, that Daybook does not run on. Remedy: use H2 2.3 or later, or PostgreSQL 14
 * or later.
 */
public final class UnsupportedDatabase extends MigrationException {

    private static final long serialVersionUID = 1;

    private final String product;
    private final String version;

    UnsupportedDatabase(String schema, String product, String version) {
        super(
                schema,
                "The database is %s %s; Daybook runs on H2 2.3 and later and on PostgreSQL 14 and later."
                        .formatted(product, version),
                null);
        this.product = product;
        this.version = version;
    }

    /** Name of the database product, as its driver tells it. */
    public String product() {
        return product;
    }

    /** Version of the database product, as its driver tells it. */
    public String version() {
        return version;
    }
}
