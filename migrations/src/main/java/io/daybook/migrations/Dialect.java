package io.daybook.migrations;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What one database product does in its own way. */
sealed interface Dialect permits H2, PostgreSql {

    /** Work that may fail in the database. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /** The dialect of this database; empty where Daybook does not run on it. */
    static Optional<Dialect> of(DatabaseMetaData database) throws SQLException {
        int major = database.getDatabaseMajorVersion();
        int minor = database.getDatabaseMinorVersion();
        return switch (database.getDatabaseProductName()) {
            case "H2" -> major > 2 || (major == 2 && minor >= 3) ? Optional.of(new H2()) : Optional.empty();
            case "PostgreSQL" -> major >= 14 ? Optional.of(new PostgreSql()) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** The name as the catalogue has it after it was written without quotes: so a person in a SQL shell needs none. */
    static String stored(DatabaseMetaData database, String name) throws SQLException {
        return database.storesUpperCaseIdentifiers() ? name.toUpperCase(Locale.ROOT) : name;
    }

    /** Folder of its scripts, beside this class. */
    String folder();

    /** Schema names that the database keeps for itself. */
    boolean reserved(String schema);

    boolean schemaExists(Connection connection, String schema) throws SQLException;

    /** Whether this table is a history that Flyway keeps; others also call a table migrations. */
    boolean isHistory(Connection connection, String schema, String table) throws SQLException;

    /** Names of the tables and views in the schema, sorted. */
    List<String> tables(Connection connection, String schema) throws SQLException;

    /** Whether this SQLSTATE says that the user may not do it here, where another user, or another server, could. */
    boolean notPermitted(@Nullable String sqlState);

    /** Runs the work while nobody else does it for the same schema, or as nearly so as the database knows how. */
    <T> T exclusively(DataSource dataSource, String schema, Work<T> work) throws SQLException;
}
