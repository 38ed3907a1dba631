package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.history.Trace;
import io.daybook.testkit.Await;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What led to an event, and what it led to. */
abstract class TraceConformance extends Conformance {

    /** One event, caused by that position; 0 = by nothing. @return its position, as nobody else writes */
    private long say(long cause) {
        var unit = cause == 0 ? daybook().unitOfWork() : daybook().unitOfWork().causedBy(cause);
        unit.transact(tx -> tx.record("thing", "t", Operation.of("ACT")));
        return Await.sequenced(daybook());
    }

    private void say(long cause, int times) {
        daybook().unitOfWork().causedBy(cause).transact(tx -> {
            for (int i = 0; i < times; i++) {
                tx.record("thing", "t", Operation.of("ACT"));
            }
        });
        Await.sequenced(daybook());
    }

    private Trace trace(long position) {
        return daybook().trace(position).orElseThrow();
    }

    private Trace trace(long position, int depth, int events) {
        return daybook().trace(position, new Trace.Limits(depth, events)).orElseThrow();
    }

    private static List<Long> positions(List<Event> events) {
        return events.stream().map(event -> event.position().orElseThrow()).toList();
    }

    /** {@code 1(2(4)3)}, with * where it was seen before and ... where it is cut. */
    private static String shape(Trace.Node node) {
        StringBuilder shape = new StringBuilder().append(node.event().position().orElse(0));
        shape.append(node.seenBefore() ? "*" : "");
        if (!node.consequences().isEmpty()) {
            shape.append('(');
            node.consequences().forEach(consequence -> shape.append(' ').append(shape(consequence)));
            shape.append(" )");
        }
        return shape.append(node.cut() ? "..." : "").toString();
    }

    @Test
    void causes_and_consequences_are_a_tree() {
        say(0);
        say(1);
        say(1);
        say(2);
        say(4);
        say(4);
        say(0);

        assertThat(positions(trace(4).causes())).containsExactly(1L, 2L);
        assertThat(trace(4).origin()).isEqualTo(Trace.Origin.FOUND);
        assertThat(trace(4).root()).hasValue(1);
        assertThat(shape(trace(4).event())).isEqualTo("4( 5 6 )");
        assertThat(shape(trace(1).event())).isEqualTo("1( 2( 4( 5 6 ) ) 3 )");
        assertThat(trace(1).causes()).isEmpty();
        assertThat(shape(trace(7).event())).isEqualTo("7");
        assertThat(daybook().trace(8)).isEmpty();
        assertThat(daybook().trace(0)).isEmpty();
    }

    @Test
    void what_was_said_together_is_no_consequence_of_each_other() {
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of());
            tx.create("order", "o-2", Map.of());
        });
        Await.sequenced(daybook());
        say(2);

        assertThat(shape(trace(1).event())).isEqualTo("1");
        assertThat(shape(trace(2).event())).isEqualTo("2( 3 )");
        assertThat(trace(1).event().event().transactionId())
                .isEqualTo(trace(2).event().event().transactionId());
    }

    @Test
    void circles_and_causes_that_are_not_there_end_it() {
        say(3);
        say(1);
        say(2);
        say(99);
        say(5);

        assertThat(trace(1).origin()).isEqualTo(Trace.Origin.CIRCLE);
        assertThat(positions(trace(1).causes())).containsExactly(2L, 3L);
        assertThat(shape(trace(1).event())).isEqualTo("1( 2( 3( 1* ) ) )");
        assertThat(trace(4).origin()).isEqualTo(Trace.Origin.MISSING);
        assertThat(trace(4).causes()).isEmpty();
        assertThat(trace(5).origin()).isEqualTo(Trace.Origin.CIRCLE);
        assertThat(shape(trace(5).event())).isEqualTo("5( 5* )");
    }

    @Test
    void a_wide_tree_is_read_in_pages_and_cut_where_it_is_too_wide() {
        say(0);
        say(1, 1_200);
        say(2, 2);

        Trace all = trace(1, 100, 2_000);
        assertThat(all.event().consequences().size()).isEqualTo(1_200);
        assertThat(all.event().consequences().get(0).consequences()).hasSize(2);
        assertThat(all.event().cut()).isFalse();
        assertThat(positions(all.event().consequences().stream()
                        .map(Trace.Node::event)
                        .toList()))
                .isSorted()
                .doesNotHaveDuplicates();
        Trace some = trace(1);
        assertThat(some.event().consequences().size()).isEqualTo(1_000);
        assertThat(some.event().cut()).isTrue();
        Trace exactly = trace(1, 100, 1_200);
        assertThat(exactly.event().cut()).isFalse();
        assertThat(exactly.event().consequences().get(0).cut()).isTrue();
        assertThat(trace(1, 100, 1_202).event().consequences().get(0).cut()).isFalse();
    }

    @Test
    void a_deep_tree_is_cut_where_it_is_too_deep() {
        say(0);
        daybook().transact(tx -> tx.record("thing", "t", Operation.of("ACT")));
        for (int position = 3; position <= 8; position++) {
            say(position - 1);
        }

        assertThat(shape(trace(2, 3, 100).event())).isEqualTo("2( 3( 4( 5... ) ) )");
        assertThat(shape(trace(2, 6, 100).event())).isEqualTo("2( 3( 4( 5( 6( 7( 8 ) ) ) ) ) )");
        assertThat(shape(trace(2, 100, 2).event())).isEqualTo("2( 3( 4... ) )");
        assertThat(trace(8, 3, 1).origin()).isEqualTo(Trace.Origin.LIMIT);
        assertThat(positions(trace(8, 3, 1).causes())).containsExactly(5L, 6L, 7L);
        assertThat(trace(8, 6, 1).origin()).isEqualTo(Trace.Origin.FOUND);
        assertThatThrownBy(() -> new Trace.Limits(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Trace.Limits(1, 100_001)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_event_that_waits_for_its_position_is_shown() throws Exception {
        say(0);
        daybook().close();
        try (var writer = database().daybook().sequencing(false).open()) {
            writer.unitOfWork().causedBy(1).transact(tx -> tx.create("order", "o-1", Map.of()));
            assertThat(shape(writer.trace(1).orElseThrow().event())).isEqualTo("1( 0 )");
        }
    }

    @Test
    void the_cause_is_found_by_the_index() throws Exception {
        if (isPostgresql()) {
            assertThat(text("""
                    select indexdef
                    from pg_indexes
                    where schemaname = 'daybook'
                      and indexname = 'events_causation'
                    """)).endsWith("(causation_position, event_id) WHERE (causation_position IS NOT NULL)");
        } else {
            assertThat(text("explain select * from daybook.events where causation_position = 1"))
                    .containsIgnoringCase("events_causation");
        }
    }
}
