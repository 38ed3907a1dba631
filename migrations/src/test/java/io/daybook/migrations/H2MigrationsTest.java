package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promises on H2, in memory, and what only H2 has. */
class H2MigrationsTest extends MigrationsContract {

    @Override
    TestDatabase newDatabase() {
        return inMemory("");
    }

    private static TestDatabase inMemory(String settings) {
        return new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" + settings, "sa");
    }

    @Override
    int crashStep() {
        return 5;
    }

    @Override
    String currentSchema() {
        return "select current_schema";
    }

    @Override
    String historySql() {
        return Script.resource("h2/history.sql").replace("${schema}", "DAYBOOK");
    }

    @Override
    String uncommented() {
        return """
                select table_name, null
                from information_schema.tables
                where table_schema = 'DAYBOOK' and remarks is null
                union all
                select table_name, column_name
                from information_schema.columns
                where table_schema = 'DAYBOOK' and remarks is null
                """;
    }

    @Test
    void names_are_stored_as_the_database_stores_names() throws Exception {
        for (String settings : List.of(
                "",
                ";DATABASE_TO_LOWER=TRUE",
                ";DATABASE_TO_UPPER=FALSE",
                ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH",
                ";CASE_INSENSITIVE_IDENTIFIERS=TRUE")) {
            database = inMemory(settings);

            assertThat(migrations("daybook").migrate().applied()).as(settings).isEqualTo(ALL);
            assertThat(database.query("select * from daybook.events")).isEmpty();
            assertThat(migrations("daybook").status()).isEqualTo(new Status(true, OptionalInt.of(NEWEST), 0));
        }
    }

    @Test
    void a_file_is_migrated_once_and_found_migrated_after_it_was_closed(@TempDir Path folder) {
        database = new TestDatabase("jdbc:h2:file:" + folder.resolve("daybook"), "sa");

        assertThat(migrations("daybook").migrate().applied()).isEqualTo(ALL);
        assertThat(migrations("daybook").migrate().applied()).isEmpty();
    }

    @Test
    void a_migration_that_failed_is_run_again() throws Exception {
        migrations("daybook").migrate();
        database.execute(
                "update daybook.migrations set \"success\" = false where \"version\" = '1'",
                "drop table daybook.entity_states");

        assertThat(migrations("daybook").status()).isEqualTo(new Status(true, OptionalInt.empty(), ALL.size()));
        assertThat(migrations("daybook").migrate().applied()).isEqualTo(ALL);
        assertThat(tablesIn("daybook")).contains("entity_states");
    }

    @Test
    void a_failing_migration_says_what_the_database_said() throws Exception {
        database.execute("create schema daybook", "create domain daybook.d as integer");
        database.execute(
                historySql(),
                // A view where the first table goes.
                "create view daybook.events as select 1 as one");

        assertThatExceptionOfType(MigrationFailed.class)
                .isThrownBy(() -> migrations("daybook").migrate())
                .withMessageContaining("Schema daybook")
                .satisfies(failed -> assertThat(failed.sqlState()).isPresent());
    }

    @Test
    void a_user_who_may_only_read_sees_the_status_and_is_told_the_command() throws Exception {
        database.execute("create user reader password ''", "create schema shop");
        TestDatabase readers = database.as("reader");
        assertThatExceptionOfType(MigrationsMissing.class)
                .isThrownBy(() -> Migrations.of(readers, "daybook").migrate())
                .withMessageContaining("may not run migrations");

        migrations("daybook").migrate();
        database.execute("grant select on schema daybook to reader");

        assertThat(Migrations.of(readers, "daybook").status()).isEqualTo(new Status(true, OptionalInt.of(NEWEST), 0));
        assertThat(Migrations.of(readers, "daybook").migrate().applied()).isEmpty();
        Migrations.of(readers, "daybook").validate();
    }

    @Test
    void names_that_are_no_schema_names_are_refused() {
        for (String name : List.of("", "Daybook", "1st", "day-book", "day book", "a\"b", "x".repeat(64), "ä")) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .as(name)
                    .isThrownBy(() -> Migrations.of(database, name))
                    .withMessageContaining("lower-case letters");
            assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Migrations.rolesScript(name));
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> migrations("information_schema").migrate())
                .withMessageContaining("for itself");
        assertThat(migrations("x".repeat(63)).migrate().applied()).isEqualTo(ALL);
    }

    @Test
    void a_command_shows_no_password_and_can_be_pasted_into_a_shell() {
        MigrationsMissing missing =
                missingFrom("jdbc:postgresql://host/db?user=kim&password=geheim&sslmode=require&sslpassword=auch");
        assertThat(missing.command())
                .isEqualTo(
                        "daybook migrate --db 'jdbc:postgresql://host/db?user=kim&password=***&sslmode=require&sslpassword=***'");
        assertThat(missingFrom("jdbc:postgresql://host:5432/db").command())
                .isEqualTo("daybook migrate --db jdbc:postgresql://host:5432/db");
    }

    private MigrationsMissing missingFrom(String url) {
        try {
            Migrations.of(withMetaData("getURL", url), "daybook").validate();
            throw new AssertionError("Nothing was missing.");
        } catch (MigrationsMissing missing) {
            return missing;
        }
    }

    @Test
    void databases_that_daybook_does_not_run_on_are_named() {
        assertThatExceptionOfType(UnsupportedDatabase.class)
                .isThrownBy(() -> Migrations.of(withMetaData("getDatabaseProductName", "MariaDB"), "daybook")
                        .status())
                .withMessageContaining("The database is MariaDB 2.")
                .withMessageContaining("H2 2.3 and later")
                .satisfies(unsupported -> assertThat(unsupported.product()).isEqualTo("MariaDB"));
        assertThatExceptionOfType(UnsupportedDatabase.class)
                .isThrownBy(() -> Migrations.of(withMetaData("getDatabaseMinorVersion", 2), "daybook")
                        .migrate());
        // PostgreSQL 2.4, so to speak.
        assertThatExceptionOfType(UnsupportedDatabase.class)
                .isThrownBy(() -> Migrations.of(withMetaData("getDatabaseProductName", "PostgreSQL"), "daybook")
                        .validate());
    }

    private ForwardingDataSource withMetaData(String method, Object answer) {
        return new ForwardingDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = database.getConnection();
                DatabaseMetaData metaData = connection.getMetaData();
                return proxy(
                        Connection.class,
                        connection,
                        "getMetaData",
                        () -> proxy(DatabaseMetaData.class, metaData, method, () -> answer));
            }
        };
    }
}
