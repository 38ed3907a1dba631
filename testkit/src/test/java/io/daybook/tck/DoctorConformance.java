package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.doctor.Diagnosis;
import io.daybook.doctor.Doctor;
import io.daybook.doctor.Finding;
import io.daybook.doctor.Limits;
import io.daybook.doctor.Recovery;
import io.daybook.doctor.RecoveryRefused;
import io.daybook.doctor.Severity;
import io.daybook.ledger.LedgerPoint;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import io.daybook.testkit.Await;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Everything that doctor finds, brought about for real; and nothing that it finds where all is well. */
abstract class DoctorConformance extends Conformance {

    /** Everything that is there for no time at all is too long. */
    static final Limits NO_PATIENCE = new Limits(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** The default limits, but for events that will never have a position: tests that leave some do not wait for them. */
    private static final Limits QUICK =
            new Limits(Duration.ofMillis(300), Limits.DEFAULT.appending(), Limits.DEFAULT.vacuum());

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        // The clock of the tests stands still, which the doctor finds; it has a test of its own.
        return builder.clock(Clock.systemUTC());
    }

    void say(int events) {
        for (int i = 0; i < events; i++) {
            daybook().transact(tx -> tx.create("order", UUID.randomUUID().toString(), Map.of()));
        }
        Await.sequenced(daybook());
    }

    Doctor doctor() {
        return daybook().doctor();
    }

    Diagnosis examine() {
        return examine(QUICK);
    }

    /** Without what is wrong with every server that tests run on: they do not wait for disks. */
    Diagnosis examine(Limits limits) {
        return new Diagnosis(doctor().examine(limits, (position, head) -> {}).findings().stream()
                .filter(finding -> !isOfTestServers(finding))
                .toList());
    }

    static List<Finding> problems(Diagnosis diagnosis) {
        return diagnosis.problems().stream()
                .filter(finding -> !isOfTestServers(finding))
                .toList();
    }

    private static boolean isOfTestServers(Finding finding) {
        return finding.what().equals("fsync is off.") || finding.what().equals("full_page_writes is off.");
    }

    /** The only problem of that check. */
    Finding found(String check) {
        return found(check, QUICK);
    }

    Finding found(String check, Limits limits) {
        return found(check, limits, "");
    }

    /** @param of whom, where there may be others for a moment, such as a round */
    Finding found(String check, Limits limits, String of) {
        List<Finding> problems = examine(limits).problems().stream()
                .filter(finding ->
                        finding.check().equals(check) && finding.what().contains(of))
                .toList();
        assertThat(problems).hasSize(1);
        Finding finding = problems.get(0);
        assertThat(finding.meaning()).isNotEmpty();
        assertThat(finding.remedy()).isNotEmpty();
        return finding;
    }

    void assertHealthy() {
        assertThat(examine().findings()).isNotEmpty().allMatch(finding -> finding.severity() == Severity.OK);
    }

    private String bytes(String hex) {
        return isPostgresql() ? "decode('" + hex + "', 'hex')" : "X'" + hex + "'";
    }

    /** A registration that has finished everything. */
    private Registration finished() throws Exception {
        Registration registration = daybook().notifier().register("billing");
        long head = daybook().head();
        while (registration.position() < head) {
            registration.poll(LONG).ifPresent(Delivery::done);
        }
        long saved = head;
        Await.until(
                () -> {
                    try {
                        return Long.parseLong(text("select position from daybook.cursors")) == saved;
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                },
                () -> "the cursor was not saved");
        return registration;
    }

    private List<Long> received(Registration registration, long until) throws Exception {
        List<Long> positions = new ArrayList<>();
        while (positions.isEmpty() || positions.get(positions.size() - 1) < until) {
            Optional<Delivery> delivery = registration.poll(LONG);
            assertThat(delivery).isPresent();
            positions.add(delivery.get().event().position().orElseThrow());
            delivery.get().done();
        }
        return positions;
    }

    @Test
    void a_healthy_daybook_has_no_findings_and_every_check_says_so() throws Exception {
        assertHealthy();
        say(5);
        finished();

        assertHealthy();
        assertThat(examine().isHealthy()).isTrue();
        assertThat(examine().worst()).isEqualTo(Severity.OK);
        assertThat(examine().findings())
                .extracting(Finding::check)
                .contains(
                        "migrations",
                        "clock",
                        "sequences",
                        "ledger",
                        "waiting",
                        "cursors",
                        "leases",
                        "registrations",
                        "transactions");
        assertThat(examine().findings())
                .filteredOn(f -> f.check().equals("accelerator"))
                .hasSize(isPostgresql() ? 1 : 0);
        try (Daybook reader = settings(database().daybook()).readOnly().open()) {
            assertThat(problems(reader.doctor().examine())).isEmpty();
        }
    }

    @Test
    void ids_that_would_be_given_again_are_found_and_repaired() throws Exception {
        say(5);
        long last = Long.parseLong(text("select max(event_id) from daybook.events"));
        execute(
                isPostgresql()
                        ? "select setval('daybook.events_event_id_seq', 2)"
                        : "alter table daybook.events alter column event_id restart with 3");

        Finding finding = found("sequences");
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.what()).isEqualTo("events.event_id would go on with 3, but the last one is " + last + ".");
        assertThat(finding.remedy()).contains("daybook doctor --repair-sequences");

        assertThat(doctor().repairSequences())
                .containsExactly("events.event_id goes on with %d; it would have gone on with 3.".formatted(last + 1));
        assertThat(doctor().repairSequences()).isEmpty();
        assertHealthy();
        say(1);
        assertThat(Long.parseLong(text("select max(event_id) from daybook.events")))
                .isEqualTo(last + 1);
    }

