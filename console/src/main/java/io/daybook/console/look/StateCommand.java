package io.daybook.console.look;

import io.daybook.Daybook;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.event.Value;
import io.daybook.history.EntityState;
import io.daybook.redaction.Redaction;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook state}. */
@Command(
        name = "state",
        description = {"Shows what one entity is, or was.", "", "Exit code 5 if it does not exist, or did not then."},
        footer = {
            "Examples:",
            "  daybook state file README.md",
            "  daybook state file README.md --at-position 1200",
            "  daybook state order o-1 --occurred-at 2026-01-31T12:00:00Z",
            ""
        })
public final class StateCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<type>", description = "Entity type, such as file.")
    private String type;

    @Parameters(index = "1", paramLabel = "<id>", description = "Entity id.")
    private String id;

    @ArgGroup
    private @Nullable When when;

    /** At most one of them. */
    private static final class When {
        @Option(names = "--at-position", paramLabel = "<n>", description = "As the ledger has it up to that position.")
        private @Nullable Long position;

        @Option(
                names = "--recorded-at",
                paramLabel = "<instant>",
                converter = InstantConverter.class,
                description = "By what had entered the ledger by then: what could be known at that time.")
        private @Nullable Instant recorded;

        @Option(
                names = "--occurred-at",
                paramLabel = "<instant>",
                converter = InstantConverter.class,
                description = "By what had happened by then, as far as is known today.")
        private @Nullable Instant occurred;
    }

    public StateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        EntityArgument.check(spec, type, id);
        Long position = when == null ? null : when.position;
        if (position != null && position < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--at-position %d makes no sense. Give 0 or more.".formatted(position));
        }
        try (Daybook daybook = shell.openToRead()) {
            long head = position == null ? 0 : daybook.head();
            if (position != null && position > head) {
                shell.note("The ledger ends at position %d; position %d is yet to come.".formatted(head, position));
            }
            Optional<EntityState> state = read(daybook);
            if (state.isEmpty()) {
                shell.note("There %s no %s %s: it was never created, or deleted. daybook history %s %s tells."
                        .formatted(when == null ? "is" : "was then", type, id, type, id));
                return ExitCode.NOT_FOUND;
            }
            show(state.get(), shell.redaction(daybook));
            return ExitCode.OK;
        }
    }

    private Optional<EntityState> read(Daybook daybook) {
        if (when != null && when.position != null) {
            return daybook.asOf(when.position).state(type, id);
        }
        if (when != null && when.recorded != null) {
            return daybook.asOfRecorded(when.recorded).state(type, id);
        }
        return when != null && when.occurred != null
                ? daybook.asOfOccurred(when.occurred).state(type, id)
                : daybook.state(type, id);
    }

    private void show(EntityState state, Redaction redaction) {
        Map<String, Value> visible = redaction.visible(state.entity().type(), state.attributes());
        if (shell.isJson()) {
            shell.say(new JsonLine()
                    .put("entity_type", state.entity().type().name())
                    .put("entity_id", state.entity().id())
                    .put("version", state.version())
                    .put("attributes", visible)
                    .put("redacted", redaction.hidden(state.entity().type(), state.attributes()))
                    .put("created", state.created().toString())
                    .put("changed", state.changed().toString())
                    .toString());
            return;
        }
        shell.out().printf("%s, version %d%n", Messages.shown(state.entity().toString()), state.version());
        shell.out().printf("created %s, changed %s%n%n", state.created(), state.changed());
        try (Table table = new Table(shell.out(), "ATTRIBUTE", "VALUE")) {
            state.attributes()
                    .forEach((name, value) ->
                            table.row(name, visible.containsKey(name) ? value.json() : EventLines.REDACTED));
        }
    }
}
