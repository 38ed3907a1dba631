package io.daybook.migrations;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema of one daybook up to this version of Daybook, or tells how far it is.
 *
 * <p>Any number of threads and processes may migrate the same schema at once: one does the work, the others wait for it.
 * Other schemas of the database, and an application's own Flyway in them, are neither read nor changed. Runs on H2 2.3
 * and later and on PostgreSQL 14 and later.
 *
 * <p>Immutable and thread-safe. Every call takes its connections from the data source and gives them back as they were:
 * one while it reads; {@link #migrate}, when something is pending, up to three at a time. They must lead to the database
 * itself, or through a pooler that keeps sessions: not through PgBouncer in transaction mode.
 */
public final class Migrations {

    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    private static final String DEFAULT_SCHEMA = "daybook";

    private static final Pattern SCHEMA_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    /** PostgreSQL cuts longer names off without an error, and two schemas would then share their roles. */
    private static final int NAME_LENGTH_MAX = 63;

    private static final String LONGEST_ROLE_SUFFIX = "_application";

    private static final Pattern SECRET_IN_URL =
            Pattern.compile("(?i)([a-z_]*(?:password|secret|token)[a-z_]*)=[^;&]*");

    private static final Pattern NEEDS_NO_SHELL_QUOTES = Pattern.compile("[\\w:/.,@%+=-]*");

    private final DataSource dataSource;
    private final String schema;

    private Migrations(DataSource dataSource, String schema) {
        this.dataSource = dataSource;
        this.schema = schema;
    }

    /**
     * The migrations of this schema in this database. Connects to nothing yet.
     *
     * @param dataSource where connections come from; stays the caller's to close
     * @param schema name of the schema in lower case, whatever case the database stores names in
     * @throws IllegalArgumentException if the name does not match {@code [a-z_][a-z0-9_]{0,62}}
     */
    public static Migrations of(DataSource dataSource, String schema) {
        Objects.requireNonNull(dataSource, "dataSource");
        return new Migrations(dataSource, checkedName(schema));
    }

    /**
     * Applies what is pending; creates the schema where it is missing. Where nothing is pending it only reads, and needs
     * no more privileges than {@link #status}.
     *
     * @throws MigrationsMissing if something is pending that this database user may not apply, or the database is read-only
     * @throws SchemaTooNew if a newer Daybook has migrated the schema
     * @throws SchemaNotOurs if the schema has tables but no history of ours
     * @throws MigrationsDiffer if an applied migration is not the one that this version has under its number
     * @throws UnsupportedDatabase if Daybook does not run on this database
     * @throws MigrationFailed if the database cannot be read, or a migration fails
     * @throws IllegalArgumentException if the database keeps this schema name for itself
     */
    public Report migrate() {
        return guarded(() -> {
            Facts facts = read();
            if (facts.pending().isEmpty()) {
                return new Report(schema, List.of(), facts.known());
            }
            try {
                return facts.dialect().exclusively(dataSource, schema, this::migrateAlone);
            } catch (SQLException | FlywayException e) {
                if (facts.dialect().notPermitted(Jdbc.sqlState(e))) {
                    throw facts.missing(e);
                }
                throw e;
            }
        });
    }

    private Report migrateAlone() throws SQLException {
        // Read again: another process may have been first.
        Facts facts = read();
        if (facts.pending().isEmpty()) {
            return new Report(schema, List.of(), facts.known());
        }
        long start = System.nanoTime();
        prepare(facts);
        List<Integer> applied = FlywayRun.migrate(dataSource, facts.history(), facts.scripts());
        // On H2 another process may have been first after all.
        if (!applied.isEmpty()) {
            LOG.info(
                    "Schema {}: applied migrations {} in {} ms.",
                    schema,
                    applied,
                    (System.nanoTime() - start) / 1_000_000);
        }
        return new Report(schema, applied, facts.known());
    }

    /** Makes the schema and its history table, which is Flyway's in shape, ours in name and comments. */
    private void prepare(Facts facts) throws SQLException {
        Jdbc.inTransaction(dataSource, connection -> {
            try (Statement statement = connection.createStatement()) {
                // Not "if not exists" alone: PostgreSQL asks for the privilege to create even where the schema is
                // there.
                if (!facts.history().schemaExists()) {
                    statement.execute(
                            "create schema if not exists \"" + facts.history().schema() + "\"");
                }
                statement.execute(Script.resource(facts.dialect().folder() + "/history.sql")
                        .replace("${schema}", facts.history().schema()));
            }
            return true;
        });
    }

    /**
     * How far the schema is. Only reads: it needs SELECT on {@code migrations} and USAGE on the schema (the operator role
     * has both), creates nothing, and judges nothing.
     *
     * @throws UnsupportedDatabase if Daybook does not run on this database
     * @throws MigrationFailed if the database cannot be read
     * @throws IllegalArgumentException if the database keeps this schema name for itself
     */
    public Status status() {
        return guarded(() -> {
            Facts facts = look();
            History history = facts.history();
            return new Status(
                    history.schemaExists(),
                    history.currentVersion(),
                    facts.pending().size());
        });
    }

    /**
     * Makes sure that the schema is as this version of Daybook needs it. Only reads, as {@link #status} does.
     *
     * @throws MigrationsMissing if something is pending
     * @throws SchemaTooNew if a newer Daybook has migrated the schema
     * @throws SchemaNotOurs if the schema has tables but no history of ours
     * @throws MigrationsDiffer if an applied migration is not the one that this version has under its number
     * @throws UnsupportedDatabase if Daybook does not run on this database
     * @throws MigrationFailed if the database cannot be read
     * @throws IllegalArgumentException if the database keeps this schema name for itself
     */
    public void validate() {
        guarded(() -> {
            Facts facts = read();
            if (!facts.pending().isEmpty()) {
                throw facts.missing(null);
            }
            return true;
        });
    }

    /**
     * SQL that makes the roles {@code <schema>_application} and {@code <schema>_operator} on PostgreSQL and grants each
     * what it needs, no more. For the owner of the schema to run, after every migration; running it again does no harm.
     *
     * @param schema name of the schema
     * @throws IllegalArgumentException if the name is not one for {@link #of}, or too long for the names of the roles
     */
    public static String rolesScript(String schema) {
        int max = NAME_LENGTH_MAX - LONGEST_ROLE_SUFFIX.length();
        if (checkedName(schema).length() > max) {
            throw new IllegalArgumentException(
                    "Schema name \"%s\" has %d characters; the roles are named after it, and PostgreSQL cuts names off after %d. Choose a schema name of at most %d."
                            .formatted(schema, schema.length(), NAME_LENGTH_MAX, max));
        }
        return Script.resource("postgresql/roles.sql").replace("${schema}", schema);
    }

    private static String checkedName(String schema) {
        if (!SCHEMA_NAME.matcher(schema).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no schema name for a daybook. Use lower-case letters, digits and underscores, at most %d of them, not a digit first (%s)."
                            .formatted(schema, NAME_LENGTH_MAX, SCHEMA_NAME));
        }
        return schema;
    }

    /** What is known of this database and schema, once it has been read. */
    private record Facts(String schema, String url, Dialect dialect, History history, List<Script> scripts) {

        List<Script> pending() {
            return history.pending(scripts);
        }

        /** The newest version there is, which the schema is at when nothing is pending. */
        int known() {
            return scripts.get(scripts.size() - 1).version();
        }

        MigrationsMissing missing(@Nullable Exception cause) {
            List<Integer> versions = pending().stream().map(Script::version).toList();
            return new MigrationsMissing(schema, history.currentVersion(), versions, command(), cause);
        }

        private String command() {
            String shown = SECRET_IN_URL.matcher(url).replaceAll("$1=***");
            String quoted = NEEDS_NO_SHELL_QUOTES.matcher(shown).matches() ? shown : "'" + shown + "'";
            return "daybook migrate --db " + quoted + (schema.equals(DEFAULT_SCHEMA) ? "" : " --schema " + schema);
        }
    }

    private Facts read() throws SQLException {
        Facts facts = look();
        facts.history().check(schema, facts.scripts());
        return facts;
    }

    private Facts look() throws SQLException {
        return Jdbc.reading(dataSource, this::look);
    }

    private Facts look(Connection connection) throws SQLException {
        DatabaseMetaData database = connection.getMetaData();
        Dialect dialect = Dialect.of(database).orElseThrow(() -> unsupported(database));
        if (dialect.reserved(schema)) {
            throw new IllegalArgumentException(
                    "The database keeps the schema name \"%s\" for itself. Choose another one.".formatted(schema));
        }
        return new Facts(
                schema,
                database.getURL(),
                dialect,
                History.read(connection, dialect, schema),
                Script.all(dialect.folder()));
    }

    private UnsupportedDatabase unsupported(DatabaseMetaData database) {
        try {
            return new UnsupportedDatabase(
                    schema, database.getDatabaseProductName(), database.getDatabaseProductVersion());
        } catch (SQLException e) {
            return new UnsupportedDatabase(schema, "unknown", "");
        }
    }

    private <T> T guarded(Dialect.Work<T> work) {
        try {
            return Collisions.outlast(work);
        } catch (SQLException | FlywayException e) {
            SQLException database = Jdbc.sqlException(e);
            String sqlState = database == null ? null : database.getSQLState();
            String what = "Schema %s: %s%s"
                    .formatted(
                            schema,
                            database == null ? e.getMessage() : database.getMessage(),
                            sqlState == null ? "" : " (SQLSTATE " + sqlState + ")");
            throw new MigrationFailed(schema, what, sqlState, e);
        }
    }
}