    @Test
    void the_statement_in_the_remedy_repairs_the_sequence_too() throws Exception {
        say(3);
        execute(
                isPostgresql()
                        ? "select setval('daybook.events_event_id_seq', 1)"
                        : "alter table daybook.events alter column event_id restart with 1");
        String remedy = found("sequences").remedy();

        execute(remedy.substring(remedy.indexOf("It does: ") + "It does: ".length()));

        assertHealthy();
    }

    @Test
    void an_id_of_the_ledger_whose_event_is_gone_is_not_given_again_either() throws Exception {
        say(3);
        execute("delete from daybook.events where event_id = (select max(event_id) from daybook.ledger)");
        execute(
                isPostgresql()
                        ? "select setval('daybook.events_event_id_seq', (select max(event_id) from daybook.events))"
                        : "alter table daybook.events alter column event_id restart with (select max(event_id) + 1 from daybook.events)");

        assertThat(found("sequences").severity()).isEqualTo(Severity.ERROR);
        assertThat(found("ledger").what()).isEqualTo("The event of position 3 is missing.");
    }

    @Test
    void ids_of_candidates_that_would_be_given_again_are_found_and_repaired() throws Exception {
        daybook().notifier().register("billing");
        node("n-1", "interval '10' second");
        execute(
                "insert into daybook.candidates (registration, node) values ('billing', 'n-1')",
                isPostgresql()
                        ? "select setval('daybook.candidates_number_seq', 1, false)"
                        : "alter table daybook.candidates alter column number restart with 1");

        assertThat(found("sequences").what()).startsWith("candidates.number would go on with 1");
        assertThat(doctor().repairSequences()).hasSize(1);
        assertHealthy();
    }

