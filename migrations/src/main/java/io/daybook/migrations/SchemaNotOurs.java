package io.daybook.migrations;

import java.util.List;

/**
 * The schema is not a daybook: it holds tables but no history of our migrations, or a table {@code migrations} of
 * somebody else. Remedy: choose a schema of its own for the daybook. Nothing was changed.
 */
public final class SchemaNotOurs extends MigrationException {

    private static final long serialVersionUID = 1;

    private static final int NAMED_TABLES_MAX = 5;

    private final List<String> tables;

    SchemaNotOurs(String schema, List<String> tables) {
        super(
                schema,
                "Schema %s has tables (%s) but no history of Daybook's migrations. Nothing was changed; give the daybook a schema of its own, which may be missing or empty."
                        .formatted(schema, some(tables)),
                null);
        this.tables = List.copyOf(tables);
    }

    private static String some(List<String> tables) {
        return tables.size() <= NAMED_TABLES_MAX
                ? String.join(", ", tables)
                : String.join(", ", tables.subList(0, NAMED_TABLES_MAX)) + " and " + (tables.size() - NAMED_TABLES_MAX)
                        + " more";
    }

    /** The tables and views found, in order of their names. */
    public List<String> tables() {
        return tables;
    }
}
