package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.daybook.event.Change;
import io.daybook.event.Operation;
import io.daybook.ledger.Verification;
import io.daybook.testkit.Await;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody changes the tables behind Daybook's back, as the owner of the database can, and is found out. */
abstract class VerifyConformance extends Conformance {

    /** Who owns the table can. */
    private static final String DROP_LEDGER_CHECK =
            "alter table daybook.ledger drop constraint if exists ledger_position";

    /** Four events with everything, then four with as little as possible. */
    @BeforeEach
    void say() {
        for (int i = 1; i <= 4; i++) {
            int n = i;
            daybook()
                    .as("kim")
                    .because("reason " + i)
                    .correlatedWith("conversation " + i)
                    .causedBy(i)
                    .within(Map.of("host", "h" + i))
                    .transact(tx -> tx.append((n == 1 ? Change.create("order", "o-1") : Change.update("order", "o-1"))
                            .value(Map.of("n", n))
                            .metadata(Map.of("m", n))));
        }
        for (int i = 5; i <= 8; i++) {
            daybook().transact(tx -> tx.record("order", "o-2", Operation.of("ACT")));
        }
        Await.sequenced(daybook());
        assertThat(daybook().verify().problem()).isEmpty();
    }

    private long eventAt(long position) throws SQLException {
        return Long.parseLong(text("select event_id from daybook.ledger where position = " + position));
    }

    private void assertFirstBad(long position) {
        assertFirstBad(position, "");
    }

    private void assertFirstBad(long position, String word) {
        Verification verification = daybook().verify();
        assertThat(verification.isClean()).isFalse();
        Verification.Problem problem = verification.problem().orElseThrow();
        assertThat(problem.position()).as(problem.what()).isEqualTo(position);
        assertThat(problem.what()).contains(word);
        assertThat(verification.verified()).isEqualTo(Math.max(0, position - 1));
    }

    private String json(String json) {
        return isPostgresql() ? "'" + json + "'::jsonb" : "json '" + json + "'";
    }

    private String bytes(String hex) {
        return isPostgresql() ? "decode('" + hex + "', 'hex')" : "X'" + hex + "'";
    }

    /** Column, where (a full event or an empty one), and what to set it to; {@code json:} and {@code hex:} say the type. */
    static Stream<Arguments> eventColumns() {
        String uuid = "cast('00000000-0000-7000-8000-000000000000' as uuid)";
        return Stream.of(
                Arguments.of("event_id", 3, "999"),
                Arguments.of("entity_type", 3, "'orders'"),
                Arguments.of("entity_id", 3, "'o-3'"),
                Arguments.of("entity_id", 3, "'o-1 '"),
                Arguments.of("version", 3, "99"),
                Arguments.of("version", 4, "5"),
                Arguments.of("operation", 3, "'DELETION'"),
                Arguments.of("attribute_name", 3, "'n'"),
                Arguments.of("attribute_name", 7, "''"),
                Arguments.of("attribute_value", 3, "json:{\"n\":4}"),
                Arguments.of("attribute_value", 3, "json:{\"n\":\"3\"}"),
                Arguments.of("attribute_value", 3, "json:{}"),
                Arguments.of("attribute_value", 3, "json:null"),
                Arguments.of("attribute_value", 3, "null"),
                Arguments.of("attribute_value", 7, "json:null"),
                Arguments.of("metadata", 3, "json:{\"m\":4}"),
                Arguments.of("metadata", 3, "null"),
                Arguments.of("metadata", 7, "json:{}"),
                Arguments.of("creation_date", 3, "creation_date + interval '1' day"),
                Arguments.of("creation_date", 3, "creation_date + interval '0.000001' second"),
                Arguments.of("transaction_id", 3, uuid),
                Arguments.of("actor", 3, "'lee'"),
                Arguments.of("actor", 3, "null"),
                Arguments.of("actor", 3, "''"),
                Arguments.of("actor", 7, "''"),
                Arguments.of("actor", 7, "'kim'"),
                Arguments.of("reason", 3, "'another'"),
                Arguments.of("reason", 3, "null"),
                Arguments.of("reason", 7, "''"),
                Arguments.of("correlation_id", 3, "'another'"),
                Arguments.of("correlation_id", 3, "null"),
                Arguments.of("correlation_id", 7, "''"),
                Arguments.of("causation_position", 3, "1"),
                Arguments.of("causation_position", 3, "null"),
                Arguments.of("causation_position", 7, "0"),
                Arguments.of("causation_position", 7, "3"),
                Arguments.of("context", 3, "json:{\"host\":\"h1\"}"),
                Arguments.of("context", 3, "null"),
                Arguments.of("context", 7, "json:{}"),
                Arguments.of("salt", 3, "hex:00000000000000000000000000000000"),
                Arguments.of("salt", 3, "hex:"),
                Arguments.of("salt", 3, "null"),
                Arguments.of("salt", 7, "hex:00000000000000000000000000000000"),
                Arguments.of("salt", 7, "null"),
                Arguments.of("value_digest", 3, "hex:" + "00".repeat(32)),
                Arguments.of("value_digest", 7, "hex:" + "00".repeat(32)),
                Arguments.of("metadata_digest", 3, "hex:" + "00".repeat(32)),
                Arguments.of("metadata_digest", 7, "hex:" + "00".repeat(32)));
    }

