package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.daybook.Daybook;
import io.daybook.StaleSnapshot;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.notifier.Registration;
import io.daybook.testkit.Await;
import io.daybook.testkit.Collisions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Isolation levels and settings that only PostgreSQL has. */
class PostgresqlTransactionIT extends Conformance implements Store.OnPostgresql {

    private static final Operation ACT = Operation.of("ACT");

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void a_transaction_that_cannot_see_the_newest_change_of_an_entity_is_told_to_begin_again(int isolation)
            throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        try (Connection connection = transaction();
                Statement statement = connection.createStatement()) {
            connection.setTransactionIsolation(isolation);
            statement.execute("select count(*) from daybook.events");
            daybook().transact(tx -> tx.update("order", "o-1", "n", 1));
            assertThat(catchThrowableOfType(
                            StaleSnapshot.class,
                            () -> daybook().join(connection, tx -> tx.update("order", "o-1", "n", 2))))
                    .hasMessageContaining("o-1");
            connection.rollback();
            daybook().join(connection, tx -> tx.update("order", "o-1", "n", 3));
            connection.commit();
        }
        assertThat(versions("o-1")).containsExactly(1L, 2L, 3L);
        assertThat(ledger()).hasSize(3);
    }

    @Test
    void a_transaction_that_sees_all_there_is_of_its_entities_is_welcome_at_any_level() throws Exception {
        try (Connection connection = transaction();
                Statement statement = connection.createStatement()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            statement.execute("select count(*) from daybook.events");
            daybook().transact(tx -> tx.create("order", "other"));
            daybook().join(connection, tx -> tx.create("order", "o-1"));
            daybook().join(connection, tx -> tx.update("order", "o-1", "n", 1));
            connection.commit();
        }
        assertThat(versions("o-1")).containsExactly(1L, 2L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"repeatable read", "serializable"})
    void a_database_with_another_default_isolation_changes_nothing(String isolation) throws Exception {
        daybook().close();
        execute("do $$ begin execute format('alter database %I set default_transaction_isolation = ''" + isolation
                + "''', current_database()); end $$");
        Daybook daybook = daybooks.reopen();
        assertThat(text("show transaction isolation level")).isEqualTo(isolation);
        Registration registration = daybook.notifier().register("r");
        int writers = 4;
        int each = 15;
        List<Collisions.Outcome<Boolean>> outcomes = Collisions.collide(writers, n -> {
            for (int i = 0; i < each; i++) {
                daybook.transact(tx -> tx.record("order", "o-1", ACT, n));
            }
            return true;
        });
        Collisions.allSucceeded(outcomes);
        assertThat(versions("o-1")).isEqualTo(upTo((long) writers * each));
        assertThat(ledger()).extracting(Event::version).isEqualTo(upTo((long) writers * each));
        for (int i = 0; i < writers * each; i++) {
            registration.poll(LONG).orElseThrow().done();
        }
        Await.caughtUp(daybook, registration);
        registration.save();
        assertThat(daybook.verify().problem()).isEmpty();
    }

    @Test
    void a_database_that_reads_only_by_default_can_still_be_read() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        Await.sequenced(daybook());
        daybook().close();
        execute(
                "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$");
        try (Daybook reader = database().daybook().readOnly().open()) {
            assertThat(reader.state("order", "o-1")).isPresent();
            assertThat(reader.verify().problem()).isEmpty();
        }
    }
}
