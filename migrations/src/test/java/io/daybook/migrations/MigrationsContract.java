package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import db.callback.ApplicationCallback;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What {@link Migrations} promises on every database. A database of its own for each test. */
abstract class MigrationsContract {

    static final List<Integer> ALL =
            Script.all("postgresql").stream().map(Script::version).toList();

    static final int NEWEST = ALL.get(ALL.size() - 1);

    TestDatabase database;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void give_each_test_a_database() throws Exception {
        database = newDatabase();
    }

    Migrations migrations(String schema) {
        return Migrations.of(database, schema);
    }

    // --- migrate ---

    @Test
    void an_empty_database_is_migrated_and_the_second_time_nothing_happens() throws Exception {
        assertThat(migrations("daybook").migrate()).isEqualTo(new Report("daybook", ALL, NEWEST));
        List<String> identity = database.query("select id, format, created from daybook.daybook");
        List<String> history = database.query("select * from daybook.migrations");

        assertThat(migrations("daybook").migrate()).isEqualTo(new Report("daybook", List.of(), NEWEST));

        assertThat(database.query("select id, format, created from daybook.daybook"))
                .isEqualTo(identity)
                .hasSize(1);
        assertThat(database.query("select id from daybook.sequencer")).containsExactly("1");
        assertThat(database.query("select * from daybook.migrations")).isEqualTo(history);
    }

    @Test
    void the_tables_are_found_without_quotes() throws Exception {
        migrations("daybook").migrate();

        assertThat(database.query("select * from daybook.events")).isEmpty();
        assertThat(database.query("select * from DAYBOOK.LEDGER")).isEmpty();
    }

    @Test
    void a_schema_that_is_there_and_empty_is_taken() throws Exception {
        database.execute("create schema daybook");

        assertThat(migrations("daybook").migrate().applied()).isEqualTo(ALL);
    }

    @Test
    void schemas_live_side_by_side_even_with_names_that_like_each_other() throws Exception {
        // In LIKE, which database metadata are asked with, tenant_1 finds tenantx1.
        for (String schema : List.of("tenantx1", "tenant_1", "order", "daybook")) {
            assertThat(migrations(schema).status()).isEqualTo(new Status(false, OptionalInt.empty(), ALL.size()));
            assertThat(migrations(schema).migrate()).isEqualTo(new Report(schema, ALL, NEWEST));
        }

        assertThat(List.of(
                        database.query("select id from tenantx1.daybook"),
                        database.query("select id from tenant_1.daybook"),
                        database.query("select id from daybook.daybook")))
                .doesNotHaveDuplicates();
    }

    @Test
    void connections_come_back_as_they_were_and_three_at_a_time_are_enough() throws Exception {
        List<Boolean> leftInAutoCommit = Collections.synchronizedList(new ArrayList<>());
        try (PoolOfThree pool = new PoolOfThree(database, leftInAutoCommit)) {
            List<String> before = pool.schemas(currentSchema());

            assertThat(Migrations.of(pool, "daybook").migrate().applied()).isEqualTo(ALL);
            Migrations.of(pool, "daybook").status();

            assertThat(pool.schemas(currentSchema())).isEqualTo(before);
        }
        assertThat(leftInAutoCommit).isNotEmpty().containsOnly(false);
        assertThat(database.openMax()).isLessThanOrEqualTo(3);
        assertThat(database.open()).isZero();
    }

    abstract String currentSchema();

    @Test
    void fifty_threads_at_once_all_succeed_and_one_of_them_does_it() throws Exception {
        migrateInThreads(50);
    }

    @Test
    void threads_at_once_in_an_empty_schema_never_take_each_others_tables_for_foreign_ones() throws Exception {
        database.execute("create schema daybook");

        migrateInThreads(20);
    }

    private void migrateInThreads(int count) throws Exception {
        List<Report> reports =
                Racers.race(count, () -> Migrations.of(database, "daybook").migrate());

        assertThat(reports).extracting(Report::currentVersion).containsOnly(NEWEST);
        assertThat(reports.stream().map(Report::applied).filter(applied -> !applied.isEmpty()))
                .containsExactly(ALL);
        assertThat(database.query("select id from daybook.daybook")).hasSize(1);
        assertThat(database.open()).isZero();
    }

