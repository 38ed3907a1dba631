package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.daybook.Daybook;
import io.daybook.DaybookBuilder;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.doctor.Diagnosis;
import io.daybook.doctor.Doctor;
import io.daybook.doctor.Finding;
import io.daybook.doctor.Recovery;
import io.daybook.doctor.RecoveryRefused;
import io.daybook.doctor.Severity;
import io.daybook.evidence.Anchor;
import io.daybook.evidence.AnchorFinding;
import io.daybook.evidence.AnchorKey;
import io.daybook.evidence.AnchorTrust;
import io.daybook.evidence.AnchoredVerification;
import io.daybook.ledger.LedgerPoint;
import io.daybook.notifier.Registration;
import io.daybook.testkit.Await;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database is set back to an older backup: found, explained, and recovered without skipping anything. */
class DoctorRestoreIT {

    private EmbeddedPostgres server;

    /** Durable as in production, and not as in all other tests. */
    @BeforeEach
    void start() throws Exception {
        server = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        admin("create database live");
    }

    @AfterEach
    void end() throws IOException {
        server.close();
    }

    private String url(String database) {
        return server.getJdbcUrl("postgres", database);
    }

    private void execute(String database, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(database), "postgres", "");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private void admin(String... statements) throws SQLException {
        execute("postgres", statements);
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url("live"), "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private DaybookBuilder live() {
        return Daybook.builder().url(url("live")).user("postgres");
    }

    private static void say(Daybook daybook, int events) {
        for (int i = 0; i < events; i++) {
            daybook.transact(tx -> tx.create("order", UUID.randomUUID().toString(), Map.of()));
        }
        Await.sequenced(daybook);
    }

    /** A node that has consumed everything, and saved its cursor, at close. */
    private List<Long> consume(int sayFirst, long until) throws Exception {
        List<Long> received = Collections.synchronizedList(new ArrayList<>());
        try (Daybook daybook = live().open()) {
            say(daybook, sayFirst);
            Registration registration = daybook.notifier().register("billing");
            try (EventConsumer consumer = Consumers.consume(
                    registration, event -> received.add(event.position().orElseThrow()))) {
                Await.until(() -> registration.position() >= until, () -> registration + " is not at " + until);
                assertThat(consumer.isRunning()).isTrue();
            }
        }
        return received;
    }

    private void restoreTheBackup() throws SQLException {
        admin("drop database live with (force)", "create database live template backup");
    }

    private static AnchorFinding.Verdict verdict(Daybook daybook, Anchor anchor, AnchorKey key) {
        AnchoredVerification found = daybook.verify(List.of(anchor), AnchorTrust.of(key.publicKey()));
        assertThat(found.verification().isClean()).isTrue();
        return found.findings().get(0).verdict();
    }

    private static List<Finding> problems(Doctor doctor) {
        return doctor.examine().problems();
    }

    @Test
    void a_backup_that_is_consistent_in_itself_is_found_against_an_anchor_only() throws Exception {
        consume(10, 10);
        admin("create database backup template live");
        consume(10, 20);
        LedgerPoint anchor;
        Anchor signed;
        AnchorKey key = AnchorKey.generate(new SecureRandom());
        try (Daybook daybook = live().readOnly().open()) {
            anchor = daybook.headPoint();
            signed = daybook.evidence().anchor(key);
        }

        restoreTheBackup();

        try (Daybook daybook = live().readOnly().open()) {
            assertThat(daybook.doctor().examine().findings())
                    .as("fsync is on here, so nothing at all is found")
                    .allMatch(finding -> finding.severity() == Severity.OK);
            assertThat(daybook.doctor().compare(anchor).severity()).isEqualTo(Severity.ERROR);
            assertThat(verdict(daybook, signed, key)).isEqualTo(AnchorFinding.Verdict.CUT);
        }
        assertThat(consume(5, 15)).containsExactly(11L, 12L, 13L, 14L, 15L);
        assertThat(consume(5, 20)).hasSize(5);
        try (Daybook daybook = live().readOnly().open()) {
            assertThat(verdict(daybook, signed, key)).isEqualTo(AnchorFinding.Verdict.REWRITTEN);
        }
    }

