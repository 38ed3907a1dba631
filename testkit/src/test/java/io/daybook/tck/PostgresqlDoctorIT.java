package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.daybook.Daybook;
import io.daybook.doctor.Diagnosis;
import io.daybook.doctor.Doctor;
import io.daybook.doctor.EventIdsBehind;
import io.daybook.doctor.Finding;
import io.daybook.doctor.Limits;
import io.daybook.doctor.Severity;
import io.daybook.migrations.Migrations;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PostgresqlDoctorIT extends DoctorConformance implements Store.OnPostgresql {

    private String pid(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void who_holds_back_vacuum_is_named_with_pid_application_and_age() throws Exception {
        try (Connection old = transaction();
                Statement statement = old.createStatement()) {
            statement.execute("set application_name = 'nightly report'");
            statement.execute("set transaction isolation level repeatable read");
            statement.execute("select count(*) from daybook.events");

            Finding finding = found("vacuum", NO_PATIENCE, "pid " + pid(old));
            assertThat(finding.severity()).isEqualTo(Severity.WARNING);
            assertThat(finding.what())
                    .contains("pid " + pid(old))
                    .contains("application 'nightly report'")
                    .containsPattern("for \\d+ s, over \\d+ transaction");
            assertThat(finding.remedy()).contains("pg_terminate_backend(" + pid(old) + ")");
            // With the default limits it is young.
            assertThat(examine().problems()).isEmpty();
        }
    }

    @Test
    void an_open_appending_transaction_is_named_with_pid_application_and_age() throws Exception {
        try (Connection open = transaction();
                Statement statement = open.createStatement()) {
            statement.execute("set application_name = 'stuck shop'");
            daybook().join(open, tx -> tx.create("order", "o-open", java.util.Map.of()));

            Finding finding = found("transactions", NO_PATIENCE);
            assertThat(finding.what())
                    .contains("pid " + pid(open))
                    .contains("application 'stuck shop'")
                    .contains("idle in transaction")
                    .containsPattern("open for \\d+ s");
            assertThat(finding.remedy()).contains("pg_terminate_backend(" + pid(open) + ")");
        }
    }

    @Test
    void a_prepared_transaction_that_appended_is_named() throws Exception {
        try (Connection open = transaction();
                Statement statement = open.createStatement()) {
            daybook().join(open, tx -> tx.create("order", "o-prepared", java.util.Map.of()));
            statement.execute("prepare transaction 'two-phase 1'");
        }
        try {
            assertThat(found("transactions", NO_PATIENCE).what()).contains("Prepared transaction 'two-phase 1'");
            assertThat(found("vacuum", NO_PATIENCE, "two-phase 1").what())
                    .contains("Prepared transaction 'two-phase 1'");
        } finally {
            execute("rollback prepared 'two-phase 1'");
        }
    }

    @Test
    void a_daybook_whose_next_ids_are_taken_is_not_opened_to_append_and_is_repaired_by_one_command() throws Exception {
        say(3);
        long last = Long.parseLong(text("select max(event_id) from daybook.events"));
        daybook().close();
        execute("select setval('daybook.events_event_id_seq', 1)");

        assertThatExceptionOfType(EventIdsBehind.class)
                .isThrownBy(() -> database().daybook().open())
                .satisfies(e -> {
                    assertThat(e.next()).isEqualTo(2);
                    assertThat(e.last()).isEqualTo(last);
                })
                .withMessageContaining("`daybook doctor --repair-sequences`");

        try (Daybook reader = database().daybook().readOnly().open()) {
            assertThat(reader.doctor().repairSequences()).hasSize(1);
        }
        daybooks.reopen();
        say(1);
        assertThat(Long.parseLong(text("select max(event_id) from daybook.events")))
                .isEqualTo(last + 1);
    }

    @Test
    void an_accelerator_of_another_cluster_is_explained_and_healed_by_the_next_round() throws Exception {
        say(2);
        execute("update daybook.ledger set snapshot = '7 100:100: 0'");

        Finding finding = examine().findings().stream()
                .filter(f -> f.check().equals("accelerator"))
                .findFirst()
                .orElseThrow();
        assertThat(finding.severity()).isEqualTo(Severity.INFO);
        assertThat(finding.what()).contains("cluster 7");
        assertThat(finding.meaning()).contains("dumped and restored").contains("Nothing is lost");

        say(1);
        assertThat(examine().findings())
                .filteredOn(f -> f.check().equals("accelerator"))
                .allMatch(f -> f.severity() == Severity.OK);
    }

    @Test
    void an_accelerator_that_is_ahead_of_the_cluster_is_a_warning() throws Exception {
        say(2);
        daybook().close();
        execute(
                "update daybook.ledger set snapshot = regexp_replace(snapshot, ' [0-9]+:[0-9]+:', ' 99999999999:99999999999:')");
        try (Daybook reader = database().daybook().readOnly().open()) {
            assertThat(problems(reader.doctor().examine())).singleElement().satisfies(finding -> {
                assertThat(finding.check()).isEqualTo("accelerator");
                assertThat(finding.severity()).isEqualTo(Severity.WARNING);
            });
        }
    }

    @Test
    void synchronous_commit_off_is_found_for_this_user_and_for_others() throws Exception {
        String name = text("select current_database()");
        execute("alter database " + name + " set synchronous_commit = off");
        try (Daybook again = database().daybook().readOnly().open()) {
            assertThat(problems(again.doctor().examine()))
                    .extracting(Finding::what)
                    .hasSize(2)
                    .anyMatch(what -> what.startsWith("synchronous_commit is off for user "))
                    .anyMatch(what ->
                            what.equals("synchronous_commit is set to off for every role in database " + name + "."));
        }
    }

    @Test
    void the_roles_that_are_shipped_are_enough_for_the_doctor() throws Exception {
        String login = "doctor_" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        execute(
                Migrations.rolesScript("daybook"),
                "create role %s login password 'x' in role daybook_operator".formatted(login));
        try {
            say(2);
            try (Daybook reader = Daybook.builder()
                    .url(database().url())
                    .user(login)
                    .password("x")
                    .readOnly()
                    .open()) {
                Doctor doctor = reader.doctor();
                Diagnosis diagnosis = doctor.examine();
                assertThat(problems(diagnosis)).isEmpty();
                assertThat(diagnosis.findings())
                        .filteredOn(f -> f.check().equals("sequences"))
                        .allMatch(f -> f.severity() == Severity.OK)
                        .hasSize(2);
                try (Connection open = transaction()) {
                    daybook().join(open, tx -> tx.create("order", "o-open", java.util.Map.of()));
                    assertThat(doctor.examine(NO_PATIENCE, (position, head) -> {})
                                    .findings())
                            .as("of other users' transactions it may not know the age, and says so")
                            .anyMatch(f -> f.check().equals("transactions")
                                    && f.severity() == Severity.INFO
                                    && f.remedy().contains("pg_read_all_stats"));
                }
                execute("revoke select on all sequences in schema daybook from daybook_operator");
                assertThat(problems(doctor.examine()))
                        .hasSize(2)
                        .allMatch(f -> f.check().equals("sequences") && f.severity() == Severity.WARNING);
            }
        } finally {
            execute("drop role " + login);
        }
    }

    @Test
    void repairing_sequences_waits_for_open_appends_and_gives_up() throws Exception {
        say(1);
        try (Connection open = transaction()) {
            daybook().join(open, tx -> tx.create("order", "o-open", java.util.Map.of()));
            assertThatExceptionOfType(io.daybook.database.DatabaseFailure.class)
                    .isThrownBy(() -> daybook().doctor().repairSequences())
                    .satisfies(e -> assertThat(e.sqlState()).isEqualTo("55P03"));
        }
        assertThat(daybook().doctor().repairSequences()).isEmpty();
        assertThat(new Limits(Duration.ZERO, Duration.ZERO, Duration.ZERO)).isEqualTo(NO_PATIENCE);
    }
}
