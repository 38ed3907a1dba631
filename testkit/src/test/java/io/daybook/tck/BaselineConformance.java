package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.Baseline;
import io.daybook.event.Change;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.testkit.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Entities that were there before Daybook. */
abstract class BaselineConformance extends Conformance {

    @Test
    void rows_of_an_application_become_known_with_the_attributes_that_they_have() throws Exception {
        execute(
                "create table customers (id integer, name varchar(100))",
                "insert into customers values (1, 'Ada'), (2, 'Kim')");
        Baseline.Result result;
        try (Connection connection = database().connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id, name from customers");
                Baseline baseline = daybook().baseline(daybook().as("migration").because("first audit"))) {
            while (rows.next()) {
                baseline.add("customer", rows.getString(1), Map.of("name", rows.getString(2)));
            }
            result = baseline.finish();
        }

        assertThat(result).isEqualTo(new Baseline.Result(2, 0));
        Event event = daybook().history("customer", "1").toList().get(0);
        assertThat(event.operation()).isEqualTo(Operation.CREATION);
        assertThat(event.attributeValue()).contains(Value.of(Map.of("name", "Ada")));
        assertThat(event.metadata()).isEqualTo(Map.of(Baseline.METADATA_KEY, Value.of(true)));
        assertThat(event.actor()).contains("migration");
        assertThat(event.reason()).contains("first audit");
    }

    @Test
    void what_daybook_knows_is_left_alone_and_a_baseline_can_be_taken_again() {
        daybook().transact(tx -> {
            tx.create("order", "known", Map.of("status", "paid"));
            tx.create("order", "deleted");
            tx.delete("order", "deleted");
            tx.record("order", "only-acts", Operation.of("APPROVAL"));
        });
        List<String> ids = List.of("known", "deleted", "only-acts", "new", "new");

        assertThat(baseline(ids)).isEqualTo(new Baseline.Result(2, 3));
        assertThat(baseline(ids)).isEqualTo(new Baseline.Result(0, 5));

        assertThat(daybook().state("order", "known").orElseThrow().attribute("status"))
                .contains(Value.of("paid"));
        assertThat(daybook().state("order", "deleted")).isEmpty();
        assertThat(versions("only-acts")).containsExactly(1L, 2L);
        assertThat(versions("new")).containsExactly(1L);
    }

    private Baseline.Result baseline(List<String> ids) {
        try (Baseline baseline = daybook().baseline()) {
            ids.forEach(id -> baseline.add("order", id, Map.of("status", "old")));
            return baseline.finish();
        }
    }

    @Test
    void many_entities_come_in_several_units_of_work_with_the_date_and_metadata_that_are_told() {
        Instant born = Instant.parse("2001-02-03T04:05:06Z");
        try (Baseline baseline = daybook().baseline()) {
            for (int i = 0; i < 510; i++) {
                baseline.add(Change.create("order", "o-" + i)
                        .attributes(Map.of("n", i))
                        .occurredAt(born)
                        .metadata(Map.of("from", "crm")));
            }
            assertThat(baseline.finish().created()).isEqualTo(510);
        }
        List<Event> events = ledger();
        assertThat(events).hasSize(510);
        assertThat(events.stream().map(Event::transactionId).distinct()).hasSize(2);
        assertThat(events.get(509).creationDate()).isEqualTo(born);
        assertThat(events.get(509).metadata()).isEqualTo(Map.of("baseline", Value.of(true), "from", Value.of("crm")));
    }

    @Test
    void a_unit_of_work_is_bounded_by_its_metadata_too() {
        String large = "x".repeat(900_000);
        try (Baseline baseline = daybook().baseline()) {
            for (int i = 0; i < 6; i++) {
                baseline.add(Change.create("order", "o-" + i).metadata(Map.of("large", large)));
            }
            baseline.finish();
        }
        assertThat(ledger().stream().map(Event::transactionId).distinct()).hasSize(2);
    }

    @Test
    void an_entity_that_is_created_between_the_look_and_the_append_is_left_alone() throws Exception {
        try (Connection other = transaction();
                Baseline baseline = daybook().baseline()) {
            daybook().join(other, tx -> tx.create("order", "o-2", Map.of("status", "mine")));
            AtomicReference<Baseline.Result> result = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                baseline.add("order", "o-1", Map.of("status", "old"));
                baseline.add("order", "o-2", Map.of("status", "old"));
                result.set(baseline.finish());
            });
            thread.start();
            // It has looked, and waits for the other transaction.
            Await.until(() -> waits(thread), () -> "the baseline waits for nobody");
            other.commit();
            thread.join();
            assertThat(result.get()).isEqualTo(new Baseline.Result(1, 1));
        }
        assertThat(daybook().state("order", "o-2").orElseThrow().attribute("status"))
                .contains(Value.of("mine"));
    }

    private boolean waits(Thread thread) {
        try {
            return isPostgresql()
                    ? !text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
                            .equals("0")
                    : thread.getState() != Thread.State.NEW && thread.getState() != Thread.State.RUNNABLE;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_is_no_entity_to_begin_with_is_refused() {
        try (Baseline baseline = daybook().baseline()) {
            assertThatThrownBy(() -> baseline.add(Change.delete("order", "o-1")))
                    .isInstanceOf(InvalidEvent.class);
            assertThatThrownBy(() -> baseline.add("daybook.registration", "o-1", Map.of()))
                    .isInstanceOf(InvalidEvent.class);
            assertThatThrownBy(() -> baseline.add(Change.create("order", "o-1").metadata(Map.of("baseline", false))))
                    .isInstanceOf(InvalidEvent.class)
                    .hasMessageContaining("marks a baseline");
            baseline.finish();
            assertThatThrownBy(() -> baseline.add("order", "o-1", Map.of())).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> daybook().baseline(daybook().once("key")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(ledger()).isEmpty();
    }
}