    /** The cursors are newer than the ledger: tables restored one by one, or a node that outlived the restore wrote its place (watermill #576: readers of a restored database receive nothing). */
    @Test
    void cursors_that_are_newer_than_the_ledger_are_recovered_by_one_command() throws Exception {
        consume(10, 10);
        admin("create database backup template live");
        consume(10, 20);
        String hash;
        try (Daybook daybook = live().readOnly().open()) {
            hash = java.util.HexFormat.of().formatHex(daybook.headPoint().hash());
        }
        restoreTheBackup();
        execute(
                "live",
                "update daybook.cursors set position = 20, hash = decode('%s', 'hex'), saved = now() + interval '2 minutes'"
                        .formatted(hash));

        try (Daybook daybook = live().readOnly().open()) {
            assertThat(problems(daybook.doctor())).singleElement().satisfies(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                assertThat(finding.what()).endsWith("has finished position 20, but the ledger ends at 10.");
            });
            assertThat(daybook.doctor().recover("billing"))
                    .containsExactly(new Recovery("billing", 0, 20, 10, 0, "The ledger ended at 10."));
            assertThat(problems(daybook.doctor())).isEmpty();
        }
        assertThat(consume(12, 22)).hasSize(12).startsWith(11L).doesNotHaveDuplicates();
    }

    @Test
    void once_the_ledger_has_grown_again_the_operator_says_when_it_was_set_back() throws Exception {
        consume(10, 10);
        admin("create database backup template live");
        consume(10, 20);
        String hash;
        try (Daybook daybook = live().readOnly().open()) {
            hash = java.util.HexFormat.of().formatHex(daybook.headPoint().hash());
        }
        restoreTheBackup();
        Instant setBack = Instant.now();
        execute("live", "update daybook.cursors set position = 20, hash = decode('%s', 'hex')".formatted(hash));
        List<Long> received = Collections.synchronizedList(new ArrayList<>());
        try (Daybook daybook = live().open()) {
            // Until another history has the position of the cursor, and goes on past it.
            for (int events : new int[] {5, 15}) {
                say(daybook, events);
                assertThat(problems(daybook.doctor())).hasSize(1);
                assertThatExceptionOfType(RecoveryRefused.class)
                        .isThrownBy(() -> daybook.doctor().recover("billing"))
                        .withMessageContaining("--to");
            }
            long common = daybook.ledger().recordedUntil(setBack).position();
            assertThat(common).isEqualTo(10);
            daybook.doctor().recover("billing", common);
            assertThat(new Diagnosis(daybook.doctor().examine().findings()).isHealthy())
                    .isTrue();

            Registration registration = daybook.notifier().register("billing");
            try (EventConsumer consumer = Consumers.consume(
                    registration, event -> received.add(event.position().orElseThrow()))) {
                Await.until(() -> registration.position() >= 30, () -> registration + " is not at 30");
                assertThat(consumer.isRunning()).isTrue();
            }
        }
        assertThat(received).hasSize(20).startsWith(11L).doesNotHaveDuplicates();
    }

    /** A node runs through the restore: it may not deliver from the other history, and the doctor finds what it left. */
    @Test
    void a_node_that_outlives_the_restore_delivers_nothing_of_another_history() throws Exception {
        consume(10, 10);
        admin("create database backup template live");
        AtomicLong last = new AtomicLong();
        List<Long> received = Collections.synchronizedList(new ArrayList<>());
        try (Daybook node = live().open()) {
            Registration registration = node.notifier().register("billing");
            try (EventConsumer consumer = Consumers.consume(registration, event -> {
                received.add(event.position().orElseThrow());
                last.set(event.position().orElseThrow());
            })) {
                say(node, 10);
                Await.until(() -> last.get() == 20, () -> "not all was received: " + last.get());
                restoreTheBackup();
                // The first appends meet dead connections of the pool.
                Await.until(
                        () -> {
                            try {
                                say(node, 1);
                                return true;
                            } catch (io.daybook.event.DaybookException e) {
                                return false;
                            }
                        },
                        () -> "the node does not reach the restored database");
                say(node, 15);
                assertThat(number("select max(position) from daybook.ledger")).isGreaterThanOrEqualTo(26);
                assertThat(consumer).isNotNull();
            }
        }
        assertThat(received).as("nothing of the new history").hasSize(10).startsWith(11L);
        try (Daybook daybook = live().readOnly().open()) {
            long cursor = number("select position from daybook.cursors");
            // It either never wrote its place after the restore, and the cursor is that of the backup, or it did, and
            // is found.
            if (cursor == 10) {
                assertThat(problems(daybook.doctor())).isEmpty();
            } else {
                assertThat(problems(daybook.doctor())).hasSize(1);
                daybook.doctor().recover("billing", 10);
            }
        }
        long head = number("select max(position) from daybook.ledger");
        assertThat(consume(0, head)).hasSize((int) head - 10).startsWith(11L).doesNotHaveDuplicates();
    }
}