    private String sql(String value) {
        if (value.startsWith("json:")) {
            return json(value.substring("json:".length()));
        }
        return value.startsWith("hex:") ? bytes(value.substring("hex:".length())) : value;
    }

    @ParameterizedTest(name = "events.{0} of position {1} = {2}")
    @MethodSource("eventColumns")
    void a_changed_event_is_found(String column, long position, String value) throws Exception {
        String set = column.equals("event_id") && isPostgresql() ? "overriding" : column;
        if (set.equals("overriding")) {
            // An identity column that is always generated takes no UPDATE, but who owns the table can change that.
            execute("alter table daybook.events alter column event_id set generated by default");
        } else if (column.equals("event_id")) {
            execute("alter table daybook.events alter column event_id drop identity");
        }
        execute("update daybook.events set %s = %s where event_id = %d"
                .formatted(column, sql(value), eventAt(position)));
        assertFirstBad(position);
    }

    static Stream<Arguments> ledgerColumns() {
        return Stream.of(
                Arguments.of("event_id", 3, "999", 3),
                Arguments.of("hash", 3, "hex:" + "00".repeat(32), 3),
                Arguments.of("hash", 8, "hex:" + "00".repeat(32), 8),
                Arguments.of("hash", 3, "hex:", 3),
                Arguments.of("recorded_at", 3, "recorded_at - interval '0.000001' second", 3),
                Arguments.of("recorded_at", 3, "recorded_at + interval '1' day", 3),
                Arguments.of("position", 8, "9", 8),
                Arguments.of("position", 1, "0", 0),
                Arguments.of("position", 3, "-3", -3));
    }

    @ParameterizedTest(name = "ledger.{0} of position {1} = {2}")
    @MethodSource("ledgerColumns")
    void a_changed_place_is_found(String column, long position, String value, long firstBad) throws Exception {
        execute(
                DROP_LEDGER_CHECK,
                "update daybook.ledger set %s = %s where position = %d".formatted(column, sql(value), position));
        assertFirstBad(firstBad);
    }

    @Test
    void a_deleted_event_is_found() throws Exception {
        execute("delete from daybook.events where event_id = " + eventAt(3));
        assertFirstBad(3, "missing");
    }

    @Test
    void the_deleted_last_event_is_found() throws Exception {
        execute("delete from daybook.events where event_id = " + eventAt(8));
        assertFirstBad(8, "missing");
    }

    @Test
    void a_deleted_place_in_the_middle_is_found() throws Exception {
        execute("delete from daybook.ledger where position = 3");
        assertFirstBad(3, "missing");
    }

    @Test
    void the_deleted_first_place_is_found() throws Exception {
        execute("delete from daybook.ledger where position = 1");
        assertFirstBad(1, "missing");
    }

    @Test
    void an_event_that_was_deleted_with_its_place_and_the_gap_closed_is_found() throws Exception {
        execute(
                "delete from daybook.events where event_id = " + eventAt(3),
                "delete from daybook.ledger where position = 3",
                "update daybook.ledger set position = position + 1000 where position > 3",
                "update daybook.ledger set position = position - 1001 where position > 1000");
        assertFirstBad(3);
    }

    @Test
    void an_inserted_place_without_an_event_is_found() throws Exception {
        execute("""
                insert into daybook.ledger (position, event_id, hash, recorded_at)
                select 9, 999, hash, recorded_at
                from daybook.ledger
                where position = 8""");
        assertFirstBad(9, "missing");
    }

