package io.daybook.scenarios.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the comparison notices what is not as the traces say. */
class ComparisonTest {

    @TempDir
    Path folder;

    private Replay replay(String letter) throws InterruptedException {
        Trace trace = Trace.inFolder("/taipy").stream()
                .filter(one -> one.name().startsWith(letter + "-"))
                .findFirst()
                .orElseThrow();
        return Replay.of(trace, folder);
    }

    /** Whether Taipy tells it by what it has noticed before. */
    private static boolean isLazy(Trace.Event event) {
        return "is_submittable".equals(event.attribute());
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "d", "e", "l"})
    void another_value_is_noticed(String letter) throws Exception {
        Replay replay = replay(letter);
        List<String> unnoticed = new ArrayList<>();
        for (Trace.Step step : replay.trace().steps()) {
            List<Trace.Event> events = step.variants().get(0);
            for (Trace.Event event : events) {
                List<Trace.Event> changed = new ArrayList<>(events);
                changed.set(event.number(), event.with(event.number(), Json.of("something else")));
                if (event.attribute() != null
                        && !isLazy(event)
                        && replay.verdict(step.index(), changed).mismatch() == null) {
                    unnoticed.add("%s: %s".formatted(step, event));
                }
            }
        }
        assertThat(unnoticed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "d", "e", "l"})
    void an_event_that_the_trace_does_not_have_is_noticed(String letter) throws Exception {
        Replay replay = replay(letter);
        List<String> unnoticed = new ArrayList<>();
        for (Trace.Step step : replay.trace().steps()) {
            List<Trace.Event> events = step.variants().get(0);
            for (Trace.Event event : events) {
                List<Trace.Event> fewer = new ArrayList<>();
                for (Trace.Event other : events) {
                    if (other.number() != event.number()) {
                        fewer.add(other.with(fewer.size(), other.value()));
                    }
                }
                if (step.blocks().isEmpty()
                        && event.entity() != null
                        && !isLazy(event)
                        && replay.verdict(step.index(), fewer).mismatch() == null) {
                    unnoticed.add("%s: %s".formatted(step, event));
                }
            }
        }
        assertThat(unnoticed).isEmpty();
    }

    @Test
    void an_event_that_we_do_not_have_is_noticed() throws Exception {
        Replay replay = replay("c");
        for (Trace.Step step : replay.trace().steps()) {
            List<Trace.Event> more = new ArrayList<>(step.variants().get(0));
            more.add(new Trace.Event(
                    more.size(),
                    "data_node",
                    "UPDATE",
                    "datanode:inp#1",
                    "scope",
                    Json.of("CYCLE"),
                    Json.of(List.of())));
            assertThat(replay.verdict(step.index(), more).mismatch())
                    .as("%s", step)
                    .isNotNull();
        }
    }
}
