package io.daybook.scenarios;

/** The scenario has no sequence of that name. */
public final class SequenceNotFound extends ScenarioException {

    private static final long serialVersionUID = 1L;

    SequenceNotFound(String name, String scenario) {
        super("Scenario %s has no sequence %s. Nothing was written.".formatted(scenario, name));
    }
}
