package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.daybook.Daybook;
import io.daybook.EntityDeleted;
import io.daybook.EntityExists;
import io.daybook.EntityNotFound;
import io.daybook.Tx;
import io.daybook.VersionConflict;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.InvalidEventAttributeName;
import io.daybook.event.InvalidEventOperation;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import io.daybook.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Appending in a transaction of its own. */
abstract class AppendConformance extends Conformance {

    private static final Operation APPROVAL = Operation.of("APPROVAL");

    @Test
    void every_operation_is_recorded_as_it_was_said() {
        Instant then = Instant.parse("1969-07-20T20:17:40.123456Z");
        Receipt receipt = daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("status", "new", "total", 42));
            tx.update("order", "o-1", "status", "paid");
            tx.record("order", "o-1", APPROVAL, Map.of("by", "kim"));
            tx.record("order", "o-1", APPROVAL);
            tx.submit("order", "o-1");
            tx.append(Change.update("order", "o-1")
                    .attribute("total", 43)
                    .metadata(Map.of("source", "till 7"))
                    .occurredAt(then));
            tx.append(Change.update("order", "o-1"));
            tx.append(Change.act("order", "o-1", APPROVAL).attribute("total"));
            tx.delete("order", "o-1");
            tx.create("order", "o-2");
        });

        List<Event> events = history("o-1");
        assertThat(events)
                .extracting(Event::operation)
                .containsExactly(
                        Operation.CREATION,
                        Operation.UPDATE,
                        APPROVAL,
                        APPROVAL,
                        Operation.SUBMISSION,
                        Operation.UPDATE,
                        Operation.UPDATE,
                        APPROVAL,
                        Operation.DELETION);
        assertThat(events).extracting(Event::version).isEqualTo(upTo(9));
        assertThat(events).extracting(Event::transactionId).containsOnly(receipt.transactionId());
        assertThat(events.get(0).attributeValue()).contains(Value.of(Map.of("status", "new", "total", 42)));
        assertThat(events.get(1).attributeName()).contains("status");
        assertThat(events.get(1).attributeValue()).contains(Value.of("paid"));
        assertThat(events.get(2).attributeValue()).contains(Value.of(Map.of("by", "kim")));
        assertThat(events.get(3).attributeValue()).isEmpty();
        assertThat(events.get(4).attributeName()).isEmpty();
        assertThat(events.get(5).metadata()).isEqualTo(Map.of("source", Value.of("till 7")));
        assertThat(events.get(5).creationDate()).isEqualTo(then);
        assertThat(events.get(0).creationDate()).isEqualTo(daybooks.clock().instant());
        assertThat(events.get(6).attributeName()).isEmpty();
        assertThat(events.get(6).attributeValue()).isEmpty();
        assertThat(events.get(7).attributeName()).contains("total");
        assertThat(events.get(8).attributeValue()).isEmpty();
        assertThat(events.get(8).metadata()).isEmpty();
        assertThat(history("o-2").get(0).attributeValue()).contains(Value.of(Map.of()));
    }

    @Test
    void the_receipt_tells_the_events_in_the_order_they_were_said() {
        daybook().transact(tx -> tx.create("order", "b"));
        Receipt receipt = daybook().transact(tx -> {
            tx.update("order", "b", "n", 1);
            tx.create("order", "a");
            tx.update("order", "b", "n", 2);
        });
        assertThat(receipt.repeated()).isFalse();
        assertThat(receipt.events())
                .extracting(Receipt.Appended::entity)
                .containsExactly(EntityRef.of("order", "b"), EntityRef.of("order", "a"), EntityRef.of("order", "b"));
        assertThat(receipt.events()).extracting(Receipt.Appended::version).containsExactly(2L, 1L, 3L);
        assertThat(receipt.events()).extracting(Receipt.Appended::eventId).isSorted();
        assertThat(daybook().outcome(receipt.transactionId()).orElseThrow().events())
                .isEqualTo(receipt.events());
    }

    @Test
    void who_why_and_in_which_conversation_is_recorded_with_every_event() {
        daybook()
                .as("kim")
                .because("customer called")
                .correlatedWith("call-7")
                .causedBy(3)
                .within(Map.of("host", "till 7", "application", "shop"))
                .transact(tx -> {
                    tx.create("order", "o-1");
                    tx.create("order", "o-2");
                });
        daybook().transact(tx -> tx.create("order", "o-3"));

        for (String id : List.of("o-1", "o-2")) {
            Event event = history(id).get(0);
            assertThat(event.actor()).contains("kim");
            assertThat(event.reason()).contains("customer called");
            assertThat(event.correlationId()).contains("call-7");
            assertThat(event.causationPosition()).hasValue(3);
            assertThat(event.context())
                    .containsEntry("host", Value.of("till 7"))
                    .containsEntry("application", Value.of("shop"));
        }
        Event silent = history("o-3").get(0);
        assertThat(silent.actor()).isEmpty();
        assertThat(silent.reason()).isEmpty();
        assertThat(silent.correlationId()).isEmpty();
        assertThat(silent.causationPosition()).isEmpty();
        assertThat(silent.context()).doesNotContainKey("application").doesNotContainValue(Value.of("till 7"));
    }

    @Test
    void versions_go_on_without_holes_through_operations_lives_and_units() {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("a", 1)));
        daybook().transact(tx -> {
            tx.update("order", "o-1", "a", 2);
            tx.create("order", "o-2");
            tx.record("order", "o-1", APPROVAL);
            tx.delete("order", "o-1");
        });
        daybook().transact(tx -> tx.record("order", "o-1", APPROVAL));
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("b", 1));
            tx.delete("order", "o-1");
            tx.create("order", "o-1", Map.of("c", 1));
        });
        assertThat(versions("o-1")).isEqualTo(upTo(8));
        assertThat(versions("o-2")).containsExactly(1L);
        assertThat(daybook().state("order", "o-1").orElseThrow().attributes()).containsOnlyKeys("c");
    }

    @Test
    void entities_of_two_types_with_one_id_are_two_entities() {
        daybook().transact(tx -> {
            tx.create("order", "x");
            tx.create("invoice", "x");
            tx.update("invoice", "x", "n", 1);
        });
        assertThat(versions("x")).containsExactly(1L);
        assertThat(daybook().history("invoice", "x").toList())
                .extracting(Event::version)
                .containsExactly(1L, 2L);
    }

    @Test
    void five_thousand_changes_in_one_unit_keep_their_order() {
        int changes = 5_000;
        Receipt receipt = daybook().transact(tx -> {
            for (int i = 0; i < changes; i++) {
                if (i < 7) {
                    tx.create("order", "o-" + i % 7);
                } else {
                    tx.update("order", "o-" + i % 7, "n", i);
                }
            }
        });
        assertThat(receipt.events()).hasSize(changes);
        assertThat(receipt.events()).extracting(Receipt.Appended::eventId).isSorted();
        List<Event> ledger = ledger();
        assertThat(ledger).extracting(e -> e.position().orElseThrow()).isEqualTo(upTo(changes));
        for (int i = 0; i < changes; i++) {
            Event event = ledger.get(i);
            assertThat(event.entityId()).isEqualTo("o-" + i % 7);
            assertThat(event.version()).isEqualTo(i / 7 + 1);
            if (i >= 7) {
                assertThat(event.attributeValue()).contains(Value.of(i));
            }
        }
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void a_unit_may_touch_more_entities_than_there_are_locks_for() {
        int entities = 2_000;
        Tx.Work<RuntimeException> each = tx -> {
            for (int i = entities - 1; i >= 0; i--) {
                tx.update("order", "o-" + i, "n", i);
            }
        };
        daybook().transact(tx -> {
            for (int i = 0; i < entities; i++) {
                tx.create("order", "o-" + i);
            }
        });
        daybook().transact(each);
        daybook().transact(each);
        assertThat(versions("o-0")).containsExactly(1L, 2L, 3L);
        assertThat(versions("o-" + (entities - 1))).containsExactly(1L, 2L, 3L);
        assertThat(Await.sequenced(daybook())).isEqualTo(3L * entities);
    }

    @Test
    void nothing_is_appended_by_a_unit_that_says_nothing() throws Exception {
        Receipt receipt = daybook().transact(tx -> {});
        assertThat(receipt.events()).isEmpty();
        assertThat(count("events")).isZero();
        assertThat(daybook().outcome(receipt.transactionId())).isEmpty();
        assertThat(daybook().await(receipt, Duration.ofSeconds(1))).isZero();
    }

    @Test
    void what_the_work_throws_comes_out_and_nothing_is_written() throws Exception {
        IOException thrown = new IOException("no more paper");
        assertThatThrownBy(() -> daybook().transact(tx -> {
                    tx.create("order", "o-1");
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(count("events")).isZero();
    }

    @Test
    void a_tx_ends_with_its_call_and_stays_in_its_thread() throws Exception {
        AtomicReference<Tx> kept = new AtomicReference<>();
        AtomicReference<Throwable> elsewhere = new AtomicReference<>();
        daybook().transact(tx -> {
            kept.set(tx);
            Thread other = new Thread(() -> tx.create("order", "o-1"));
            other.setUncaughtExceptionHandler((t, e) -> elsewhere.set(e));
            other.start();
            other.join();
        });
        assertThat(elsewhere.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("another thread");
        assertThatThrownBy(() -> kept.get().expecting(1).delete("order", "o-1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("over");
        assertThat(count("events")).isZero();
    }

    @Test
    void an_expected_version_is_checked_before_anything_is_written() throws Exception {
        daybook().transact(tx -> tx.expecting(0).create("order", "o-1"));
        daybook().transact(tx -> tx.expecting(1).update("order", "o-1", "n", 1));
        daybook().transact(tx -> {
            Tx expecting = tx.expecting(2);
            expecting.update("order", "o-1", "n", 2);
            expecting.update("order", "o-1", "n", 3);
            tx.record("order", "o-1", APPROVAL);
        });
        VersionConflict conflict = catchThrowableOfType(
                VersionConflict.class,
                () -> daybook().transact(tx -> {
                    tx.create("order", "o-2");
                    tx.expecting(4).update("order", "o-1", "n", 4);
                    tx.create("order", "o-3");
                }));
        assertThat(conflict.entity()).isEqualTo(EntityRef.of("order", "o-1"));
        assertThat(conflict.expected()).isEqualTo(4);
        assertThat(conflict.found()).isEqualTo(5);
        assertThat(conflict)
                .hasMessage("expected version 4 of order o-1, found 5. Nothing was written; reload and decide again.");
        assertThat(count("events")).isEqualTo(5);
    }

    @Test
    void an_expectation_of_an_entity_that_is_not_there_tells_version_zero() {
        VersionConflict conflict = catchThrowableOfType(
                VersionConflict.class,
                () -> daybook().transact(tx -> tx.expecting(1).update("order", "o-1", "n", 1)));
        assertThat(conflict.found()).isZero();
        daybook().transact(tx -> tx.create("order", "o-1"));
        conflict = catchThrowableOfType(
                VersionConflict.class,
                () -> daybook().transact(tx -> tx.expecting(0).create("order", "o-1")));
        assertThat(conflict.found()).isEqualTo(1);
    }

    @Test
    void an_act_may_expect_a_version_too() {
        daybook().transact(tx -> tx.create("order", "o-1"));
        daybook().transact(tx -> tx.expecting(1).record("order", "o-1", APPROVAL));
        assertThatThrownBy(() -> daybook().transact(tx -> tx.expecting(1).record("order", "o-1", APPROVAL)))
                .isInstanceOf(VersionConflict.class);
    }

    @Test
    void a_decision_may_rest_on_the_version_of_an_entity_of_which_nothing_is_said() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        daybook().transact(tx -> {
            tx.expect("order", "o-1", 1);
            tx.expect("customer", "never seen", 0);
            tx.create("invoice", "i-1");
        });
        daybook().transact(tx -> tx.update("order", "o-1", "status", "canceled"));
        VersionConflict conflict = catchThrowableOfType(
                VersionConflict.class,
                () -> daybook().transact(tx -> {
                    tx.create("invoice", "i-2");
                    tx.expect("order", "o-1", 1);
                }));
        assertThat(conflict.entity()).isEqualTo(EntityRef.of("order", "o-1"));
        assertThat(conflict.found()).isEqualTo(2);
        assertThat(daybook().state("invoice", "i-2")).isEmpty();
        assertThat(count("events")).isEqualTo(3);
        assertThatThrownBy(() -> daybook().transact(tx -> {
                    tx.expect("order", "o-1", 2);
                    tx.expecting(1).update("order", "o-1", "n", 1);
                }))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("at version 2 and at version 1");
        assertThatThrownBy(() -> daybook().transact(tx -> tx.expect("order", "o-1", -1)))
                .isInstanceOf(InvalidEvent.class);
        assertThat(daybook().transact(tx -> tx.expect("order", "o-1", 77)).events())
                .isEmpty();
    }

    @Test
    void two_expectations_of_one_entity_in_one_unit_contradict_each_other() {
        daybook().transact(tx -> tx.create("order", "o-1"));
        assertThatThrownBy(() -> daybook().transact(tx -> {
                    tx.expecting(1).update("order", "o-1", "n", 1);
                    tx.expecting(2).update("order", "o-1", "n", 2);
                }))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("the version is the one before the unit of work");
        assertThatThrownBy(() -> daybook().transact(tx -> tx.expecting(-1).update("order", "o-1", "n", 1)))
                .isInstanceOf(InvalidEvent.class);
    }

    @Test
    void what_is_there_cannot_be_created() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        assertThatThrownBy(() -> daybook().transact(tx -> tx.create("order", "o-1")))
                .isInstanceOf(EntityExists.class);
        assertThatThrownBy(() -> daybook().transact(tx -> {
                    tx.create("order", "o-2");
                    tx.create("order", "o-2");
                }))
                .isInstanceOf(EntityExists.class);
        assertThatThrownBy(() -> daybook().transact(tx -> {
                    tx.update("order", "o-1", "n", 1);
                    tx.create("order", "o-1");
                }))
                .isInstanceOf(EntityExists.class);
        assertThat(count("events")).isEqualTo(1);
    }

    @Test
    void what_was_never_created_cannot_be_changed_or_deleted() throws Exception {
        assertThatThrownBy(() -> daybook().transact(tx -> tx.update("order", "o-1", "n", 1)))
                .isInstanceOf(EntityNotFound.class)
                .hasMessageContaining("order o-1");
        assertThatThrownBy(() -> daybook().transact(tx -> tx.delete("order", "o-1")))
                .isInstanceOf(EntityNotFound.class);
        daybook().transact(tx -> tx.record("order", "o-1", APPROVAL));
        assertThatThrownBy(() -> daybook().transact(tx -> tx.delete("order", "o-1")))
                .as("acts create nothing")
                .isInstanceOf(EntityNotFound.class);
        assertThat(count("events")).isEqualTo(1);
    }

    @Test
    void what_is_deleted_cannot_be_changed_or_deleted_again() throws Exception {
        daybook().transact(tx -> {
            tx.create("order", "o-1");
            tx.delete("order", "o-1");
            tx.record("order", "o-1", APPROVAL);
        });
        assertThatThrownBy(() -> daybook().transact(tx -> tx.update("order", "o-1", "n", 1)))
                .isInstanceOf(EntityDeleted.class);
        assertThatThrownBy(() -> daybook().transact(tx -> tx.delete("order", "o-1")))
                .isInstanceOf(EntityDeleted.class);
        assertThatThrownBy(() -> daybook().transact(tx -> {
                    tx.create("order", "o-2");
                    tx.delete("order", "o-2");
                    tx.update("order", "o-2", "n", 1);
                }))
                .isInstanceOf(EntityDeleted.class);
        assertThat(count("events")).isEqualTo(3);
    }

    @Test
    void acts_are_recorded_of_entities_that_are_absent_alive_or_deleted() {
        daybook().transact(tx -> tx.record("order", "o-1", APPROVAL));
        daybook().transact(tx -> tx.submit("order", "o-1"));
        daybook().transact(tx -> {
            tx.record("order", "o-1", APPROVAL);
            tx.create("order", "o-1");
            tx.record("order", "o-1", APPROVAL);
            tx.delete("order", "o-1");
            tx.record("order", "o-1", APPROVAL);
        });
        daybook().transact(tx -> tx.record("order", "o-1", APPROVAL));
        assertThat(versions("o-1")).isEqualTo(upTo(8));
        assertThat(daybook().state("order", "o-1")).isEmpty();
        daybook().transact(tx -> tx.create("order", "o-1"));
        assertThat(daybook().state("order", "o-1").orElseThrow().version()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cycle", "data_node", "job", "submission"})
    void four_of_taipys_types_are_never_submitted(String type) {
        assertThatThrownBy(() -> daybook().transact(tx -> tx.submit(type, "x")))
                .isInstanceOf(InvalidEventOperation.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"scenario", "sequence", "task", "order"})
    void all_other_types_are(String type) {
        daybook().transact(tx -> tx.submit(type, "x"));
        assertThat(daybook().history(type, "x").toList()).hasSize(1);
    }

    @Test
    void only_updates_and_acts_name_an_attribute() {
        for (Change change :
                List.of(Change.create("order", "x"), Change.delete("order", "x"), Change.submit("order", "x"))) {
            assertThatThrownBy(() -> change.attribute("a")).isInstanceOf(InvalidEventAttributeName.class);
            assertThatThrownBy(() -> change.attribute("")).isInstanceOf(InvalidEventAttributeName.class);
        }
    }

    @Test
    void the_names_that_are_daybooks_own_are_refused() throws Exception {
        assertThatThrownBy(() -> daybook().transact(tx -> tx.create("daybook.registration", "x")))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("Daybook's own");
        assertThatThrownBy(() -> daybook().transact(tx -> tx.create("daybook.anything", "x")))
                .isInstanceOf(InvalidEvent.class);
        daybook().transact(tx -> tx.create("daybooks", "x"));
        daybook().transact(tx -> tx.create("my.daybook.x", "x"));
        assertThat(count("events")).isEqualTo(2);
    }

    @Test
    void after_close_nothing_is_appended() {
        Daybook daybook = daybook();
        daybook.close();
        daybook.close();
        assertThatThrownBy(() -> daybook.transact(tx -> tx.create("order", "o-1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void an_event_has_no_position_before_its_round_and_a_final_one_after() throws Exception {
        Receipt receipt = daybook().transact(tx -> tx.create("order", "o-1"));
        long position = daybook().await(receipt, LONG);
        Event event = history("o-1").get(0);
        assertThat(event.position()).hasValue(position).isEqualTo(OptionalLong.of(1));
        assertThat(event.recordedAt()).isPresent();
        assertThat(Optional.of(event.eventId()))
                .contains(receipt.events().get(0).eventId());
    }
}