    @Test
    void an_inserted_event_with_a_place_in_the_middle_is_found() throws Exception {
        execute(
                "update daybook.ledger set position = position + 1000 where position >= 3",
                "update daybook.ledger set position = position - 999 where position > 1000",
                """
                insert into daybook.events (entity_type, entity_id, version, operation, creation_date, transaction_id, salt)
                select entity_type, 'forged', 1, operation, creation_date, transaction_id, salt
                from daybook.events
                where entity_id = 'o-2' and version = 1
                """,
                """
                insert into daybook.ledger (position, event_id, hash, recorded_at)
                select 3, (select max(event_id) from daybook.events), hash, recorded_at
                from daybook.ledger
                where position = 2""");
        assertFirstBad(3);
    }

    private String event(String id, long version, String creationDate, String value) {
        return """
                insert into daybook.events (entity_type, entity_id, version, operation, creation_date, transaction_id, salt, attribute_value)
                select entity_type, '%s', %d, operation, %s, transaction_id, salt, %s
                from daybook.events
                where entity_id = 'o-2' and version = 1
                """.formatted(id, version, creationDate, value);
    }

    /** Inserted by hand: on H2 a round only looks at what somebody says is there. */
    private String waiting() {
        return isPostgresql()
                ? "select 1"
                : "insert into daybook.pending (event_id) select max(event_id) from daybook.events";
    }

