package io.daybook.scenarios;

/** The scenario has a sequence of that name (Taipy: SequenceAlreadyExists). */
public final class SequenceAlreadyExists extends ScenarioException {

    private static final long serialVersionUID = 1L;

    SequenceAlreadyExists(String name, String scenario) {
        super("Scenario %s has a sequence %s already. Nothing was written; update that one, or choose another name."
                .formatted(scenario, name));
    }
}
