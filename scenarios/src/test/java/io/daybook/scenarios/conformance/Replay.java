package io.daybook.scenarios.conformance;

import io.daybook.Daybook;
import io.daybook.testkit.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What a trace came to here: it can be compared any number of times. */
record Replay(
        Trace trace,
        List<Replayer.Outcome> outcomes,
        List<Map<String, Map<String, JsonNode>>> states,
        Comparison comparison) {

    /**
     * Replays that trace, in a database of its own.
     *
     * @param folder for the files of data nodes
     */
    static Replay of(Trace trace, Path folder) throws InterruptedException {
        Symbols symbols = new Symbols();
        Replay replay = new Replay(trace, new ArrayList<>(), new ArrayList<>(), new Comparison(trace, symbols));
        try (TestDatabase database = TestDatabase.h2();
                Daybook daybook = database.daybook().open();
                Replayer replayer = new Replayer(trace, daybook, folder, symbols)) {
            for (Trace.Step step : trace.steps()) {
                Replayer.Outcome outcome = replayer.run(step);
                replay.outcomes.add(outcome);
                replay.states.add(replayer.state());
                // The next step names what was bound to its symbols in this one.
                replay.comparison.compare(step, outcome, replay.states.get(replay.states.size() - 1));
            }
        }
        return replay;
    }

    List<Comparison.Verdict> verdicts() {
        return comparison.verdicts();
    }

    /** What would have been said of a step, had Taipy told these events. */
    Comparison.Verdict verdict(int number, List<Trace.Event> events) {
        Comparison other = new Comparison(trace, new Symbols());
        for (int i = 0; i <= number; i++) {
            Trace.Step step = trace.steps().get(i);
            other.compare(i == number ? step.withEvents(events) : step, outcomes.get(i), states.get(i));
        }
        return other.verdicts().get(number);
    }
}