    /** Every call to the database is where a process may end: the next one must be able to go on from there. */
    @Test
    void a_run_cut_off_at_any_of_its_calls_is_completed_by_the_next() throws Exception {
        int crashes = 0;
        for (int calls = 1; ; calls += crashStep()) {
            database = newDatabase();
            CrashingDataSource crashing = new CrashingDataSource(database, calls);
            if (crashing.survives(() -> Migrations.of(crashing, "daybook").migrate())) {
                break;
            }
            crashes++;
            List<Integer> applied = migrations("daybook").migrate().applied();

            assertThat(applied).as("after %d calls", calls).isIn(ALL, List.of());
            assertThat(database.query("select id from daybook.daybook")).hasSize(1);
            assertThat(database.query("select id from daybook.sequencer")).hasSize(1);
            assertThat(database.query("select count(*) from daybook.migrations where \"version\" is not null"))
                    .containsExactly(String.valueOf(ALL.size()));
        }
        assertThat(crashes).isGreaterThan(20);
    }

    /** How many calls to go on by: each crash takes a database. */
    abstract int crashStep();

    // --- status and validate ---

    @Test
    void status_tells_how_far_a_schema_is_and_creates_nothing() throws Exception {
        List<String> before = database.query("select schema_name from information_schema.schemata order by 1");

        assertThat(migrations("daybook").status()).isEqualTo(new Status(false, OptionalInt.empty(), ALL.size()));
        assertThat(database.query("select schema_name from information_schema.schemata order by 1"))
                .isEqualTo(before);

        database.execute("create schema daybook");
        assertThat(migrations("daybook").status()).isEqualTo(new Status(true, OptionalInt.empty(), ALL.size()));

        migrations("daybook").migrate();
        assertThat(migrations("daybook").status()).isEqualTo(new Status(true, OptionalInt.of(NEWEST), 0));
    }

    @Test
    void validate_names_the_command_while_something_is_pending() {
        assertThatExceptionOfType(MigrationsMissing.class)
                .isThrownBy(() -> migrations("daybook").validate())
                .withMessageContaining("Run: daybook migrate --db ")
                .satisfies(missing -> {
                    assertThat(missing.schema()).isEqualTo("daybook");
                    assertThat(missing.currentVersion()).isEmpty();
                    assertThat(missing.pending()).isEqualTo(ALL);
                    assertThat(missing.command()).contains(database.url().substring(0, 12));
                });
        assertThatExceptionOfType(MigrationsMissing.class)
                .isThrownBy(() -> migrations("tenant_1").validate())
                .satisfies(missing -> assertThat(missing.command()).endsWith(" --schema tenant_1"));

        migrations("daybook").migrate();
        migrations("daybook").validate();
    }

    @Test
    void a_schema_from_a_newer_daybook_is_refused() throws Exception {
        migrations("daybook").migrate();
        database.execute(insertIntoHistory(9, "9", 0, true));

        for (Runnable call : List.<Runnable>of(
                () -> migrations("daybook").migrate(),
                () -> migrations("daybook").validate())) {
            assertThatExceptionOfType(SchemaTooNew.class)
                    .isThrownBy(call::run)
                    .withMessageContaining("version 9")
                    .satisfies(tooNew -> {
                        assertThat(tooNew.found()).isEqualTo(9);
                        assertThat(tooNew.known()).isEqualTo(NEWEST);
                    });
        }
        assertThat(migrations("daybook").status()).isEqualTo(new Status(true, OptionalInt.of(9), 0));
    }

    @Test
    void a_schema_whose_migration_had_another_text_is_refused() throws Exception {
        migrations("daybook").migrate();
        database.execute("update daybook.migrations set \"checksum\" = 1 where \"version\" = '1'");

        for (Runnable call : List.<Runnable>of(
                () -> migrations("daybook").migrate(),
                () -> migrations("daybook").validate())) {
            assertThatExceptionOfType(MigrationsDiffer.class)
                    .isThrownBy(call::run)
                    .satisfies(differ -> assertThat(differ.version()).isEqualTo(1));
        }
    }

    @Test
    void a_schema_with_tables_of_somebody_else_is_refused_and_left_alone() throws Exception {
        // A table named migrations is no history of ours just because of its name: other frameworks have one, too.
        database.execute("create schema shop", "create table shop.migrations (id integer, batch integer)");
        database.execute("create view shop.batches as select batch from shop.migrations");

        for (Runnable call : List.<Runnable>of(
                () -> migrations("shop").migrate(), () -> migrations("shop").validate())) {
            assertThatExceptionOfType(SchemaNotOurs.class)
                    .isThrownBy(call::run)
                    .satisfies(notOurs -> assertThat(notOurs.tables())
                            .extracting(name -> name.toLowerCase(Locale.ROOT))
                            .containsExactly("batches", "migrations"));
        }
        assertThat(migrations("shop").status()).isEqualTo(new Status(true, OptionalInt.empty(), ALL.size()));
        assertThat(tablesIn("shop")).containsExactly("batches", "migrations");
    }

