package io.daybook.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the catalogue and the history table say about one schema, read in plain SELECTs.
 *
 * @param schema name of the schema as the catalogue has it
 * @param table name of the history table as the catalogue has it
 * @param schemaExists whether the schema is there
 * @param foreignTables the tables and views in it, if no history of ours is there
 * @param applied checksums of the migrations that succeeded, by version
 */
record History(
        String schema,
        String table,
        boolean schemaExists,
        List<String> foreignTables,
        Map<Integer, @Nullable Integer> applied) {

    /** Ours are 1, 2, 3 ...; an application's own Flyway may use a table of the same name, and versions such as 1.1. */
    private static final Pattern OUR_VERSIONS = Pattern.compile("\\d{1,9}");

    /** One row of the history table; the checksum is null where Flyway had none. */
    private record Applied(String version, @Nullable Integer checksum) {}

    static History read(Connection connection, Dialect dialect, String name) throws SQLException {
        String schema = Dialect.stored(connection.getMetaData(), name);
        String table = Dialect.stored(connection.getMetaData(), "migrations");
        if (!dialect.schemaExists(connection, schema)) {
            return new History(schema, table, false, List.of(), Map.of());
        }
        if (!dialect.isHistory(connection, schema, table)) {
            List<String> tables = dialect.tables(connection, schema);
            // Asked again after that, because another process may have made the history in between.
            if (tables.isEmpty() || !dialect.isHistory(connection, schema, table)) {
                return new History(schema, table, true, tables, Map.of());
            }
        }
        List<Applied> rows = applied(connection, schema, table);
        if (!rows.stream().allMatch(row -> OUR_VERSIONS.matcher(row.version()).matches())) {
            return new History(schema, table, true, dialect.tables(connection, schema), Map.of());
        }
        Map<Integer, @Nullable Integer> applied = new TreeMap<>();
        rows.forEach(row -> applied.put(Integer.valueOf(row.version()), row.checksum()));
        return new History(schema, table, true, List.of(), applied);
    }

    private static List<Applied> applied(Connection connection, String schema, String table) throws SQLException {
        // Flyway also writes rows without a version, and on H2 one for each migration that failed.
        String sql = """
                select "version", "checksum"
                from "%s"."%s"
                where "version" is not null
                  and "success"
                """.formatted(schema, table);
        return Jdbc.query(connection, sql, row -> new Applied(row.getString(1), row.getObject(2, Integer.class)));
    }

    OptionalInt currentVersion() {
        return applied.keySet().stream().mapToInt(version -> version).max();
    }

    List<Script> pending(List<Script> scripts) {
        return scripts.stream()
                .filter(script -> !applied.containsKey(script.version()))
                .toList();
    }

    /** Refuses a schema that these scripts must not touch; the name is the caller's. */
    void check(String name, List<Script> scripts) {
        if (!foreignTables.isEmpty()) {
            throw new SchemaNotOurs(name, foreignTables);
        }
        int known = scripts.get(scripts.size() - 1).version();
        int newest = currentVersion().orElse(0);
        if (newest > known) {
            throw new SchemaTooNew(name, newest, known);
        }
        for (Script script : scripts) {
            Integer checksum = applied.get(script.version());
            if (checksum != null && checksum != script.checksum()) {
                throw new MigrationsDiffer(name, script.version());
            }
        }
    }
}
