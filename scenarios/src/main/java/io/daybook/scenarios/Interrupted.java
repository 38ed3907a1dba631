package io.daybook.scenarios;

/** The thread was interrupted while it waited for another process. Nothing was written. */
public final class Interrupted extends ScenarioException {

    private static final long serialVersionUID = 1L;

    Interrupted() {
        super("The thread was interrupted while it waited to decide again. Nothing was written.");
    }
}