    @Test
    void a_schema_where_an_application_keeps_its_own_flyway_history_under_our_name_is_refused() throws Exception {
        database.execute("create schema daybook");
        database.execute(historySql(), insertIntoHistory(1, "1.1", 0, true));

        assertThatExceptionOfType(SchemaNotOurs.class)
                .isThrownBy(() -> migrations("daybook").migrate());
    }

    /** The script that makes the history table in schema daybook. */
    abstract String historySql();

    // --- beside the application's own Flyway ---

    @Test
    void an_application_runs_its_own_flyway_beside_ours(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("V1__shop.sql"), "create table shop (id integer);");
        Flyway application = Flyway.configure()
                .dataSource(database)
                .locations("filesystem:" + folder)
                .cleanDisabled(false)
                .load();
        ApplicationCallback.CALLED_BY.clear();

        application.migrate();
        List<String> applicationsHistory = database.query("select * from \"flyway_schema_history\"");
        assertThat(migrations("daybook").migrate().applied()).isEqualTo(ALL);
        assertThat(database.query("select * from \"flyway_schema_history\"")).isEqualTo(applicationsHistory);

        List<String> ours = tablesIn("daybook");
        List<String> ourHistory = database.query("select * from daybook.migrations");
        application.validate();
        application.clean();
        application.migrate();
        assertThat(tablesIn("daybook")).isEqualTo(ours);
        assertThat(database.query("select * from daybook.migrations")).isEqualTo(ourHistory);
        migrations("daybook").validate();

        // The class in db/callback belongs to the application's runs alone.
        assertThat(ApplicationCallback.CALLED_BY).isNotEmpty().containsOnly("flyway_schema_history");
    }

    @Test
    void flyway_is_quiet_for_us_and_goes_on_talking_for_the_application(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("V1__shop.sql"), "create table shop (id integer);");
        Flyway application = Flyway.configure()
                .dataSource(database)
                .locations("filesystem:" + folder)
                .load();
        Logger flyway = (Logger) LoggerFactory.getLogger("org.flywaydb");
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        flyway.addAppender(said);
        Level level = flyway.getLevel();
        flyway.setLevel(Level.INFO);
        flyway.setAdditive(false);
        try {
            migrations("daybook").migrate();
            assertThat(said.list).isEmpty();

            application.migrate();
            assertThat(said.list).isNotEmpty();
        } finally {
            flyway.detachAppender(said);
            flyway.setLevel(level);
            flyway.setAdditive(true);
        }
    }

    // --- what the catalogue holds ---

    @Test
    void every_table_and_every_column_has_a_comment() throws Exception {
        migrations("daybook").migrate();

        assertThat(tablesIn("daybook")).contains("events", "ledger", "migrations", "daybook", "cursors");
        assertThat(database.query(uncommented())).isEmpty();
    }

    /** Query for the tables and columns of schema daybook that have no comment. */
    abstract String uncommented();

    List<String> tablesIn(String schema) throws Exception {
        return database.query("select lower(table_name) from information_schema.tables where lower(table_schema) = '"
                + schema + "' order by 1");
    }

    static String insertIntoHistory(int rank, String version, int checksum, boolean success) {
        return """
                insert into daybook.migrations (
                    "installed_rank", "version", "description", "type", "script", "checksum", "installed_by", "execution_time", "success")
                values (%d, '%s', 'test', 'SQL', 'V%s__test.sql', %d, 'test', 0, %b)
                """.formatted(rank, version, version, checksum, success);
    }

    /** Three connections that are given out again and again, never in autocommit, as some pools are set up. */
    private static final class PoolOfThree extends ForwardingDataSource implements AutoCloseable {

        private final List<Connection> idle = new ArrayList<>();
        private final List<Boolean> autoCommitWhenReturned;

        PoolOfThree(DataSource target, List<Boolean> autoCommitWhenReturned) throws Exception {
            this.autoCommitWhenReturned = autoCommitWhenReturned;
            for (int i = 0; i < 3; i++) {
                Connection connection = target.getConnection();
                connection.setAutoCommit(false);
                idle.add(connection);
            }
        }

        List<String> schemas(String query) throws Exception {
            List<String> schemas = new ArrayList<>();
            for (Connection connection : idle) {
                schemas.addAll(TestDatabase.query(connection, query));
                connection.rollback();
            }
            return schemas;
        }

        @Override
        public synchronized Connection getConnection() {
            if (idle.isEmpty()) {
                throw new IllegalStateException("A fourth connection was asked for.");
            }
            Connection connection = idle.remove(0);
            return intercepting(connection, () -> {
                synchronized (this) {
                    autoCommitWhenReturned.add(connection.getAutoCommit());
                    connection.rollback();
                    idle.add(connection);
                }
            });
        }

        @Override
        public void close() throws SQLException {
            for (Connection connection : idle) {
                connection.close();
            }
        }
    }
}
