package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.daybook.AppendTimeout;
import io.daybook.DaybookBuilder;
import io.daybook.event.Event;
import io.daybook.event.Receipt;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Appends that wait for others no longer than they may. */
abstract class TimeoutConformance extends Conformance {

    private static final Duration TIMEOUT = Duration.ofMillis(400);

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.appendTimeout(TIMEOUT);
    }

    @Test
    void an_own_append_gives_up_and_has_written_nothing() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        try (Connection connection = transaction()) {
            daybook().join(connection, tx -> tx.update("order", "o-1", "n", 1));
            AppendTimeout timeout = catchThrowableOfType(
                    AppendTimeout.class,
                    () -> daybook().transact(tx -> {
                        tx.create("order", "o-2");
                        tx.update("order", "o-1", "n", 2);
                    }));
            assertThat(timeout.timeout()).isEqualTo(TIMEOUT);
            assertThat(timeout).hasMessageContaining("400 ms").hasMessageContaining("o-1");
            daybook().transact(tx -> tx.create("order", "o-3"));
            connection.commit();
        }
        daybook().transact(tx -> tx.update("order", "o-1", "n", 3));
        assertThat(ledger()).extracting(Event::entityId).containsExactlyInAnyOrder("o-1", "o-1", "o-1", "o-3");
        assertThat(versions("o-1")).containsExactly(1L, 2L, 3L);
    }

    @Test
    void a_joined_append_gives_up_and_its_transaction_can_be_rolled_back_and_repeated() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        try (Connection one = transaction();
                Connection two = transaction()) {
            daybook().join(one, tx -> tx.update("order", "o-1", "n", 1));
            AppendTimeout timeout = catchThrowableOfType(
                    AppendTimeout.class, () -> daybook().join(two, tx -> tx.update("order", "o-1", "n", 2)));
            assertThat(timeout).hasMessageContaining("roll your transaction back");
            two.rollback();
            one.commit();
            daybook().join(two, tx -> tx.update("order", "o-1", "n", 3));
            two.commit();
        }
        assertThat(versions("o-1")).containsExactly(1L, 2L, 3L);
        assertThat(ledger()).hasSize(3);
    }

    @Test
    void a_repeated_unit_gives_up_too_when_the_first_try_does_not_end() throws Exception {
        try (Connection connection = transaction()) {
            daybook().once("k").join(connection, tx -> tx.create("order", "o-1"));
            assertThat(catchThrowableOfType(
                            AppendTimeout.class, () -> daybook().once("k").transact(tx -> tx.create("order", "o-2"))))
                    .isNotNull();
            connection.rollback();
        }
        assertThat(daybook().once("k").transact(tx -> tx.create("order", "o-2")).repeated())
                .isFalse();
    }

    @Test
    void the_whole_wait_is_limited_however_many_entities_are_waited_for() throws Exception {
        int entities = 4;
        daybook().transact(tx -> {
            for (int i = 0; i < entities; i++) {
                tx.create("order", "o-" + i);
            }
        });
        try (Connection connection = transaction()) {
            daybook().join(connection, tx -> tx.update("order", "o-0", "n", 1));
            long start = System.nanoTime();
            assertThat(catchThrowableOfType(
                            AppendTimeout.class,
                            () -> daybook().transact(tx -> {
                                for (int i = 0; i < entities; i++) {
                                    tx.update("order", "o-" + i, "n", 2);
                                }
                            })))
                    .isNotNull();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(TIMEOUT.minusMillis(50), LONG);
            connection.rollback();
        }
    }

    @Test
    void who_asks_for_the_outcome_of_an_open_transaction_waits_for_its_end() throws Exception {
        try (Connection connection = transaction()) {
            Receipt receipt = daybook().join(connection, tx -> tx.create("order", "o-1"));
            daybook().join(connection, tx -> tx.update("order", "o-1", "n", 1));
            assertThat(catchThrowableOfType(AppendTimeout.class, () -> daybook().outcome(receipt.transactionId())))
                    .as("neither yes nor no")
                    .isNotNull();
            connection.commit();
            assertThat(daybook().outcome(receipt.transactionId()).orElseThrow().events())
                    .hasSize(2);

            Receipt second = daybook().once("k").join(connection, tx -> tx.create("order", "o-2"));
            assertThat(catchThrowableOfType(AppendTimeout.class, () -> daybook().outcome(second.transactionId())))
                    .isNotNull();
            connection.rollback();
            assertThat(daybook().outcome(second.transactionId())).isEmpty();
        }
    }
}