    /** Whoever reads by position reads it first, and no hash is chained to it. */
    @Test
    void an_event_that_was_given_a_place_before_the_first_one_is_found() throws Exception {
        String place = """
                insert into daybook.ledger (position, event_id, hash, recorded_at)
                select 0, (select max(event_id) from daybook.events), hash, recorded_at
                from daybook.ledger
                where position = 1""";
        // With a transaction id that no round of the sequencer looks at.
        execute("""
                insert into daybook.events (
                    entity_type, entity_id, version, operation, creation_date, transaction_id, salt, database_txid)
                select entity_type, 'o-1', 5, operation, creation_date, transaction_id, salt, 1
                from daybook.events
                where entity_id = 'o-2' and version = 1""");
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(place));
        execute(DROP_LEDGER_CHECK, place);
        assertFirstBad(0, "begins at position 1");
        execute("delete from daybook.ledger where position > 0");
        assertFirstBad(0, "begins at position 1");
    }

    @Test
    void a_version_below_1_is_found() throws Exception {
        String event = event("forged", 0, "creation_date", "null");
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(event));
        execute("alter table daybook.events drop constraint events_version", event, waiting());
        Await.until(() -> daybook().head() == 9, () -> "the event gets no position");
        assertFirstBad(9, "begin at 1");
    }

    @Test
    void what_cannot_be_read_is_found_where_it_stands() throws Exception {
        String late = isPostgresql() ? "'infinity'" : "timestamp with time zone '300000-01-01 00:00:00+00'";
        execute(
                "alter table daybook.events drop constraint events_creation_date_in_range",
                "update daybook.events set creation_date = %s where event_id = %d".formatted(late, eventAt(6)));
        assertFirstBad(6, "out of the range");
        execute(
                "alter table daybook.events alter column transaction_id drop not null",
                "update daybook.events set transaction_id = null where event_id = " + eventAt(5));
        assertFirstBad(5, "no event has");
        execute(
                "alter table daybook.ledger alter column recorded_at drop not null",
                "update daybook.ledger set recorded_at = null where position = 4");
        assertFirstBad(4, "no event has");
    }

    /** docs/operations.md says what to do. */
    @Test
    void an_event_that_cannot_be_hashed_holds_up_the_ledger_until_somebody_takes_it_away() throws Exception {
        String late = isPostgresql() ? "'infinity'" : "timestamp with time zone '300000-01-01 00:00:00+00'";
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(event("forged", 1, late, "null")));
        execute(event("forged", 1, "creation_date", json("[".repeat(150) + "]".repeat(150))), waiting());
        String forged = text("select event_id from daybook.events where entity_id = 'forged'");
        daybook().transact(tx -> tx.record("order", "o-3", Operation.of("ACT")));
        Await.until(
                () -> daybook().sequencerFailure().isPresent(), () -> "nobody says that the sequencer stands still");
        assertThat(daybook().sequencerFailure().orElseThrow())
                .hasMessageContaining("Event " + forged)
                .hasMessageContaining("delete it");
        assertThat(daybook().head()).isEqualTo(8);

        execute("delete from daybook.events where event_id = " + forged);
        if (!isPostgresql()) {
            execute("delete from daybook.pending where event_id = " + forged);
        }

        Await.until(() -> daybook().head() == 9, () -> "the sequencer does not go on");
        assertThat(daybook().verify().problem()).isEmpty();
    }

    @Test
    void two_swapped_places_are_found() throws Exception {
        execute(
                "update daybook.ledger set position = 1000 where position = 3",
                "update daybook.ledger set position = 3 where position = 4",
                "update daybook.ledger set position = 4 where position = 1000");
        assertFirstBad(3);
    }

    @Test
    void two_swapped_events_are_found() throws Exception {
        long third = eventAt(3);
        long fourth = eventAt(4);
        execute(
                "update daybook.ledger set event_id = -1 where position = 3",
                "update daybook.ledger set event_id = %d where position = 4".formatted(third),
                "update daybook.ledger set event_id = %d where position = 3".formatted(fourth));
        assertFirstBad(3);
    }

    @Test
    void two_swapped_values_are_found() throws Exception {
        execute(
                "update daybook.events set attribute_value = case event_id when %d then %s else %s end where event_id in (%d, %d)"
                        .formatted(eventAt(3), json("{\"n\":4}"), json("{\"n\":3}"), eventAt(3), eventAt(4)));
        assertFirstBad(3);
    }

    @Test
    void the_identity_of_the_daybook_is_part_of_the_chain() throws Exception {
        execute("update daybook.daybook set id = cast('00000000-0000-4000-8000-000000000000' as uuid)");
        assertFirstBad(1);
    }

    @Test
    void a_cut_tail_is_found_against_the_head_that_was_kept_elsewhere() throws Exception {
        var anchor = daybook().headPoint();
        execute(
                "delete from daybook.events where event_id = " + eventAt(8),
                "delete from daybook.ledger where position = 8");
        assertThat(daybook().verify().problem()).isEmpty();
        assertThat(daybook().ledger().point(anchor.position())).isEmpty();
        daybook().transact(tx -> tx.record("order", "o-9", Operation.of("ACT")));
        Await.sequenced(daybook());
        assertThat(daybook().ledger().point(anchor.position()).orElseThrow()).isNotEqualTo(anchor);
    }

    @Test
    void what_only_speeds_things_up_may_change() throws Exception {
        execute("update daybook.ledger set snapshot = null", "update daybook.events set database_txid = 1");
        assertThat(daybook().verify().problem()).isEmpty();
    }

    @Test
    void a_value_that_was_erased_with_its_digests_left_is_no_problem_and_is_counted() throws Exception {
        long event = eventAt(7);
        String salt = text(
                isPostgresql()
                        ? "select encode(salt, 'hex') from daybook.events where event_id = " + event
                        : "select rawtohex(salt) from daybook.events where event_id = " + event);
        byte[] digest = java.security.MessageDigest.getInstance("SHA-256")
                .digest(java.util.HexFormat.of().parseHex(salt.toLowerCase(java.util.Locale.ROOT)));
        String hex = java.util.HexFormat.of().formatHex(digest);
        execute("update daybook.events set salt = null, value_digest = %s, metadata_digest = %s where event_id = %d"
                .formatted(bytes(hex), bytes(hex), event));
        Verification verification = daybook().verify();
        assertThat(verification.problem()).isEmpty();
        assertThat(verification.erased()).isEqualTo(1);
    }

    @Test
    void it_tells_what_it_looked_at_and_how_far_it_is() throws Exception {
        List<Long> progress = new ArrayList<>();
        Verification verification = daybook().verify((position, head) -> {
            assertThat(head).isEqualTo(8);
            progress.add(position);
        });
        assertThat(progress).isNotEmpty().isSorted().endsWith(8L);
        assertThat(verification.verified()).isEqualTo(8);
        assertThat(verification.head()).isEqualTo(daybook().headPoint());
        assertThat(verification.unsequenced()).isZero();
        assertThat(verification.erased()).isZero();
        assertThat(verification.isClean()).isTrue();
    }

    @Test
    void more_than_a_page_is_verified_with_progress_in_between() {
        int events = 12_000;
        for (int unit = 0; unit < 3; unit++) {
            daybook().transact(tx -> {
                for (int i = 0; i < events / 3; i++) {
                    tx.record("order", "many", Operation.of("ACT"));
                }
            });
        }
        Await.sequenced(daybook());
        List<Long> progress = new ArrayList<>();
        Verification verification = daybook().verify((position, head) -> progress.add(position));
        assertThat(verification.problem()).isEmpty();
        assertThat(verification.verified()).isEqualTo(events + 8);
        assertThat(progress).hasSizeGreaterThan(1).endsWith(events + 8L);
    }

    @Test
    void an_empty_ledger_is_clean() {
        try (var empty = newDatabase();
                var daybook = empty.daybook().open()) {
            Verification verification = daybook.verify();
            assertThat(verification.isClean()).isTrue();
            assertThat(verification.verified()).isZero();
        }
    }
}
