package io.daybook.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The PostgreSQL function {@code append}, called as plain SQL. */
class AppendIT {

    private static final UUID UNIT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID OTHER_UNIT = UUID.fromString("00000000-0000-0000-0000-000000000002");

    private TestDatabase database;

    @BeforeEach
    void migrate() throws Exception {
        database = Postgres.newDatabase();
        Migrations.of(database, "daybook").migrate();
    }

    @Test
    void a_creation_and_an_update_of_one_entity_are_appended() throws Exception {
        assertThat(database.query(createAndUpdate(UNIT, "NOT_ALIVE", "null", false)))
                .containsExactly("APPENDED " + UNIT + " 1 null 1 null", "APPENDED " + UNIT + " 2 null 2 null");

        assertThat(database.query("""
                        select event_id, entity_type, entity_id, version, operation, attribute_name, attribute_value,
                               creation_date = timestamptz '2026-01-01 12:00:00.123456+00', actor, reason, correlation_id,
                               causation_position, context, encode(salt, 'hex'), database_txid > 0
                        from daybook.events
                        order by event_id
                        """))
                .containsExactly(
                        "1 order o-1 1 CREATION null {\"status\": \"new\"} t kim why c-1 null {\"host\": \"h\"} 00 t",
                        "2 order o-1 2 UPDATE status \"paid\" t kim why c-1 null {\"host\": \"h\"} 01 t");
    }

    @Test
    void a_unit_whose_entity_is_not_as_required_is_refused_and_writes_nothing() throws Exception {
        assertThat(database.query(createAndUpdate(UNIT, "ALIVE", "null", false)))
                .containsExactly("REFUSED null null 1 0 ABSENT");
        assertThat(database.query("select * from daybook.events")).isEmpty();

        database.query(createAndUpdate(UNIT, "NOT_ALIVE", "null", false));
        assertThat(database.query(createAndUpdate(OTHER_UNIT, "NOT_ALIVE", "null", false)))
                .containsExactly("REFUSED null null 1 2 ALIVE");
        assertThat(database.query(createAndUpdate(OTHER_UNIT, "ANY", "1", false)))
                .containsExactly("REFUSED null null 1 2 ALIVE");
        assertThat(database.query("select count(*) from daybook.events")).containsExactly("2");

        assertThat(database.query(createAndUpdate(OTHER_UNIT, "ANY", "2", false)))
                .containsExactly(
                        "APPENDED " + OTHER_UNIT + " 3 null 3 null", "APPENDED " + OTHER_UNIT + " 4 null 4 null");
    }

    @Test
    void a_unit_said_once_is_found_again() throws Exception {
        List<String> first = database.query(createAndUpdate(UNIT, "NOT_ALIVE", "null", true));
        assertThat(first).allMatch(row -> row.startsWith("APPENDED"));

        assertThat(database.query(createAndUpdate(UNIT, "NOT_ALIVE", "null", true)))
                .containsExactly("EARLIER " + UNIT + " 1 null 1 null", "EARLIER " + UNIT + " 2 null 2 null");
        assertThat(database.query("select count(*) from daybook.events")).containsExactly("2");
    }

    @Test
    void units_joined_to_one_transaction_share_the_first_ones_id() throws Exception {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            List<String> rows = new ArrayList<>();
            rows.addAll(TestDatabase.query(connection, joined(createAndUpdate(UNIT, "ANY", "null", false))));
            rows.addAll(TestDatabase.query(connection, joined(createAndUpdate(OTHER_UNIT, "ANY", "null", false))));
            connection.commit();
            rows.addAll(TestDatabase.query(connection, joined(createAndUpdate(OTHER_UNIT, "ANY", "null", false))));
            connection.commit();

            assertThat(rows).hasSize(6);
            assertThat(rows.subList(0, 4)).allMatch(row -> row.contains(UNIT.toString()));
            assertThat(rows.subList(4, 6)).allMatch(row -> row.contains(OTHER_UNIT.toString()));
        }
    }

    @Test
    void the_life_of_an_entity_looks_past_acts() throws Exception {
        database.query(createAndUpdate(UNIT, "NOT_ALIVE", "null", false));
        database.execute(event(3, "APPROVAL"));
        assertThat(database.query(createAndUpdate(OTHER_UNIT, "NOT_ALIVE", "null", false)))
                .containsExactly("REFUSED null null 1 3 ALIVE");

        database.execute(event(4, "DELETION"), event(5, "APPROVAL"));
        assertThat(database.query(createAndUpdate(OTHER_UNIT, "ALIVE", "null", false)))
                .containsExactly("REFUSED null null 1 5 DELETED");
    }

    @Test
    void the_callers_lock_timeout_is_kept_and_the_units_is_obeyed() throws Exception {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            TestDatabase.query(connection, "select set_config('lock_timeout', '7s', false)");
            TestDatabase.query(connection, createAndUpdate(UNIT, "ANY", "null", false));
            assertThat(TestDatabase.query(connection, "select current_setting('lock_timeout')"))
                    .containsExactly("7s");

            assertThat(catchState(createAndUpdate(OTHER_UNIT, "ANY", "null", false)))
                    .isEqualTo("55P03");
        }
    }

    private String catchState(String sql) {
        try {
            database.query(sql);
            return "none";
        } catch (java.sql.SQLException e) {
            return e.getSQLState();
        }
    }

    private static String joined(String append) {
        return append.replace("/* joined */ false", "true");
    }

    private static String createAndUpdate(UUID unit, String requirement, String expectedVersion, boolean once) {
        return """
                select outcome, unit, event, entity_number, entity_version, life
                from daybook.append(
                    array ['order'], array ['o-1'], array ['%s'], array [%s]::bigint[],
                    array [1, 1], array [1, 2], array ['CREATION', 'UPDATE'], array [null, 'status'],
                    array ['{"status": "new"}', '"paid"'], array [null, null]::text[],
                    array [timestamptz '2026-01-01 12:00:00.123456+00'], timestamptz '2026-01-01 12:00:00.123456+00',
                    array ['\\x00', '\\x01']::bytea[],
                    '%s', 'kim', 'why', 'c-1', null, '{"host": "h"}',
                    42, array [1, 2], false, array [4711]::bigint[], '300ms',
                    /* joined */ false, %b)
                """.formatted(requirement, expectedVersion, unit, once);
    }

    private static String event(int version, String operation) {
        return """
                insert into daybook.events (entity_type, entity_id, version, operation, creation_date, transaction_id)
                values ('order', 'o-1', %d, '%s', now(), gen_random_uuid())
                """.formatted(version, operation);
    }
}
