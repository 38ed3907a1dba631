package io.daybook.console.shell;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/** A command cannot do what it was asked. The message says what was found and what to do. */
public final class CommandFailed extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    public CommandFailed(String message) {
        this(message, ExitCode.FAILED, null);
    }

    public CommandFailed(String message, @Nullable Throwable cause) {
        this(message, ExitCode.FAILED, cause);
    }

    public CommandFailed(String message, int exitCode, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** One of {@link ExitCode}. */
    public int exitCode() {
        return exitCode;
    }
}
