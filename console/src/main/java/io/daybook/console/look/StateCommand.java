package io.daybook.console.look;

import io.daybook.AsOf;
import io.daybook.Daybook;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.InstantConverter;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.event.Value;
import io.daybook.history.EntityState;
import io.daybook.redaction.Redaction;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook state}. */
@Command(
        name = "state",
        description = {
            "Shows what one entity is, or was; without an id, all entities of the type.",
            "",
            "The two times may be combined: what had been recorded by one moment about what had happened by another.",
            "Exit code 5 if it does not exist, or did not then."
        },
        footer = {
            "Examples:",
            "  daybook state file README.md",
            "  daybook state file --at-position 1200",
            "  daybook state order o-1 --occurred-at 2026-01-31T12:00:00Z",
            "  daybook state order o-1 --recorded-at 2026-03-01T00:00:00Z --occurred-at 2026-02-01T00:00:00Z",
            ""
        })
public final class StateCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<type>", description = "Entity type, such as file.")
    private String type;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "<id>",
            description = "Entity id. Without it: all of the type.")
    private @Nullable String id;

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
            description = "By what had happened by then, as far as is known today, or was then.")
    private @Nullable Instant occurred;

    public StateCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        EntityArgument.check(spec, type, id == null ? "any" : id);
        if (position != null && position < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--at-position %d makes no sense. Give 0 or more.".formatted(position));
        }
        try (Daybook daybook = shell.openToRead()) {
            long head = position == null ? 0 : daybook.head();
            if (position != null && position > head) {
                shell.note("The ledger ends at position %d; position %d is yet to come.".formatted(head, position));
            }
            return id == null ? all(daybook) : one(daybook, id);
        }
    }

    private AsOf asOf(Daybook daybook) {
        AsOf asOf = position == null ? daybook.now() : daybook.asOf(position);
        asOf = recorded == null ? asOf : asOf.recordedBy(recorded);
        return occurred == null ? asOf : asOf.occurredBy(occurred);
    }

    private boolean isOfThen() {
        return position != null || recorded != null || occurred != null;
    }

    private int one(Daybook daybook, String entityId) {
        Optional<EntityState> state = asOf(daybook).state(type, entityId);
        if (state.isEmpty()) {
            shell.note("There %s no %s %s: it was never created, or deleted. daybook history %s %s tells."
                    .formatted(isOfThen() ? "was then" : "is", type, entityId, type, entityId));
            return ExitCode.NOT_FOUND;
        }
        if (shell.isJson()) {
            shell.say(json(state.get(), shell.redaction(daybook)));
        } else {
            show(state.get(), shell.redaction(daybook));
        }
        return ExitCode.OK;
    }

    private int all(Daybook daybook) {
        Redaction redaction = shell.redaction(daybook);
        Iterator<EntityState> states = asOf(daybook).states(type).iterator();
        if (!states.hasNext()) {
            shell.note("There %s no %s.".formatted(isOfThen() ? "was then" : "is", type));
            return ExitCode.NOT_FOUND;
        }
        if (shell.isJson()) {
            states.forEachRemaining(state -> shell.out().println(json(state, redaction)));
            shell.out().flush();
        } else {
            try (Table table = new Table(shell.out(), "ID", ">VERSION", "CHANGED", "ATTRIBUTES")) {
                states.forEachRemaining(state ->
                        table.row(state.entity().id(), state.version(), state.changed(), attributes(state, redaction)));
            }
        }
        return ExitCode.OK;
    }

    private static String attributes(EntityState state, Redaction redaction) {
        String visible = EventLines.shortened(
                Value.object(redaction.visible(state.entity().type(), state.attributes())));
        List<String> hidden = redaction.hidden(state.entity().type(), state.attributes());
        return hidden.isEmpty() ? visible : "%s (redacted: %s)".formatted(visible, String.join(", ", hidden));
    }

    private static String json(EntityState state, Redaction redaction) {
        return new JsonLine()
                .put("entity_type", state.entity().type().name())
                .put("entity_id", state.entity().id())
                .put("version", state.version())
                .put("attributes", redaction.visible(state.entity().type(), state.attributes()))
                .put("redacted", redaction.hidden(state.entity().type(), state.attributes()))
                .put("created", state.created().toString())
                .put("changed", state.changed().toString())
                .toString();
    }

    private void show(EntityState state, Redaction redaction) {
        Map<String, Value> visible = redaction.visible(state.entity().type(), state.attributes());
        shell.out().printf("%s, version %d%n", Messages.shown(state.entity().toString()), state.version());
        shell.out().printf("created %s, changed %s%n%n", state.created(), state.changed());
        try (Table table = new Table(shell.out(), "ATTRIBUTE", "VALUE")) {
            state.attributes()
                    .forEach((name, value) ->
                            table.row(name, visible.containsKey(name) ? value.json() : EventLines.REDACTED));
        }
    }
}
