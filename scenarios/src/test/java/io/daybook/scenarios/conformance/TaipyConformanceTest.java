package io.daybook.scenarios.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replays the recorded traces of Taipy, and compares: {@code docs/taipy.md} says by which rules. */
class TaipyConformanceTest {

    private static final Logger LOG = LoggerFactory.getLogger(TaipyConformanceTest.class);

    @TempDir
    Path folder;

    @Test
    void every_step_of_every_trace_is_as_Taipy_does_it_but_for_the_declared_kinds_of_differences() throws Exception {
        Report report = new Report();
        List<Trace> traces = new ArrayList<>(Trace.inFolder("/taipy"));
        traces.addAll(Trace.inFolder("/taipy-derived"));
        assertThat(traces).as("traces in the step language").hasSizeGreaterThanOrEqualTo(14);
        for (Trace trace : traces) {
            report.add(Replay.of(trace, folder.resolve(trace.name())).verdicts());
        }
        LOG.info("Conformance with Taipy 4.1:{}{}", System.lineSeparator(), report);
        assertThat(report.mismatches())
                .as("steps that do not match:%n%s", report)
                .isEmpty();
        assertThat(report.dead()).as("declared kinds that no step needs").isEmpty();
    }
}
