package io.daybook.scenarios;

/** The connection broke in a commit, and nothing was written. */
public final class ConnectionBroke extends ScenarioException {

    private static final long serialVersionUID = 1L;

    ConnectionBroke(Throwable cause) {
        super("The connection to the database broke in a commit. Nothing was written; try again.", cause);
    }
}
