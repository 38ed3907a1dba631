package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.DaybookBuilder;
import io.daybook.consumers.ProcessedEvents;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a consumer with effects elsewhere remembers. */
abstract class ProcessedEventsConformance extends Conformance {

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.poolSize(4);
    }

    private List<Event> events(int count) {
        daybook().transact(tx -> {
            for (int i = 0; i < count; i++) {
                tx.record("thing", "t", Operation.of("ACT"));
            }
        });
        return ledger();
    }

    @Test
    void what_is_marked_is_remembered_by_name_over_a_restart() {
        List<Event> events = events(2);
        ProcessedEvents mailed = ProcessedEvents.of(daybook(), "mailer");
        assertThat(mailed.isProcessed(events.get(0))).isFalse();
        assertThat(mailed.markProcessed(events.get(0))).isTrue();
        assertThat(mailed.markProcessed(events.get(0))).isFalse();
        assertThat(mailed.isProcessed(events.get(0))).isTrue();
        assertThat(mailed.isProcessed(events.get(1))).isFalse();
        assertThat(ProcessedEvents.of(daybook(), "other").isProcessed(events.get(0)))
                .isFalse();
        assertThat(ProcessedEvents.of(daybooks.reopen(), "mailer").isProcessed(events.get(0)))
                .isTrue();
    }

    @Test
    void an_effect_whose_cursor_was_not_saved_is_recognised() throws Exception {
        events(1);
        Registration registration = daybook().notifier().register("mailer", Topic.of("thing"));
        Delivery first = registration.poll(LONG).orElseThrow();
        ProcessedEvents.of(daybook(), "mailer").markProcessed(first);
        // Never done: as if the process had died here.
        Registration again = daybooks.reopen().notifier().register("mailer", Topic.of("thing"));
        Delivery second = again.poll(LONG).orElseThrow();
        assertThat(second.eventId()).isEqualTo(first.eventId());
        assertThat(ProcessedEvents.of(daybook(), "mailer").isProcessed(second)).isTrue();
        second.done();
    }

    @Test
    void what_is_before_a_position_is_forgotten_of_that_consumer_alone() {
        List<Event> events = events(5);
        ProcessedEvents mailed = ProcessedEvents.of(daybook(), "mailer");
        ProcessedEvents other = ProcessedEvents.of(daybook(), "other");
        events.forEach(mailed::markProcessed);
        events.forEach(other::markProcessed);
        assertThat(mailed.forgetBefore(4)).isEqualTo(3);
        assertThat(mailed.forgetBefore(4)).isZero();
        assertThat(events).filteredOn(mailed::isProcessed).hasSize(2);
        assertThat(events).filteredOn(other::isProcessed).hasSize(5);
    }

    @Test
    void an_event_without_position_and_a_consumer_without_name_are_refused() throws Exception {
        daybooks.daybook().close();
        try (var unsequenced = settings(database().daybook()).sequencing(false).open()) {
            unsequenced.transact(tx -> tx.record("thing", "t", Operation.of("ACT")));
            Event event = unsequenced.history("thing", "t").toList().get(0);
            ProcessedEvents mailed = ProcessedEvents.of(unsequenced, "mailer");
            assertThatThrownBy(() -> mailed.markProcessed(event))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no position yet");
            assertThatThrownBy(() -> ProcessedEvents.of(unsequenced, "")).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
