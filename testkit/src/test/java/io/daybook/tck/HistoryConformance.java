package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.AsOf;
import io.daybook.DaybookBuilder;
import io.daybook.event.Change;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import io.daybook.history.EntityState;
import io.daybook.history.History;
import io.daybook.testkit.Await;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an entity went through, and what it is, now and as of any moment. */
abstract class HistoryConformance extends Conformance {

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.poolSize(4);
    }

    private Optional<EntityState> state() {
        return daybook().state("order", "o-1");
    }

    private static Map<String, Value> attributes(Optional<EntityState> state) {
        return state.orElseThrow().attributes();
    }

    @Test
    void what_was_never_there_has_no_history_and_no_state() {
        assertThat(history("o-1")).isEmpty();
        assertThat(state()).isEmpty();
        assertThat(daybook().asOf(0).state("order", "o-1")).isEmpty();
        assertThat(daybook().asOf(99).history("order", "o-1")).isEmpty();
        assertThatThrownBy(() -> daybook().history("Order", "o-1")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> daybook().state("order", "")).isInstanceOf(InvalidEvent.class);
    }

    @Test
    void the_state_is_the_fold_of_the_events() {
        Instant first = daybooks.clock().instant();
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("status", "new", "total", 42)));
        assertThat(attributes(state())).isEqualTo(Map.of("status", Value.of("new"), "total", Value.of(42)));
        assertThat(state().orElseThrow().created()).isEqualTo(first);
        assertThat(state().orElseThrow().changed()).isEqualTo(first);

        Instant second = daybooks.clock().tick(Duration.ofHours(1));
        daybook().transact(tx -> {
            tx.update("order", "o-1", "status", "paid");
            tx.update("order", "o-1", "carrier", null);
        });
        assertThat(attributes(state()))
                .isEqualTo(Map.of("status", Value.of("paid"), "total", Value.of(42), "carrier", Value.of(null)));
        assertThat(state().orElseThrow().version()).isEqualTo(3);
        assertThat(state().orElseThrow().created()).isEqualTo(first);
        assertThat(state().orElseThrow().changed()).isEqualTo(second);
        assertThat(state().orElseThrow().attribute("nothing")).isEmpty();
    }

    @Test
    void an_act_changes_the_version_and_nothing_else() {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("status", "new")));
        EntityState before = state().orElseThrow();
        daybooks.clock().tick(Duration.ofHours(1));
        daybook().transact(tx -> {
            tx.record("order", "o-1", Operation.of("APPROVAL"), Map.of("status", "approved"));
            tx.append(Change.act("order", "o-1", Operation.of("APPROVAL")).attribute("status", "approved"));
            tx.submit("order", "o-1");
        });
        EntityState after = state().orElseThrow();
        assertThat(after.version()).isEqualTo(4);
        assertThat(after.attributes()).isEqualTo(before.attributes());
        assertThat(after.changed()).isEqualTo(before.changed());
    }

    @Test
    void a_second_life_begins_with_nothing_of_the_first() {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("a", 1, "b", 1)));
        daybook().transact(tx -> tx.delete("order", "o-1"));
        assertThat(state()).isEmpty();
        Instant second = daybooks.clock().tick(Duration.ofDays(1));
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("b", 2)));
        assertThat(attributes(state())).isEqualTo(Map.of("b", Value.of(2)));
        assertThat(state().orElseThrow().version()).isEqualTo(3);
        assertThat(state().orElseThrow().created()).isEqualTo(second);
        assertThat(history("o-1")).hasSize(3);
    }

    @Test
    void what_was_appended_can_be_read_at_once() {
        for (int i = 0; i < 50; i++) {
            int n = i;
            if (i == 0) {
                daybook().transact(tx -> tx.create("order", "o-1", Map.of("n", n)));
            } else {
                daybook().transact(tx -> tx.update("order", "o-1", "n", n));
            }
            assertThat(state().orElseThrow().version()).isEqualTo(i + 1);
            assertThat(attributes(state())).isEqualTo(Map.of("n", Value.of(n)));
            assertThat(history("o-1")).hasSize(i + 1);
        }
    }

    @Test
    void a_long_history_is_read_in_pages() {
        int events = 1_000;
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("n", 0));
            for (int i = 1; i < events; i++) {
                tx.update("order", "o-1", "n", i);
            }
        });
        assertThat(versions("o-1")).isEqualTo(upTo(events));
        History history = daybook().history("order", "o-1");
        assertThat(history.stream().skip(700).findFirst().orElseThrow().version())
                .isEqualTo(701);
        Iterator<Event> iterator = history.iterator();
        for (int i = 0; i < events; i++) {
            iterator.next();
        }
        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
        assertThat(attributes(state())).isEqualTo(Map.of("n", Value.of(events - 1)));
        long head = Await.sequenced(daybook());
        assertThat(head).isEqualTo(events);
        assertThat(attributes(daybook().asOf(777).state("order", "o-1"))).isEqualTo(Map.of("n", Value.of(776)));
    }

    @Test
    void a_history_may_be_walked_through_again_and_shows_what_came_meanwhile() {
        daybook().transact(tx -> tx.create("order", "o-1"));
        History history = daybook().history("order", "o-1");
        assertThat(history.toList()).hasSize(1);
        daybook().transact(tx -> tx.update("order", "o-1", "n", 1));
        assertThat(history.toList()).hasSize(2);
    }

    @Test
    void iterators_hold_no_connection() {
        int events = 600;
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of());
            for (int i = 1; i < events; i++) {
                tx.update("order", "o-1", "n", i);
            }
        });
        List<Iterator<Event>> open = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Iterator<Event> iterator = daybook().history("order", "o-1").iterator();
            iterator.next();
            open.add(iterator);
        }
        daybook().transact(tx -> tx.update("order", "o-1", "n", events));
        for (Iterator<Event> iterator : open) {
            int rest = 0;
            while (iterator.hasNext()) {
                iterator.next();
                rest++;
            }
            assertThat(rest).isEqualTo(events);
        }
    }

    @Test
    void as_of_a_position_is_what_stands_in_the_ledger_up_to_it() throws Exception {
        long[] positions = new long[4];
        positions[0] = daybook().await(daybook().transact(tx -> tx.create("order", "o-1", Map.of("n", 0))), LONG);
        positions[1] = daybook().await(daybook().transact(tx -> tx.update("order", "o-1", "n", 1)), LONG);
        positions[2] = daybook().await(daybook().transact(tx -> tx.delete("order", "o-1")), LONG);
        positions[3] = daybook().await(daybook().transact(tx -> tx.create("order", "o-1", Map.of("n", 3))), LONG);
        assertThat(positions).containsExactly(1, 2, 3, 4);

        assertThat(daybook().asOf(0).state("order", "o-1")).isEmpty();
        assertThat(attributes(daybook().asOf(1).state("order", "o-1"))).containsEntry("n", Value.of(0));
        assertThat(attributes(daybook().asOf(2).state("order", "o-1"))).containsEntry("n", Value.of(1));
        assertThat(daybook().asOf(3).state("order", "o-1")).isEmpty();
        assertThat(attributes(daybook().asOf(4).state("order", "o-1"))).containsEntry("n", Value.of(3));
        assertThat(attributes(daybook().asOf(Long.MAX_VALUE).state("order", "o-1")))
                .containsEntry("n", Value.of(3));
        assertThat(daybook().asOf(2).history("order", "o-1").toList()).hasSize(2);
    }

    @Test
    void what_has_no_position_yet_is_in_no_past() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        Await.sequenced(daybook());
        try (Connection fence = transaction();
                var statement = fence.createStatement()) {
            statement.execute("select id from daybook.sequencer where id = 1 for update");
            daybook().transact(tx -> tx.update("order", "o-1", "n", 1));
            assertThat(state().orElseThrow().version()).as("now").isEqualTo(2);
            assertThat(history("o-1").get(1).position()).isEmpty();
            assertThat(history("o-1").get(1).recordedAt()).isEmpty();
            assertThat(daybook()
                            .asOf(Long.MAX_VALUE)
                            .state("order", "o-1")
                            .orElseThrow()
                            .version())
                    .isEqualTo(1);
            assertThat(daybook().ledger().unsequenced()).isEqualTo(1);
            fence.rollback();
        }
        Await.sequenced(daybook());
        assertThat(daybook().asOf(2).state("order", "o-1").orElseThrow().version())
                .isEqualTo(2);
    }

    @Test
    void as_of_what_was_recorded_goes_by_the_clock_of_the_database() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("n", 0)));
        Await.sequenced(daybook());
        Receipt second = daybook().transact(tx -> tx.update("order", "o-1", "n", 1));
        daybook().await(second, LONG);
        List<Event> events = history("o-1");
        Instant firstRecorded = events.get(0).recordedAt().orElseThrow();
        Instant secondRecorded = events.get(1).recordedAt().orElseThrow();
        assertThat(firstRecorded).isBeforeOrEqualTo(secondRecorded);
        assertThat(daybook().asOfRecorded(firstRecorded.minusNanos(1_000)).state("order", "o-1"))
                .isEmpty();
        assertThat(attributes(daybook().asOfRecorded(secondRecorded).state("order", "o-1")))
                .containsEntry("n", Value.of(1));
        if (firstRecorded.isBefore(secondRecorded)) {
            AsOf between = daybook().asOfRecorded(secondRecorded.minusNanos(1_000));
            assertThat(attributes(between.state("order", "o-1"))).containsEntry("n", Value.of(0));
            assertThat(between.history("order", "o-1").toList()).hasSize(1);
        }
    }

    @Test
    void as_of_what_had_happened_knows_what_was_told_later() {
        Instant noon = Instant.parse("2024-01-01T12:00:00Z");
        daybook().transact(tx -> {
            tx.append(Change.create("order", "o-1").attributes(Map.of("n", 0)).occurredAt(noon));
            tx.append(Change.update("order", "o-1").attribute("n", 2).occurredAt(noon.plusSeconds(20)));
            tx.append(Change.update("order", "o-1").attribute("m", 1).occurredAt(noon.plusSeconds(10)));
        });
        assertThat(daybook().asOfOccurred(noon.minusSeconds(1)).state("order", "o-1"))
                .isEmpty();
        assertThat(attributes(daybook().asOfOccurred(noon).state("order", "o-1")))
                .isEqualTo(Map.of("n", Value.of(0)));
        assertThat(attributes(daybook().asOfOccurred(noon.plusSeconds(10)).state("order", "o-1")))
                .as("told last, happened first")
                .isEqualTo(Map.of("n", Value.of(0), "m", Value.of(1)));
        assertThat(attributes(daybook().asOfOccurred(noon.plusSeconds(20)).state("order", "o-1")))
                .isEqualTo(Map.of("n", Value.of(2), "m", Value.of(1)));
        assertThat(daybook().asOfOccurred(noon.plusSeconds(10)).history("order", "o-1").stream()
                        .map(Event::version))
                .containsExactly(1L, 3L);
    }

    @Test
    void a_change_that_is_said_to_have_happened_before_the_creation_changes_nothing_then() {
        Instant noon = Instant.parse("2024-01-01T12:00:00Z");
        daybook().transact(tx -> {
            tx.append(Change.create("order", "o-1").attributes(Map.of("n", 0)).occurredAt(noon));
            tx.append(Change.update("order", "o-1").attribute("n", 1).occurredAt(noon.minusSeconds(60)));
        });
        assertThat(daybook().asOfOccurred(noon.minusSeconds(30)).state("order", "o-1"))
                .isEmpty();
        assertThat(attributes(daybook().asOfOccurred(noon).state("order", "o-1")))
                .containsEntry("n", Value.of(1));
    }

    @Test
    void a_clock_that_goes_back_harms_nobody() {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("n", 0)));
        daybooks.clock().tick(Duration.ofDays(-1));
        daybook().transact(tx -> tx.update("order", "o-1", "n", 1));
        assertThat(attributes(state())).containsEntry("n", Value.of(1));
        List<Event> ledger = ledger();
        assertThat(ledger).extracting(Event::version).containsExactly(1L, 2L);
        assertThat(ledger.get(1).creationDate()).isBefore(ledger.get(0).creationDate());
        assertThat(ledger.get(1).recordedAt().orElseThrow())
                .isAfterOrEqualTo(ledger.get(0).recordedAt().orElseThrow());
    }

    private Optional<Value> before(long version) {
        return daybook().before(history("o-1").get((int) version - 1));
    }

    @Test
    void the_value_before_a_change_is_of_the_same_life() {
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("status", "new"));
            tx.update("order", "o-1", "status", null);
            tx.update("order", "o-1", "total", 7);
            tx.record("order", "o-1", Operation.of("APPROVAL"));
            tx.update("order", "o-1", "status", "paid");
            tx.delete("order", "o-1");
        });
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("carrier", "mule"));
            tx.update("order", "o-1", "status", "new");
            tx.update("order", "o-1", "carrier", "cart");
        });

        assertThat(before(1)).isEmpty();
        assertThat(before(2)).contains(Value.of("new"));
        assertThat(before(3)).isEmpty();
        assertThat(before(4)).isEmpty();
        assertThat(before(5)).contains(Value.of(null));
        assertThat(before(6)).isEmpty();
        assertThat(before(8)).isEmpty();
        assertThat(before(9)).contains(Value.of("mule"));
    }

    @Test
    void a_value_before_that_was_erased_is_none() throws Exception {
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("status", "new"));
            tx.update("order", "o-1", "status", "paid");
            tx.update("order", "o-1", "status", "sent");
        });
        execute("update daybook.events set attribute_value = null, salt = null where version <= 2");

        assertThat(before(2)).isEmpty();
        assertThat(before(3)).isEmpty();
    }

    @Test
    void the_state_before_an_event_is_all_that_the_entity_was() {
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("status", "new"));
            tx.update("order", "o-1", "status", "paid");
            tx.delete("order", "o-1");
        });
        daybook().transact(tx -> tx.create("order", "o-1", Map.of()));

        List<Event> events = history("o-1");
        assertThat(daybook().stateBefore(events.get(0))).isEmpty();
        assertThat(attributes(daybook().stateBefore(events.get(1)))).isEqualTo(Map.of("status", Value.of("new")));
        assertThat(attributes(daybook().stateBefore(events.get(2)))).isEqualTo(Map.of("status", Value.of("paid")));
        assertThat(daybook().stateBefore(events.get(3))).isEmpty();
    }
}
