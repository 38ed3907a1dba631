package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.AppendTimeout;
import io.daybook.Daybook;
import io.daybook.Tx;
import io.daybook.database.Database;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.sequencer.RoundStep;
import io.daybook.sequencer.Sequencer;
import io.daybook.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a round does when it is crashed, cut into pieces, held up, or its accelerators lie. */
abstract class RoundConformance {

    abstract TestDatabase newDatabase();

    TestDatabase database;
    Daybook daybook;

    @BeforeEach
    void open() {
        database = newDatabase();
        daybook = database.daybook().appendTimeout(Duration.ofSeconds(2)).open();
    }

    @AfterEach
    void close() throws Exception {
        daybook.close();
        database.close();
    }

    static void say(Tx tx, String id, int changes) {
        for (int change = 0; change < changes; change++) {
            tx.record("thing", id, Operation.of("TOUCH"), change);
        }
    }

    void awaitSequenced(int events) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(daybook.head()).isEqualTo(events));
    }

    @ParameterizedTest
    @EnumSource(RoundStep.class)
    void a_round_that_crashes_at_any_step_leaves_the_ledger_whole(RoundStep step) throws Exception {
        daybook.close();
        AtomicInteger crashes = new AtomicInteger();
        RoundStep.Bystander crasher = at -> {
            if (at == step && crashes.incrementAndGet() % 2 == 1) {
                throw new IllegalStateException("crash at " + step);
            }
        };
        try (Database other = Database.open(database.url(), database.user(), database.password(), 4, "daybook");
                Sequencer sequencer =
                        new Sequencer(other, head -> {}, Sequencer.BOUND, Sequencer.AUDIT_INTERVAL, crasher)) {
            sequencer.start();
            daybook = database.daybook().open();
            for (int unit = 0; unit < 30; unit++) {
                int id = unit % 3;
                daybook.transact(tx -> say(tx, "t" + id, 2));
                sequencer.wake();
            }
            awaitSequenced(60);
            Awaitility.await().until(() -> {
                daybook.transact(tx -> say(tx, "late", 1));
                sequencer.wake();
                return crashes.get() > 2;
            });
        }
        daybook.close();
        LogCheck.read(database).isWhole();
        daybook = database.daybook().open();
        LogCheck.verifies(daybook);
    }

    @Test
    void a_commit_larger_than_a_round_is_numbered_in_pieces_in_order_while_others_commit_and_pieces_crash()
            throws Exception {
        daybook.close();
        AtomicInteger rounds = new AtomicInteger();
        RoundStep.Bystander crasher = at -> {
            if (rounds.incrementAndGet() % 7 == 0) {
                throw new IllegalStateException("crash at " + at);
            }
        };
        int bound = 50;
        List<Long> committed = new ArrayList<>();
        try (Database other = Database.open(database.url(), database.user(), database.password(), 4, "daybook");
                Daybook writer = database.daybook().sequencing(false).open()) {
            // Nobody sequences while this is written: the window is far larger than the bound.
            for (int unit = 0; unit < 5; unit++) {
                String id = "big" + unit;
                committed.addAll(ids(writer.transact(tx -> say(tx, id, 400))));
                committed.addAll(ids(writer.transact(tx -> say(tx, "shared", 3))));
            }
            try (Sequencer sequencer = new Sequencer(other, head -> {}, bound, Sequencer.AUDIT_INTERVAL, crasher)) {
                sequencer.start();
                for (int unit = 0; unit < 40; unit++) {
                    committed.addAll(ids(writer.transact(tx -> say(tx, "shared", 2))));
                    sequencer.wake();
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> LogCheck.read(database).size() == committed.size());
            }
        }
        LogCheck.read(database).isWhole().hasExactly(committed);
        daybook = database.daybook().open();
        LogCheck.verifies(daybook);
    }

    /**
     * Once the one who closes ran the last round, if the thread had been alive a moment before; a thread that ended in between,
     * as on a busy machine, left events without a place.
     */
    @Test
    void the_last_round_is_run_by_the_thread_that_ends_with_it() throws Exception {
        daybook.close();
        List<Thread> inRounds = Collections.synchronizedList(new ArrayList<>());
        RoundStep.Bystander bystander = step -> inRounds.add(Thread.currentThread());
        try (Database other = Database.open(database.url(), database.user(), database.password(), 4, "daybook");
                Daybook writer = database.daybook().sequencing(false).open()) {
            Sequencer sequencer =
                    new Sequencer(other, head -> {}, Sequencer.BOUND, Sequencer.AUDIT_INTERVAL, bystander);
            sequencer.start();
            writer.transact(tx -> say(tx, "t", 1));
            sequencer.close();
            assertThat(writer.head()).isEqualTo(1);
            assertThat(inRounds).extracting(Thread::getName).containsOnly("daybook-sequencer");
            assertThat(inRounds).extracting(Thread::isAlive).containsOnly(false);
            sequencer.close();
        }
        daybook = database.daybook().open();
    }

    /** As a bulk load, or a copy of the table, leaves it: with nothing that tells a round of it. */
    abstract String insertBehindTheBack();

    @Test
    void events_that_came_in_behind_the_back_are_found_by_the_audit_and_numbered() throws Exception {
        daybook.transact(tx -> say(tx, "t", 3));
        awaitSequenced(3);
        daybook.close();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(insertBehindTheBack());
        }
        try (Database other = Database.open(database.url(), database.user(), database.password(), 4, "daybook");
                Sequencer sequencer = new Sequencer(
                        other, head -> {}, Sequencer.BOUND, Duration.ofMillis(50), RoundStep.Bystander.NOBODY)) {
            sequencer.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> LogCheck.read(database).size() == 4);
        }
        daybook = database.daybook().open();
        LogCheck.read(database).isWhole();
        LogCheck.verifies(daybook);
    }

    static List<Long> ids(Receipt receipt) {
        return receipt.events().stream().map(Receipt.Appended::eventId).toList();
    }

    @Test
    void an_open_unrelated_transaction_and_an_open_appending_one_delay_nobody_else() throws Exception {
        daybook.transact(tx -> tx.create("thing", "held", Map.of()));
        try (Connection unrelated = database.connect();
                Connection appending = database.connect();
                Statement statement = unrelated.createStatement()) {
            statement.execute("create table unrelated (x int)");
            unrelated.setAutoCommit(false);
            statement.execute("insert into unrelated values (1)");
            appending.setAutoCommit(false);
            Receipt open = daybook.join(appending, tx -> tx.update("thing", "held", "state", "open"));

            for (int unit = 0; unit < 200; unit++) {
                int id = unit;
                Receipt receipt = daybook.transact(tx -> say(tx, "t" + id % 20, 1));
                daybook.await(receipt, Duration.ofSeconds(2));
            }
            assertThat(daybook.head()).isEqualTo(201);
            long before = daybook.history("thing", "held").stream().count();
            assertThatThrownBy(() -> daybook.transact(tx -> tx.update("thing", "held", "state", "mine")))
                    .isInstanceOf(AppendTimeout.class);
            assertThat(daybook.history("thing", "held").stream().count()).isEqualTo(before);

            appending.commit();
            assertThat(daybook.await(open, Duration.ofSeconds(5))).isEqualTo(202);
            unrelated.rollback();
        }
        LogCheck.read(database).isWhole();
    }
}
