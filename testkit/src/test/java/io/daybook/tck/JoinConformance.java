package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Deadlock;
import io.daybook.EntityDeleted;
import io.daybook.EntityExists;
import io.daybook.EntityNotFound;
import io.daybook.NoTransaction;
import io.daybook.Tx;
import io.daybook.ValueTooLarge;
import io.daybook.VersionConflict;
import io.daybook.event.DaybookException;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.testkit.Collisions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Appending in the application's own transaction. */
abstract class JoinConformance extends Conformance {

    @BeforeEach
    void makeTable() throws SQLException {
        execute("create schema app", "create table app.orders (id varchar primary key)");
    }

    private static void insert(Connection connection, String id) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into app.orders values ('" + id + "')");
        }
    }

    private long rows() throws SQLException {
        return Long.parseLong(text("select count(*) from app.orders"));
    }

    @Test
    void events_and_rows_are_committed_together() throws Exception {
        try (Connection connection = transaction()) {
            insert(connection, "o-1");
            Receipt receipt = daybook().join(connection, tx -> tx.create("order", "o-1"));
            assertThat(receipt.events()).hasSize(1);
            assertThat(history("o-1")).as("not committed").isEmpty();
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(connection.isClosed()).isFalse();
            connection.commit();
            assertThat(daybook().await(receipt, LONG)).isEqualTo(1);
        }
        assertThat(versions("o-1")).containsExactly(1L);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void events_and_rows_are_rolled_back_together() throws Exception {
        try (Connection connection = transaction()) {
            insert(connection, "o-1");
            daybook().join(connection, tx -> tx.create("order", "o-1"));
            connection.rollback();
        }
        daybook().transact(tx -> tx.create("order", "o-2"));
        assertThat(ledger()).extracting(Event::entityId).containsExactly("o-2");
        assertThat(rows()).isZero();
    }

    @Test
    void a_rollback_to_a_savepoint_takes_back_what_came_after_it() throws Exception {
        try (Connection connection = transaction()) {
            Receipt first = daybook().join(connection, tx -> tx.create("order", "o-1"));
            Savepoint savepoint = connection.setSavepoint();
            daybook().join(connection, tx -> tx.update("order", "o-1", "n", 1));
            daybook().join(connection, tx -> tx.create("order", "o-2"));
            connection.rollback(savepoint);
            Receipt third = daybook().join(connection, tx -> tx.update("order", "o-1", "n", 2));
            assertThat(third.transactionId()).isEqualTo(first.transactionId());
            connection.commit();
        }
        assertThat(ledger()).extracting(Event::entityId).containsExactly("o-1", "o-1");
        assertThat(versions("o-1")).containsExactly(1L, 2L);
        assertThat(history("o-1").get(1).attributeValue().orElseThrow().as(Integer.class))
                .isEqualTo(2);
    }

    @Test
    void all_that_join_one_transaction_share_its_id_and_the_next_transaction_has_another() throws Exception {
        UUID first;
        UUID second;
        try (Connection connection = transaction()) {
            first = daybook().join(connection, tx -> tx.create("order", "o-1")).transactionId();
            assertThat(daybook()
                            .as("kim")
                            .join(connection, tx -> tx.create("order", "o-2"))
                            .transactionId())
                    .isEqualTo(first);
            connection.commit();
            second = daybook().join(connection, tx -> tx.create("order", "o-3")).transactionId();
            connection.rollback();
            assertThat(daybook()
                            .join(connection, tx -> tx.create("order", "o-4"))
                            .transactionId())
                    .isNotIn(first, second);
            connection.commit();
        }
        assertThat(first).isNotEqualTo(second);
        assertThat(history("o-1").get(0).transactionId()).isEqualTo(first);
        assertThat(history("o-2").get(0).transactionId()).isEqualTo(first);
        assertThat(history("o-3")).isEmpty();
        assertThat(daybook().outcome(first).orElseThrow().events()).hasSize(2);
        assertThat(daybook().outcome(second)).isEmpty();
    }

    @Test
    void an_id_that_was_rolled_back_to_a_savepoint_is_not_taken_for_that_of_the_transaction() throws Exception {
        try (Connection connection = transaction()) {
            insert(connection, "o-1");
            Savepoint savepoint = connection.setSavepoint();
            daybook().join(connection, tx -> tx.create("order", "o-1"));
            connection.rollback(savepoint);
            UUID second =
                    daybook().join(connection, tx -> tx.create("order", "o-2")).transactionId();
            UUID third =
                    daybook().join(connection, tx -> tx.create("order", "o-3")).transactionId();
            assertThat(third).isEqualTo(second);
            connection.commit();
        }
        assertThat(ledger()).hasSize(2);
    }

    @Test
    void a_later_join_sees_what_an_earlier_one_of_the_same_transaction_said() throws Exception {
        try (Connection connection = transaction()) {
            daybook().join(connection, tx -> tx.create("order", "o-1"));
            daybook().join(connection, tx -> tx.expecting(1).update("order", "o-1", "n", 1));
            assertThatThrownBy(() -> daybook().join(connection, tx -> tx.create("order", "o-1")))
                    .isInstanceOf(EntityExists.class);
            daybook().join(connection, tx -> tx.delete("order", "o-1"));
            assertThatThrownBy(() -> daybook().join(connection, tx -> tx.delete("order", "o-1")))
                    .isInstanceOf(EntityDeleted.class);
            connection.commit();
        }
        assertThat(versions("o-1")).containsExactly(1L, 2L, 3L);
    }

    /** Between the look of a statement and its lock another transaction may end: that must not cost the caller the transaction. */
    @Test
    void joins_of_one_entity_that_race_all_get_in_with_the_rows_of_their_transactions() throws Exception {
        long racers = 4;
        long rounds = 150;
        List<Collisions.Outcome<Boolean>> outcomes = Collisions.collide((int) racers, number -> {
            try (Connection connection = transaction()) {
                for (long round = 0; round < rounds; round++) {
                    insert(connection, "o-%d-%d".formatted(number, round));
                    daybook().join(connection, tx -> tx.record("order", "o-1", Operation.of("TOUCHED")));
                    connection.commit();
                }
            }
            return true;
        });
        assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.failure()).isNull());
        assertThat(rows()).isEqualTo(racers * rounds);
        assertThat(versions("o-1"))
                .isEqualTo(LongStream.rangeClosed(1, racers * rounds).boxed().toList());
    }

    @Test
    void there_must_be_a_transaction_to_join() throws Exception {
        try (Connection connection = database().connect()) {
            assertThatThrownBy(() -> daybook().join(connection, tx -> tx.create("order", "o-1")))
                    .isInstanceOf(NoTransaction.class);
        }
        assertThat(count("events")).isZero();
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                error(VersionConflict.class, tx -> tx.expecting(7).update("order", "o-1", "n", 1)),
                error(EntityExists.class, tx -> tx.create("order", "o-1")),
                error(EntityNotFound.class, tx -> tx.update("order", "never", "n", 1)),
                error(EntityDeleted.class, tx -> tx.update("order", "gone", "n", 1)),
                error(InvalidEvent.class, tx -> tx.create("ORDER", "o-1")),
                error(ValueTooLarge.class, tx -> tx.update("order", "o-1", "n", "x".repeat(1 << 20))));
    }

    private static Arguments error(Class<? extends DaybookException> type, Tx.Work<RuntimeException> work) {
        return Arguments.of(type, work);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("errors")
    void the_transaction_is_still_usable_after(Class<? extends DaybookException> type, Tx.Work<RuntimeException> work)
            throws Exception {
        daybook().transact(tx -> {
            tx.create("order", "o-1");
            tx.create("order", "gone");
            tx.delete("order", "gone");
        });
        try (Connection connection = transaction()) {
            insert(connection, "a");
            daybook().join(connection, tx -> tx.create("order", "before"));
            assertThatThrownBy(() -> daybook().join(connection, tx -> {
                        tx.create("order", "with");
                        work.run(tx);
                    }))
                    .isInstanceOf(type);
            daybook().join(connection, tx -> tx.create("order", "after"));
            insert(connection, "b");
            connection.commit();
        }
        assertThat(rows()).isEqualTo(2);
        assertThat(ledger()).extracting(Event::entityId).containsExactly("o-1", "gone", "gone", "before", "after");
    }

    @Test
    void what_the_work_throws_leaves_the_transaction_usable_too() throws Exception {
        try (Connection connection = transaction()) {
            assertThatThrownBy(() -> daybook().join(connection, tx -> {
                        tx.create("order", "o-1");
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");
            daybook().join(connection, tx -> tx.create("order", "o-2"));
            connection.commit();
        }
        assertThat(ledger()).extracting(Event::entityId).containsExactly("o-2");
    }

    @Test
    void a_jooq_context_can_be_joined() throws Exception {
        SQLDialect dialect = isPostgresql() ? SQLDialect.POSTGRES : SQLDialect.H2;
        try (Connection connection = transaction()) {
            DSLContext jooq = DSL.using(connection, dialect);
            insert(connection, "o-1");
            daybook().join(jooq, tx -> tx.create("order", "o-1"));
            daybook().as("kim").join(jooq, tx -> tx.update("order", "o-1", "n", 1));
            connection.commit();
        }
        DSL.using(database().dataSource(), dialect).transaction(configuration -> {
            configuration.dsl().execute("insert into app.orders values ('o-2')");
            daybook().join(configuration.dsl(), tx -> tx.create("order", "o-2"));
        });
        assertThatThrownBy(() -> DSL.using(database().dataSource(), dialect).transaction(configuration -> {
                    daybook().join(configuration.dsl(), tx -> tx.create("order", "o-3"));
                    throw new IllegalStateException("roll back");
                }))
                .hasMessageContaining("roll back");
        assertThatThrownBy(() ->
                        daybook().join(DSL.using(database().dataSource(), dialect), tx -> tx.create("order", "o-4")))
                .isInstanceOf(NoTransaction.class);
        assertThat(rows()).isEqualTo(2);
        assertThat(ledger()).extracting(Event::entityId).containsExactly("o-1", "o-1", "o-2");
    }

    @Test
    void an_open_transaction_delays_nothing_but_its_own_entities() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        try (Connection connection = transaction()) {
            daybook().join(connection, tx -> tx.update("order", "o-1", "n", 1));
            for (int i = 0; i < 20; i++) {
                String id = "other-" + i;
                Receipt receipt = daybook().transact(tx -> tx.create("order", id));
                assertThat(daybook().await(receipt, LONG)).isEqualTo(2 + i);
            }
            connection.commit();
        }
        List<Event> ledger = ledger();
        assertThat(ledger).hasSize(22);
        assertThat(ledger.get(21).entityId())
                .as("it came when it was committed")
                .isEqualTo("o-1");
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void an_append_waits_for_a_transaction_that_holds_its_entity_and_then_comes_after_it() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        try (Connection connection = transaction()) {
            daybook().join(connection, tx -> tx.update("order", "o-1", "n", 1));
            List<Collisions.Outcome<Receipt>> outcomes = Collisions.collide(3, n -> {
                if (n == 0) {
                    connection.commit();
                    return null;
                }
                return daybook().transact(tx -> tx.update("order", "o-1", "n", 1 + n));
            });
            Collisions.allSucceeded(outcomes);
        }
        assertThat(versions("o-1")).isEqualTo(upTo(4));
        assertThat(history("o-1").get(1).attributeValue().orElseThrow().as(Integer.class))
                .isEqualTo(1);
    }

    @Test
    void of_two_transactions_that_wait_for_each_other_one_is_told_to_roll_back() throws Exception {
        daybook().transact(tx -> {
            tx.create("order", "a");
            tx.create("order", "b");
        });
        List<Collisions.Outcome<Boolean>> outcomes;
        try (Connection one = transaction();
                Connection two = transaction()) {
            daybook().join(one, tx -> tx.update("order", "a", "by", 1));
            daybook().join(two, tx -> tx.update("order", "b", "by", 2));
            outcomes = Collisions.collide(2, n -> {
                Connection own = n == 0 ? one : two;
                try {
                    daybook().join(own, tx -> tx.update("order", n == 0 ? "b" : "a", "by", n + 1));
                    own.commit();
                    return true;
                } catch (Deadlock e) {
                    own.rollback();
                    daybook().join(own, tx -> tx.record("order", "loser", io.daybook.event.Operation.of("RETRIED")));
                    own.commit();
                    return false;
                }
            });
        }
        assertThat(Collisions.allSucceeded(outcomes)).containsExactlyInAnyOrder(true, false);
        assertThat(versions("a")).containsExactly(1L, 2L);
        assertThat(versions("b")).containsExactly(1L, 2L);
        assertThat(versions("loser")).containsExactly(1L);
        assertThat(ledger()).hasSize(5);
    }

    @Test
    void own_transactions_survive_what_others_lock_in_another_order() throws Exception {
        daybook().transact(tx -> {
            for (int i = 0; i < 6; i++) {
                tx.create("order", "o-" + i);
            }
        });
        List<Collisions.Outcome<Integer>> outcomes = Collisions.collide(4, n -> {
            int deadlocks = 0;
            for (int round = 0; round < 10; round++) {
                int from = round;
                if (n < 2) {
                    daybook().transact(tx -> {
                        for (int i = 0; i < 6; i++) {
                            tx.update("order", "o-" + i, "by", n);
                        }
                    });
                } else {
                    try (Connection connection = transaction()) {
                        daybook().join(connection, tx -> tx.update("order", "o-" + (from + n) % 6, "by", n));
                        daybook().join(connection, tx -> tx.update("order", "o-" + (from * n) % 6, "by", n));
                        connection.commit();
                    } catch (Deadlock e) {
                        deadlocks++;
                    }
                }
            }
            return deadlocks;
        });
        assertThat(outcomes.get(0).failure()).isNull();
        assertThat(outcomes.get(1).failure()).isNull();
        Collisions.allSucceeded(outcomes);
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void a_join_leaves_the_lock_timeout_of_the_session_as_it_was() throws Exception {
        try (Connection connection = transaction();
                Statement statement = connection.createStatement()) {
            statement.execute(isPostgresql() ? "set lock_timeout = '1234ms'" : "set lock_timeout 1234");
            connection.commit();
            daybook().join(connection, tx -> tx.create("order", "o-1"));
            assertThatThrownBy(() -> daybook().join(connection, tx -> tx.create("order", "o-1")))
                    .isInstanceOf(EntityExists.class);
            try (var row = statement.executeQuery(isPostgresql() ? "show lock_timeout" : "select lock_timeout()")) {
                row.next();
                assertThat(row.getString(1)).startsWith("1234");
            }
            connection.commit();
        }
    }

    @Test
    void the_context_of_a_join_is_that_of_its_unit_and_not_of_the_transaction() throws Exception {
        try (Connection connection = transaction()) {
            daybook().as("kim").join(connection, tx -> tx.create("order", "o-1", Map.of()));
            daybook().as("lee").because("told to").join(connection, tx -> tx.create("order", "o-2"));
            connection.commit();
        }
        assertThat(history("o-1").get(0).actor()).contains("kim");
        assertThat(history("o-1").get(0).reason()).isEmpty();
        assertThat(history("o-2").get(0).actor()).contains("lee");
    }
}
