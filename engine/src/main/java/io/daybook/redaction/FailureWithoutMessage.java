package io.daybook.redaction;

import org.jspecify.annotations.Nullable;

/** A failure of an application, as it may be shown: what it was and where it happened, not what it said. */
final class FailureWithoutMessage extends Exception {

    private static final long serialVersionUID = 1L;

    /** Causes may go round in a circle. */
    private static final int MOST_CAUSES = 20;

    private final String name;

    FailureWithoutMessage(Throwable failure, int depth) {
        super("its message is not shown, it may quote what is sensitive", cause(failure, depth), false, true);
        this.name = failure.getClass().getName();
        setStackTrace(failure.getStackTrace());
    }

    private static @Nullable Throwable cause(Throwable failure, int depth) {
        Throwable cause = failure.getCause();
        return cause == null || depth == MOST_CAUSES ? null : new FailureWithoutMessage(cause, depth + 1);
    }

    /** Begins with what it was, as that of the failure would: logs and tables show this. */
    @Override
    @SuppressWarnings("OverrideThrowableToString")
    public String toString() {
        return "%s (%s)".formatted(name, getMessage());
    }
}
