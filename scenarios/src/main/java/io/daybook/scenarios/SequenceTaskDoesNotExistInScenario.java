package io.daybook.scenarios;

import java.util.List;

/** A sequence is of tasks of its scenario (Taipy: SequenceTaskDoesNotExistInScenario). */
public final class SequenceTaskDoesNotExistInScenario extends ScenarioException {

    private static final long serialVersionUID = 1L;

    SequenceTaskDoesNotExistInScenario(List<String> tasks, String name, String scenario) {
        super("Sequence %s cannot have %s: scenario %s does not. Nothing was written."
                .formatted(name, tasks, scenario));
    }
}