    @Test
    void a_missing_position_is_found() throws Exception {
        say(6);
        execute("delete from daybook.ledger where position = 3");

        Finding finding = found("ledger");
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.what()).isEqualTo("Position 3 of the ledger is missing; it ends at 6.");
        execute("delete from daybook.ledger where position <= 2");
        assertThat(found("ledger").what()).isEqualTo("The ledger begins at position 4, not at 1.");
    }

    @Test
    void a_head_that_was_recorded_in_the_future_is_found() throws Exception {
        say(1);
        execute("update daybook.ledger set recorded_at = recorded_at + interval '1' hour");

        assertThat(found("ledger").what()).contains("after the present time of the database");
    }

    @Test
    void events_that_nobody_numbers_are_found_and_no_others() throws Exception {
        daybook().close();
        try (Daybook writer = settings(database().daybook()).sequencing(false).open()) {
            writer.transact(tx -> {
                tx.create("order", "o-1", Map.of());
                tx.create("order", "o-2", Map.of());
            });
            List<Finding> problems = problems(writer.doctor().examine(QUICK, (position, head) -> {}));
            assertThat(problems).singleElement().satisfies(finding -> {
                assertThat(finding.check()).isEqualTo("waiting");
                assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                assertThat(finding.what()).startsWith("2 committed events");
            });

            // A node that sequences is opened while the doctor waits.
            Thread opener = new Thread(() -> daybooks.reopen());
            opener.start();
            assertThat(problems(writer.doctor().examine())).isEmpty();
            opener.join();
        }
    }

    @Test
    void a_cursor_beyond_the_ledger_is_found_and_recovered_and_nothing_is_skipped() throws Exception {
        say(5);
        finished();
        daybook().close();
        // The ledger that the cursor followed had 9 positions; this backup has 5.
        execute(
                "update daybook.cursors set position = 9, hash = %s, owner = 'n-1', saved = saved + interval '2' minute"
                        .formatted(bytes("ab".repeat(32))),
                "insert into daybook.parked_events (registration, position, partition, entity_type, entity_id, attempts, parked)"
                        + " values ('billing', 2, 0, 'order', 'o-2', 1, current_timestamp),"
                        + " ('billing', 8, 0, 'order', 'o-8', 1, current_timestamp)",
                "insert into daybook.processed_events (consumer, position, processed)"
                        + " values ('billing', 5, current_timestamp), ('billing', 6, current_timestamp)");
        try (Daybook reader = settings(database().daybook()).readOnly().open()) {
            Doctor doctor = reader.doctor();
            List<Finding> cursors = doctor.examine().problems().stream()
                    .filter(f -> f.check().equals("cursors"))
                    .toList();
            assertThat(cursors).hasSize(2).allMatch(f -> f.severity() == Severity.ERROR);
            assertThat(cursors.get(0).what())
                    .isEqualTo("Registration billing, partition 0, has finished position 9, but the ledger ends at 5.");
            assertThat(cursors.get(0).remedy()).contains("daybook doctor --recover billing");
            assertThat(cursors.get(1).what()).contains("Consumer billing remembers 1 event after the head 5");

            String epoch = text("select epoch from daybook.cursors");
            List<Recovery> recoveries = doctor.recover("billing");
            assertThat(recoveries).containsExactly(new Recovery("billing", 0, 9, 5, 1, "The ledger ended at 5."));
            assertThat(Long.parseLong(text("select epoch from daybook.cursors")))
                    .isEqualTo(Long.parseLong(epoch) + 1);
            assertThat(text("select owner from daybook.cursors")).isEqualTo("null");
            assertThat(text("select max(position) from daybook.parked_events")).isEqualTo("2");
            assertThat(text("select max(position) from daybook.processed_events"))
                    .isEqualTo("5");
            assertThat(doctor.recover("billing")).isEmpty();
            execute("delete from daybook.parked_events");
        }
        daybooks.reopen();
        assertHealthy();
        say(3);
        assertThat(received(daybook().notifier().register("billing"), 8)).containsExactly(6L, 7L, 8L);
    }

    @Test
    void a_ledger_that_may_have_grown_since_it_was_set_back_is_not_believed() throws Exception {
        say(5);
        finished();
        daybook().close();
        execute("update daybook.cursors set position = 9, hash = " + bytes("ab".repeat(32)));
        try (Daybook reader = settings(database().daybook()).readOnly().open()) {
            Doctor doctor = reader.doctor();
            assertThatExceptionOfType(RecoveryRefused.class)
                    .isThrownBy(() -> doctor.recover("billing"))
                    .withMessageContaining("may have been appended after the database was set back")
                    .withMessageContaining("--to <instant>");
            assertThat(text("select position from daybook.cursors")).isEqualTo("9");
            assertThat(doctor.recover("billing", 3)).extracting(Recovery::to).containsExactly(3L);
        }
        daybooks.reopen();
        assertThat(received(daybook().notifier().register("billing"), 5)).containsExactly(4L, 5L);
    }

    @Test
    void a_cursor_of_another_history_is_found_and_goes_back_only_to_where_it_is_told() throws Exception {
        say(5);
        finished();
        daybook().close();
        execute("update daybook.cursors set position = 4, hash = " + bytes("ab".repeat(32)));
        try (Daybook reader = settings(database().daybook()).readOnly().open()) {
            Doctor doctor = reader.doctor();
            List<Finding> problems = problems(doctor.examine());
            assertThat(problems).singleElement().satisfies(finding -> {
                assertThat(finding.what())
                        .startsWith(
                                "Registration billing, partition 0, has finished position 4 with hash abababab, but");
                assertThat(finding.remedy()).contains("--recover billing --to <position>");
            });

            assertThatExceptionOfType(RecoveryRefused.class)
                    .isThrownBy(() -> doctor.recover("billing"))
                    .withMessageContaining("unknown position");
            for (long position : new long[] {4, 5, 6, -1}) {
                assertThatExceptionOfType(RecoveryRefused.class)
                        .as("never forwards, never to what is not there: %d", position)
                        .isThrownBy(() -> doctor.recover("billing", position))
                        .withMessageContaining("from 0 to 3");
            }
            assertThat(doctor.recover("billing", 1))
                    .extracting(Recovery::from, Recovery::to)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(4L, 1L));
            assertThatExceptionOfType(RecoveryRefused.class)
                    .isThrownBy(() -> doctor.recover("billing", 0))
                    .withMessageContaining("nothing to recover");
            assertThatExceptionOfType(RecoveryRefused.class)
                    .isThrownBy(() -> doctor.recover("nobody"))
                    .withMessageContaining("There is no registration nobody");
        }
        daybooks.reopen();
        assertThat(received(daybook().notifier().register("billing"), 5)).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void a_cursor_without_hash_or_with_one_at_the_beginning_is_found() throws Exception {
        say(2);
        finished();
        daybook().close();
        try (Daybook reader = settings(database().daybook()).readOnly().open()) {
            execute("update daybook.cursors set hash = null");
            assertThat(problems(reader.doctor().examine())).hasSize(1);
            execute("update daybook.cursors set position = 0");
            assertThat(problems(reader.doctor().examine())).isEmpty();
        }
    }

    private void node(String name, String lease) throws SQLException {
        execute("insert into daybook.nodes (node, process, host, pid, started, lease_until)"
                + " values ('%s', 'p', 'machine-1', 42, current_timestamp, current_timestamp + %s)"
                        .formatted(name, lease));
    }

    @Test
    void a_lease_that_nearly_never_ends_is_found() throws Exception {
        node("n-1", "interval '3' hour");

        Finding finding = found("leases");
        assertThat(finding.severity()).isEqualTo(Severity.ERROR);
        assertThat(finding.what()).startsWith("Node n-1 (machine-1, pid 42) has a lease until");
        execute(finding.remedy().substring("If its process is gone: ".length()));
        assertHealthy();
    }

    @Test
    void a_partition_that_living_nodes_leave_with_a_dead_one_is_found() throws Exception {
        daybook().notifier().register("billing");
        node("dead", "interval '-5' minute");
        execute("update daybook.cursors set owner = 'dead'");
        assertThat(examine().problems()).as("nobody wants it").isEmpty();
        node("living", "interval '30' second");
        execute("insert into daybook.candidates (registration, node) values ('billing', 'living')");

        assertThat(found("leases").what())
                .isEqualTo(
                        "Partition 0 of registration billing belongs to node dead, whose lease has ended, and 1 living node that"
                                + " wants to deliver it has not taken it for 5 min.");

        execute(
                "delete from daybook.nodes where node = 'dead'",
                "update daybook.cursors set saved = saved - interval '3' minute");
        assertThat(found("leases").severity()).as("its row is gone too").isEqualTo(Severity.ERROR);
        execute("update daybook.cursors set owner = 'living'");
        assertHealthy();
    }

    @Test
    void nodes_that_are_left_over_are_told() throws Exception {
        node("gone", "interval '-3' hour");

        Finding finding = examine().findings().stream()
                .filter(f -> f.severity() != Severity.OK)
                .reduce((one, other) -> {
                    throw new AssertionError(one + " and " + other);
                })
                .orElseThrow();
        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(finding.what()).startsWith("1 node is left over");
        execute(finding.remedy().substring("If they disturb you: ".length()));
        assertHealthy();
    }

    @Test
    void parked_events_and_paused_registrations_are_told() throws Exception {
        say(2);
        daybook().notifier().register("billing");
        execute(
                "insert into daybook.parked_events (registration, position, partition, entity_type, entity_id, attempts, parked)"
                        + " values ('billing', 2, 0, 'order', 'o-2', 1, current_timestamp)",
                "update daybook.registrations set paused = current_timestamp, pause_reason = 'the till is broken'");

        Finding parked = found("registrations");
        assertThat(parked.severity()).isEqualTo(Severity.WARNING);
        assertThat(parked.what())
                .contains("Registration billing has 1 event parked")
                .contains("position 2");
        assertThat(examine().findings())
                .anyMatch(f -> f.severity() == Severity.INFO && f.what().endsWith(": the till is broken."));

        execute("update daybook.parked_events set position = 7");
        assertThat(examine().worst()).as("parked in a history that is gone").isEqualTo(Severity.ERROR);
    }

    @Test
    void an_appending_transaction_that_stays_open_is_found() throws Exception {
        try (Connection open = transaction()) {
            daybook().join(open, tx -> tx.create("order", "o-open", Map.of()));
            Finding finding = found("transactions", NO_PATIENCE);
            assertThat(finding.severity()).isEqualTo(Severity.WARNING);
            assertThat(finding.what()).contains("appended");
            assertThat(examine().problems()).as("it is young").isEmpty();
            open.rollback();
            assertThat(examine(NO_PATIENCE).findings())
                    .filteredOn(f -> f.check().equals("transactions"))
                    .allMatch(f -> f.severity() == Severity.OK);
        }
    }

    @Test
    void the_statement_in_the_remedy_ends_an_open_appending_transaction() throws Exception {
        try (Connection open = transaction()) {
            daybook().join(open, tx -> tx.create("order", "o-open", Map.of()));
            String remedy = found("transactions", NO_PATIENCE).remedy();

            execute(remedy.substring(remedy.indexOf("roll it back: ") + "roll it back: ".length()));

            Await.until(
                    () -> examine(NO_PATIENCE).findings().stream()
                            .filter(f -> f.check().equals("transactions"))
                            .allMatch(f -> f.severity() == Severity.OK),
                    () -> "the transaction is still open");
        }
        daybook().transact(tx -> tx.create("order", "o-open", Map.of()));
    }

    @Test
    void an_unrelated_transaction_is_no_appending_one() throws Exception {
        execute("create table unrelated (id integer)");
        try (Connection open = transaction();
                var statement = open.createStatement()) {
            statement.execute("insert into unrelated values (1)");
            assertThat(examine(NO_PATIENCE).findings())
                    .filteredOn(f -> f.check().equals("transactions"))
                    .allMatch(f -> f.severity() == Severity.OK);
        }
    }

    @Test
    void a_clock_that_is_off_is_found() {
        daybook().close();
        try (Daybook off = database()
                .daybook()
                .clock(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(3)))
                .open()) {
            assertThat(problems(off.doctor().examine())).singleElement().satisfies(finding -> {
                assertThat(finding.check()).isEqualTo("clock");
                assertThat(finding.severity()).isEqualTo(Severity.WARNING);
                assertThat(finding.what()).contains("behind that of this node");
            });
        }
    }

    @Test
    void missing_migrations_are_found() throws Exception {
        daybook().close();
        try (Daybook reader = settings(database().daybook()).readOnly().open()) {
            execute("delete from daybook.migrations where \"version\" = '1'");

            List<Finding> problems = problems(reader.doctor().examine());
            assertThat(problems).extracting(Finding::check).containsExactly("migrations");
            assertThat(problems.get(0).remedy()).contains("daybook migrate");
        }
    }

    @Test
    void a_database_that_was_set_back_as_a_whole_is_found_against_an_anchor() throws Exception {
        say(3);
        LedgerPoint anchor = daybook().headPoint();
        assertThat(doctor().compare(anchor).severity()).isEqualTo(Severity.OK);

        assertThat(doctor().compare(new LedgerPoint(4, anchor.hash())).what())
                .isEqualTo("The ledger ends at position 3, before the anchor at 4.");
        assertThat(doctor().compare(new LedgerPoint(2, anchor.hash())).severity())
                .isEqualTo(Severity.ERROR);
    }

    @Test
    void opening_logs_what_is_wrong_and_opens_all_the_same() throws Exception {
        say(3);
        finished();
        daybook().close();
        execute("update daybook.cursors set position = 7", "delete from daybook.ledger where position = 2");
        Logger logger = (Logger) LoggerFactory.getLogger(Doctor.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.addAppender(said);
        Level level = logger.getLevel();
        logger.setLevel(Level.WARN);
        logger.setAdditive(false);
        try {
            daybooks.reopen();
        } finally {
            logger.setAdditive(true);
            logger.setLevel(level);
            logger.detachAppender(said);
        }
        assertThat(said.list)
                .filteredOn(event -> !event.getFormattedMessage().contains("_writes is off"))
                .filteredOn(event -> !event.getFormattedMessage().contains("fsync is off"))
                .allMatch(event -> event.getLevel() == Level.ERROR)
                .extracting(ILoggingEvent::getFormattedMessage)
                .satisfiesExactly(
                        message -> assertThat(message)
                                .contains("Position 2 of the ledger is missing")
                                .contains("daybook verify"),
                        message -> assertThat(message)
                                .contains("has finished position 7, but the ledger ends at 3")
                                .contains("daybook doctor --recover billing"));
    }

    @Test
    void nonsense_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Limits(Duration.ofSeconds(-1), Duration.ZERO, Duration.ZERO));
    }
}
