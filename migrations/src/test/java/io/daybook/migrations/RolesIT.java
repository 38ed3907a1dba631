package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the roles of {@code roles.sql} may do, and may not. */
class RolesIT {

    private static final String REFUSED = "42501";

    private static final String EVENT =
            "insert into daybook.events (%s entity_type, entity_id, version, operation, creation_date, transaction_id) %s values (%s 'order', 'o-1', 1, 'CREATION', now(), gen_random_uuid())";

    private TestDatabase database;

    @BeforeEach
    void migrate_and_make_the_roles_twice() throws Exception {
        database = Postgres.newDatabase();
        Migrations.of(database, "daybook").migrate();
        database.execute(Migrations.rolesScript("daybook"), Migrations.rolesScript("daybook"));
    }

    @Test
    void the_application_appends_and_numbers_events() throws Exception {
        assertThat(as(
                        "daybook_application",
                        EVENT.formatted("", "", ""),
                        "insert into daybook.ledger (position, event_id, hash, recorded_at, snapshot) values (1, 1, '\\x00', now(), 's')",
                        "select * from daybook.sequencer for update",
                        "select * from daybook.sequencer for update skip locked",
                        append(),
                        // What a round asks about the cluster.
                        "select system_identifier, pg_current_snapshot() from pg_control_system()"))
                .containsOnly("ok");
    }

    @Test
    void the_application_may_fill_every_column_of_an_event_but_the_two_that_the_database_fills() throws Exception {
        assertThat(database.query("""
                        select column_name
                        from information_schema.columns
                        where table_schema = 'daybook'
                          and table_name = 'events'
                          and not has_column_privilege('daybook_application', 'daybook.events', column_name, 'INSERT')
                        order by 1
                        """)).containsExactly("database_txid", "event_id");

        assertThat(as(
                        "daybook_application",
                        EVENT.formatted("event_id,", "overriding system value", "7,"),
                        EVENT.formatted("database_txid,", "", "7,")))
                .containsOnly(REFUSED);
    }

    @Test
    void the_application_may_not_change_what_was_said() throws Exception {
        for (String table : List.of("events", "ledger", "daybook", "migrations", "sensitive_attributes")) {
            String column = database.query(
                            "select min(column_name) from information_schema.columns where table_schema = 'daybook' and table_name = '%s'"
                                    .formatted(table))
                    .get(0);
            assertThat(as(
                            "daybook_application",
                            "update daybook.%s set %s = %s".formatted(table, column, column),
                            "delete from daybook." + table,
                            "truncate daybook." + table,
                            "drop table daybook." + table,
                            "alter table daybook.%s add column x integer".formatted(table)))
                    .as(table)
                    .containsOnly(REFUSED);
        }
        assertThat(as("daybook_application", "insert into daybook.daybook values (gen_random_uuid(), 1, now())"))
                .containsOnly(REFUSED);
        assertThat(as("daybook_application", "truncate daybook.cursors", "create table daybook.t (id integer)"))
                .containsOnly(REFUSED);
        // No way round through the sequence of the ids either: no nextval, no setval.
        assertThat(as("daybook_application", "select setval('daybook.events_event_id_seq', 1)"))
                .containsOnly(REFUSED);
    }

    @Test
    void the_application_keeps_registrations_cursors_leases_parked_events_and_states() throws Exception {
        assertThat(as(
                        "daybook_application",
                        "insert into daybook.registrations values ('r', '[]', 0, 1, now())",
                        "insert into daybook.cursors (registration, partition, position, epoch, saved) values ('r', 0, 0, 1, now())",
                        "update daybook.cursors set position = 1 where registration = 'r' and epoch = 1",
                        "insert into daybook.parked_events (registration, position, partition, entity_type, entity_id, attempts, parked) values ('r', 1, 0, 'order', 'o-1', 1, now())",
                        "update daybook.parked_events set attempts = 2",
                        "delete from daybook.parked_events",
                        "insert into daybook.nodes (node, process, host, pid, started, lease_until) values ('n', 'p', 'h', 1, now(), now())",
                        "update daybook.nodes set lease_until = now()",
                        "insert into daybook.candidates (registration, node) values ('r', 'n')",
                        "delete from daybook.candidates",
                        "delete from daybook.nodes",
                        "insert into daybook.processed_events (consumer, position, processed) values ('c', 1, now())",
                        "delete from daybook.processed_events",
                        "insert into daybook.entity_states values ('order', 'o-1', 1, 1, false, '{}', now(), now())",
                        "update daybook.entity_states set version = 2",
                        "delete from daybook.entity_states",
                        "update daybook.registrations set partitions = 2",
                        "delete from daybook.registrations"))
                .containsOnly("ok");
        assertThat(database.query("select * from daybook.cursors")).isEmpty();
    }

