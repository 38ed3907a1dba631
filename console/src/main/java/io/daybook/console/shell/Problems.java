package io.daybook.console.shell;

import io.daybook.event.DaybookException;
import io.daybook.migrations.MigrationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one sentence on stderr and an exit code. */
public final class Problems implements IExecutionExceptionHandler, IParameterExceptionHandler {

    private final Shell shell;

    public Problems(Shell shell) {
        this.shell = shell;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        return report(e);
    }

    /** Says it, and answers the exit code. */
    public int report(Throwable e) {
        shell.out().flush();
        shell.note(sentence(e));
        if (shell.isVerbose()) {
            e.printStackTrace(shell.err());
            shell.err().flush();
        }
        return e instanceof CommandFailed failed ? failed.exitCode() : ExitCode.FAILED;
    }

    private static String sentence(Throwable e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (e instanceof DaybookException || e instanceof MigrationException || e instanceof IllegalArgumentException) {
            return message;
        }
        if (e instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
            return Messages.of(unchecked.getCause()) + ".";
        }
        if (e instanceof IOException io) {
            return Messages.of(io) + ".";
        }
        if (e instanceof OutOfMemoryError) {
            return "The memory is used up (%,d MB). Give more with DAYBOOK_JAVA_OPTS=-Xmx<size>; what was appended is kept."
                    .formatted(Runtime.getRuntime().maxMemory() >> 20);
        }
        if (e instanceof InterruptedException) {
            return "Interrupted.";
        }
        return "%s: %s. Indicates a bug; --verbose shows where."
                .formatted(e.getClass().getSimpleName(), message);
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        PrintWriter err = shell.err();
        CommandLine command = e.getCommandLine();
        String message = String.valueOf(e.getMessage());
        err.println("daybook: " + (message.startsWith("Error: ") ? message.substring("Error: ".length()) : message));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.printf("Try '%s --help'.%n", command.getCommandSpec().qualifiedName());
        err.flush();
        return ExitCode.USAGE;
    }
}
