package io.daybook.scenarios;

/** The application has no function for a task that an earlier version of it created. */
public final class FunctionMissing extends ScenarioException {

    private static final long serialVersionUID = 1L;

    FunctionMissing(String task, String config) {
        super(
                "Task %s is of configuration %s, which this application does not have. Open the scenarios with a configuration that has it."
                        .formatted(task, config));
    }
}
