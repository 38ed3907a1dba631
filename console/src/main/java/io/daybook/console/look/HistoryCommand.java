package io.daybook.console.look;

import io.daybook.Daybook;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.event.Event;
import io.daybook.redaction.Redaction;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook history}. */
@Command(
        name = "history",
        description = {
            "Shows what happened to one entity, oldest first.",
            "",
            "An event without position is committed and waits for its place in the ledger. Exit code 5 if nothing ever happened to it."
        },
        footer = {"Example:", "  daybook history file README.md", ""})
public final class HistoryCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<type>", description = "Entity type, such as file.")
    private String type;

    @Parameters(index = "1", paramLabel = "<id>", description = "Entity id.")
    private String id;

    public HistoryCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        EntityArgument.check(spec, type, id);
        try (Daybook daybook = shell.openToRead()) {
            Iterator<Event> events = daybook.history(type, id).iterator();
            if (!events.hasNext()) {
                shell.note("Nothing ever happened to %s %s. Check type and id.".formatted(type, id));
                return ExitCode.NOT_FOUND;
            }
            Redaction redaction = shell.redaction(daybook);
            if (shell.isJson()) {
                events.forEachRemaining(event -> shell.out().println(EventLines.json(event, redaction)));
            } else {
                show(events, redaction);
            }
        }
        return ExitCode.OK;
    }

    private void show(Iterator<Event> events, Redaction redaction) {
        try (Table table =
                new Table(shell.out(), ">VERSION", ">POSITION", "OCCURRED", "OPERATION", "ACTOR", "CHANGE")) {
            events.forEachRemaining(event -> table.row(
                    event.version(),
                    event.position().isPresent()
                            ? Long.toString(event.position().getAsLong())
                            : "-",
                    event.creationDate(),
                    event.operation(),
                    event.actor().orElse("-"),
                    EventLines.change(event, redaction)));
        }
    }
}
