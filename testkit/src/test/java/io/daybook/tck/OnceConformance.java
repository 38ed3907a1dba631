package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.VersionConflict;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Receipt;
import io.daybook.testkit.Collisions;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Units of work that may be tried again. */
abstract class OnceConformance extends Conformance {

    @Test
    void a_second_try_appends_nothing_and_gets_the_receipt_of_the_first() throws Exception {
        Receipt first = daybook().once("request 7").transact(tx -> {
            tx.create("order", "o-1", Map.of("n", 1));
            tx.update("order", "o-1", "n", 2);
        });
        Receipt second = daybook().once("request 7").transact(tx -> {
            tx.create("order", "o-1", Map.of("n", 1));
            tx.update("order", "o-1", "n", 2);
        });
        assertThat(first.repeated()).isFalse();
        assertThat(second.repeated()).isTrue();
        assertThat(second.transactionId()).isEqualTo(first.transactionId());
        assertThat(second.events()).isEqualTo(first.events());
        assertThat(count("events")).isEqualTo(2);
        assertThat(daybook().await(second, LONG)).isEqualTo(2);
    }

    @Test
    void another_key_is_another_unit() throws Exception {
        UUID one = daybook().once("a").transact(tx -> tx.create("order", "o-1")).transactionId();
        UUID other =
                daybook().once("b").transact(tx -> tx.create("order", "o-2")).transactionId();
        assertThat(one).isNotEqualTo(other);
        assertThat(count("events")).isEqualTo(2);
    }

    @Test
    void of_many_tries_at_the_same_time_one_appends_and_all_get_its_receipt() throws Exception {
        for (int round = 0; round < 5; round++) {
            String key = "request " + round;
            String id = "o-" + round;
            List<Receipt> receipts = Collisions.allSucceeded(Collisions.collide(
                    6, n -> daybook().once(key).transact(tx -> tx.create("order", id))));
            assertThat(receipts).filteredOn(r -> !r.repeated()).hasSize(1);
            assertThat(receipts)
                    .extracting(Receipt::events)
                    .containsOnly(receipts.get(0).events());
            assertThat(versions(id)).containsExactly(1L);
        }
    }

    @Test
    void tries_that_say_different_things_at_the_same_time_are_still_one() throws Exception {
        for (int round = 0; round < 5; round++) {
            String key = "request " + round;
            String id = "o-" + round + "-";
            List<Receipt> receipts = Collisions.allSucceeded(Collisions.collide(
                    6, n -> daybook().once(key).transact(tx -> tx.create("order", id + n))));
            assertThat(receipts)
                    .extracting(Receipt::events)
                    .containsOnly(receipts.get(0).events());
        }
        assertThat(count("events")).isEqualTo(5);
    }

    @Test
    void a_try_that_was_refused_does_not_count() {
        daybook().transact(tx -> tx.create("order", "o-1"));
        assertThatThrownBy(() -> daybook()
                        .once("request 7")
                        .transact(tx -> tx.expecting(7).update("order", "o-1", "n", 1)))
                .isInstanceOf(VersionConflict.class);
        assertThat(daybook()
                        .once("request 7")
                        .transact(tx -> tx.expecting(1).update("order", "o-1", "n", 1))
                        .repeated())
                .isFalse();
        assertThat(daybook()
                        .once("request 7")
                        .transact(tx -> tx.expecting(1).update("order", "o-1", "n", 1))
                        .repeated())
                .as("the expectation was true when it was done")
                .isTrue();
    }

    @Test
    void in_a_joined_transaction_it_counts_when_that_is_committed() throws Exception {
        try (Connection connection = transaction()) {
            Receipt first = daybook().once("k").join(connection, tx -> tx.create("order", "o-1"));
            assertThat(first.repeated()).isFalse();
            connection.rollback();

            Receipt second = daybook().once("k").join(connection, tx -> tx.create("order", "o-1"));
            assertThat(second.repeated()).isFalse();
            Receipt third = daybook().once("k").join(connection, tx -> tx.create("order", "o-1"));
            assertThat(third.repeated()).as("within the same transaction").isTrue();
            assertThat(third.events()).isEqualTo(second.events());
            connection.commit();

            Receipt fourth = daybook().once("k").join(connection, tx -> tx.create("order", "o-1"));
            assertThat(fourth.repeated()).isTrue();
            connection.rollback();
        }
        assertThat(daybook().once("k").transact(tx -> tx.create("order", "o-1")).repeated())
                .isTrue();
        assertThat(count("events")).isEqualTo(1);
    }

    @Test
    void a_try_waits_for_an_earlier_one_whose_transaction_is_still_open() throws Exception {
        try (Connection connection = transaction()) {
            daybook().once("k").join(connection, tx -> tx.create("order", "o-1"));
            List<Collisions.Outcome<Receipt>> outcomes = Collisions.collide(2, n -> {
                if (n == 0) {
                    connection.commit();
                    return null;
                }
                return daybook().once("k").transact(tx -> tx.create("order", "o-2"));
            });
            assertThat(outcomes.get(1).failure()).isNull();
            assertThat(outcomes.get(1).value().repeated()).isTrue();
        }
        assertThat(count("events")).isEqualTo(1);
    }

    @Test
    void it_holds_after_a_restart() throws Exception {
        Receipt first = daybook().once("k").transact(tx -> tx.create("order", "o-1"));
        Receipt second = daybooks.reopen().once("k").transact(tx -> tx.create("order", "o-1"));
        assertThat(second.repeated()).isTrue();
        assertThat(second.transactionId()).isEqualTo(first.transactionId());
        assertThat(count("events")).isEqualTo(1);
    }

    @Test
    void a_key_is_any_text_that_can_be_kept() {
        daybook().once("").transact(tx -> tx.create("order", "o-1"));
        daybook().once("\uD83D\uDE80'\"; drop table events").transact(tx -> tx.create("order", "o-2"));
        assertThatThrownBy(() -> daybook().once("a\0b")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().once("\uD83D")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().once("x".repeat(2_001))).isInstanceOf(InvalidEvent.class);
    }
}
