package io.daybook.console.look;

import io.daybook.AsOf;
import io.daybook.Daybook;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.event.Value;
import io.daybook.history.Difference;
import io.daybook.redaction.Redaction;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook diff}. */
@Command(
        name = "diff",
        description = {
            "Shows in what an entity, or all entities of a type, differ between two moments.",
            "",
            "A moment is beginning, now, a position, an instant (what had been recorded by then), or occurred:<instant> (what had happened by"
                    + " then); or two of them with a comma in between: what was known at one moment about another.",
            "What came and went in between does not show: daybook history and daybook tail tell. No difference is no error."
        },
        footer = {
            "Examples:",
            "  daybook diff order o-1 --from 1200",
            "  daybook diff order --from 2026-02-01T00:00:00Z --to 2026-03-01T00:00:00Z",
            "  daybook diff order --from 2026-03-01T00:00:00Z,occurred:2026-02-01T00:00:00Z --to occurred:2026-02-01T00:00:00Z",
            ""
        })
public final class DiffCommand implements Callable<Integer> {

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

    @Option(
            names = "--from",
            required = true,
            paramLabel = "<moment>",
            converter = MomentConverter.class,
            description = "The first moment.")
    private Function<Daybook, AsOf> from = Daybook::now;

    @Option(
            names = "--to",
            paramLabel = "<moment>",
            converter = MomentConverter.class,
            description = "The second moment. Default: now.")
    private Function<Daybook, AsOf> to = Daybook::now;

    public DiffCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        EntityArgument.check(spec, type, id == null ? "any" : id);
        try (Daybook daybook = shell.openToRead()) {
            Redaction redaction = shell.redaction(daybook);
            AsOf first = from.apply(daybook);
            AsOf second = to.apply(daybook);
            Iterator<Difference> differences = id == null
                    ? first.differences(type, second).iterator()
                    : first.difference(type, id, second).stream().iterator();
            if (!differences.hasNext()) {
                shell.note("No difference in %s%s.".formatted(type, id == null ? "" : " " + id));
            }
            if (shell.isJson()) {
                differences.forEachRemaining(difference -> json(difference, redaction));
                shell.out().flush();
            } else {
                try (Table table = new Table(shell.out(), "ID", "WHAT", "ATTRIBUTE", "FROM", "TO")) {
                    differences.forEachRemaining(difference -> rows(table, difference, redaction));
                }
            }
            return ExitCode.OK;
        }
    }

    private static void rows(Table table, Difference difference, Redaction redaction) {
        String what = what(difference);
        if (difference.attributes().isEmpty()) {
            table.row(difference.entity().id(), what, "", "", "");
        }
        for (Difference.Attribute attribute : difference.attributes()) {
            boolean hidden = isHidden(difference, attribute, redaction);
            table.row(
                    difference.entity().id(),
                    what,
                    attribute.name(),
                    text(attribute.from(), hidden),
                    text(attribute.to(), hidden));
        }
    }

    private static boolean isHidden(Difference difference, Difference.Attribute attribute, Redaction redaction) {
        return redaction.hides(difference.entity().type(), attribute.name());
    }

    private static String text(Optional<Value> value, boolean hidden) {
        return value.map(any -> hidden ? EventLines.REDACTED : EventLines.shortened(any))
                .orElse("-");
    }

    private static String what(Difference difference) {
        return difference.kind().name().toLowerCase(Locale.ROOT);
    }

    /** A line per attribute, as in the table. */
    private void json(Difference difference, Redaction redaction) {
        if (difference.attributes().isEmpty()) {
            shell.out().println(line(difference));
        }
        for (Difference.Attribute attribute : difference.attributes()) {
            JsonLine line = line(difference).put("attribute_name", attribute.name());
            if (isHidden(difference, attribute, redaction)) {
                line.put("redacted", List.of(attribute.name()));
            } else {
                attribute.from().ifPresent(value -> line.put("from", value));
                attribute.to().ifPresent(value -> line.put("to", value));
            }
            shell.out().println(line);
        }
    }

    private static JsonLine line(Difference difference) {
        return new JsonLine()
                .put("entity_type", difference.entity().type().name())
                .put("entity_id", difference.entity().id())
                .put("difference", what(difference));
    }
}
