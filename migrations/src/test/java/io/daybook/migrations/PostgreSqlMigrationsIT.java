package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The promises on PostgreSQL, and what only PostgreSQL has. */
class PostgreSqlMigrationsIT extends MigrationsContract {

    @Override
    TestDatabase newDatabase() throws SQLException {
        return Postgres.newDatabase();
    }

    @Override
    int crashStep() {
        return 5;
    }

    @Override
    String currentSchema() {
        return "select current_setting('search_path'), current_user, current_setting('statement_timeout')";
    }

    @Override
    String historySql() {
        return Script.resource("postgresql/history.sql").replace("${schema}", "daybook");
    }

    @Override
    String uncommented() {
        return """
                select c.relname, a.attname
                from pg_class c
                         join pg_attribute a on a.attrelid = c.oid
                where c.relnamespace = 'daybook'::regnamespace
                  and c.relkind in ('r', 'p', 'v', 'm')
                  and a.attnum >= 0
                  and not a.attisdropped
                  and col_description(c.oid, a.attnum) is null
                union all
                select c.relname, null
                from pg_class c
                where c.relnamespace = 'daybook'::regnamespace
                  and c.relkind in ('r', 'p', 'v', 'm')
                  and obj_description(c.oid, 'pg_class') is null
                union all
                select p.proname, null
                from pg_proc p
                where p.pronamespace = 'daybook'::regnamespace
                  and obj_description(p.oid, 'pg_proc') is null
                """;
    }

    @Test
    void an_application_that_has_an_append_of_its_own_is_no_obstacle() throws Exception {
        database.execute("create function public.append(a text) returns text language sql as 'select a'");

        assertThat(migrations("daybook").migrate().applied()).isEqualTo(ALL);
        assertThat(
                        database.query(
                                "select obj_description(oid, 'pg_proc') from pg_proc where proname = 'append' and pronamespace = 'public'::regnamespace"))
                .containsExactly("null");
    }

    @Test
    void an_owner_of_an_empty_schema_needs_no_privilege_on_the_database() throws Exception {
        database.execute("create role schema_owner login", "create schema daybook authorization schema_owner");

        assertThat(Migrations.of(database.as("schema_owner"), "daybook")
                        .migrate()
                        .applied())
                .isEqualTo(ALL);
        database.execute("drop owned by schema_owner", "drop role schema_owner");
    }

    @Test
    void a_user_who_may_not_create_tables_is_told_the_command() throws Exception {
        database.execute("create role nobody_much login");
        TestDatabase theirs = database.as("nobody_much");

        assertThatExceptionOfType(MigrationsMissing.class)
                .isThrownBy(() -> Migrations.of(theirs, "daybook").migrate())
                .withMessageContaining("may not run migrations")
                .withMessageContaining("Run: daybook migrate --db jdbc:postgresql://localhost:")
                .withCauseInstanceOf(SQLException.class);

        migrations("daybook").migrate();
        assertThatExceptionOfType(MigrationFailed.class)
                .isThrownBy(() -> Migrations.of(theirs, "daybook").status())
                .satisfies(failed -> assertThat(failed.sqlState()).contains("42501"));
        database.execute("drop role nobody_much");
    }

    @Test
    void an_operator_sees_the_status_and_the_application_finds_nothing_to_migrate() throws Exception {
        migrations("daybook").migrate();
        database.execute(
                Migrations.rolesScript("daybook"),
                "create role kim login in role daybook_operator",
                "create role till login in role daybook_application");

        assertThat(Migrations.of(database.as("kim"), "daybook").status())
                .isEqualTo(new Status(true, OptionalInt.of(NEWEST), 0));
        Migrations.of(database.as("kim"), "daybook").validate();
        assertThat(Migrations.of(database.as("till"), "daybook").migrate().applied())
                .isEmpty();
        database.execute("drop role kim", "drop role till");
    }

    @Test
    void a_read_only_database_is_told_the_command() throws Exception {
        database.execute("create role hot_standby login superuser");
        database.execute("alter role hot_standby set default_transaction_read_only = on");

        assertThatExceptionOfType(MigrationsMissing.class)
                .isThrownBy(() ->
                        Migrations.of(database.as("hot_standby"), "daybook").migrate())
                .withMessageContaining("Run: daybook migrate");
        database.execute("drop role hot_standby");
    }

    @Test
    void sessions_with_short_timeouts_and_strict_isolation_migrate_too() throws Exception {
        database.execute("create role strict login superuser");
        database.execute(
                "alter role strict set default_transaction_isolation = 'serializable'",
                "alter role strict set idle_in_transaction_session_timeout = '500ms'");

        List<Report> reports = Racers.race(
                8, () -> Migrations.of(database.as("strict"), "daybook").migrate());

        assertThat(reports).extracting(Report::currentVersion).containsOnly(NEWEST);
        database.execute("drop owned by strict", "drop role strict");
    }

    @Test
    void the_lock_is_free_again_after_a_failure() throws Exception {
        database.execute("create role hopeless login");
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(MigrationsMissing.class)
                    .isThrownBy(() ->
                            Migrations.of(database.as("hopeless"), "daybook").migrate());
        }
        assertThat(database.query("select pid from pg_locks where locktype = 'advisory'"))
                .isEmpty();
        assertThat(migrations("daybook").migrate().applied()).isEqualTo(ALL);
        database.execute("drop role hopeless");
    }

    /** A later migration may have to build an index without stopping the writers. */
    @Test
    void neither_who_holds_the_lock_nor_who_waits_for_it_keeps_back_an_index_built_concurrently() throws Exception {
        database.execute("create table public.t (id integer)");
        CompletableFuture<Void> waiting;
        try (Connection holder = database.getConnection();
                Statement statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(hashtextextended('daybook migrations of daybook', 0))");
            waiting = CompletableFuture.runAsync(() -> migrations("daybook").migrate());
            awaitSomebodyWaiting();
            assertThat(waiting).isNotDone();

            database.execute("set statement_timeout = '5s'", "create index concurrently on public.t (id)");

            assertThat(waiting).isNotDone();
        }
        waiting.get(10, TimeUnit.SECONDS);
        migrations("daybook").validate();
    }

    /** Until another session than this one and the holder's has asked for the lock. */
    private void awaitSomebodyWaiting() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (database.query("select pid from pg_stat_activity where datname = current_database() and query like"
                        + " 'select pg_try_advisory_lock%'")
                .isEmpty()) {
            assertThat(System.nanoTime()).as("nobody waits").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