    @Test
    void the_application_declares_what_is_sensitive() throws Exception {
        assertThat(as(
                        "daybook_application",
                        "insert into daybook.sensitive_attributes (entity_type, attribute_name, declared_at) values ('customer', 'iban', now())",
                        "select * from daybook.sensitive_attributes"))
                .containsOnly("ok");
    }

    @Test
    void the_operator_reads_everything_and_changes_nothing() throws Exception {
        List<String> tables = tables("BASE TABLE");
        assertThat(tables).hasSizeGreaterThan(7);
        for (String table : tables) {
            assertThat(as("daybook_operator", "select * from daybook." + table))
                    .as(table)
                    .containsOnly("ok");
            assertThat(as(
                            "daybook_operator",
                            "insert into daybook." + table + " default values",
                            "delete from daybook." + table,
                            "truncate daybook." + table,
                            "select * from daybook." + table + " for update"))
                    .as(table)
                    .containsOnly(REFUSED);
        }
        assertThat(as("daybook_operator", append())).containsOnly(REFUSED);
    }

    @Test
    void the_operator_and_the_application_read_every_view_and_write_through_none() throws Exception {
        List<String> views = tables("VIEW");
        assertThat(views)
                .containsExactly(
                        "activity",
                        "entity_history",
                        "event_history",
                        "ledger_tail",
                        "registration_lag",
                        "units_of_work");
        for (String view : views) {
            for (String role : List.of("daybook_operator", "daybook_application")) {
                assertThat(as(role, "select * from daybook." + view))
                        .as("%s, %s", role, view)
                        .containsOnly("ok");
                assertThat(as(
                                role,
                                "insert into daybook." + view + " default values",
                                "delete from daybook." + view,
                                "truncate daybook." + view,
                                "drop view daybook." + view,
                                "create or replace view daybook." + view + " as select 1 as one"))
                        .as("%s, %s", role, view)
                        .doesNotContain("ok");
            }
        }
    }

    @Test
    void nobody_else_may_do_anything() throws Exception {
        database.execute("create role passer_by");
        assertThat(as("passer_by", "select * from daybook.events", append())).containsOnly(REFUSED);

        database.execute("grant usage on schema daybook to passer_by");
        assertThat(as(
                        "passer_by",
                        "select * from daybook.events",
                        "select * from daybook.event_history",
                        "select * from daybook.entity_history",
                        append()))
                .containsOnly(REFUSED);
        database.execute("drop owned by passer_by", "drop role passer_by");
    }

    @Test
    void running_the_script_again_takes_away_what_is_not_in_it() throws Exception {
        database.execute(
                "grant delete on daybook.events to daybook_application",
                "grant update (actor) on daybook.events to daybook_application",
                Migrations.rolesScript("daybook"));

        assertThat(as("daybook_application", "delete from daybook.events", "update daybook.events set actor = 'x'"))
                .containsOnly(REFUSED);
    }

    @Test
    void eight_runs_of_the_script_at_once_do_not_disturb_each_other() throws Exception {
        assertThat(Racers.race(8, () -> {
                    database.execute(Migrations.rolesScript("daybook"));
                    return "ok";
                }))
                .containsOnly("ok");
    }

    @Test
    void each_schema_has_roles_of_its_own() throws Exception {
        Migrations.of(database, "tenant_1").migrate();
        database.execute(Migrations.rolesScript("tenant_1"));

        assertThat(as("tenant_1_operator", "select * from tenant_1.events")).containsOnly("ok");
        assertThat(as("tenant_1_operator", "select * from daybook.events")).containsOnly(REFUSED);
    }

    @Test
    void a_schema_name_too_long_for_the_names_of_its_roles_is_refused() throws Exception {
        String longest = "x".repeat(51);
        Migrations.of(database, longest).migrate();
        database.execute(Migrations.rolesScript(longest));

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Migrations.rolesScript("x".repeat(52)))
                .withMessageContaining("at most 51");
    }

    private List<String> tables(String type) throws SQLException {
        return database.query(
                "select table_name from information_schema.tables where table_schema = 'daybook' and table_type = '%s' order by 1"
                        .formatted(type));
    }

    /** SQLSTATE of each statement, or "ok"; each in a transaction of its own. */
    private List<String> as(String role, String... statements) throws SQLException {
        List<String> outcomes = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set role " + role);
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                    outcomes.add("ok");
                } catch (SQLException e) {
                    outcomes.add(e.getSQLState());
                }
            }
        }
        return outcomes;
    }

    private static String append() {
        return """
                select *
                from daybook.append(
                    array ['order'], array ['o-2'], array ['ANY'], array [null]::bigint[],
                    array [1], array [1], array ['CREATION'], array [null]::varchar[],
                    array ['{}'], array [null]::text[], array [now()], now(), array ['\\x00']::bytea[],
                    gen_random_uuid(), null, null, null, null, null,
                    42, array [1], false, array [1]::bigint[], '1s', false, false)
                """;
    }
}
