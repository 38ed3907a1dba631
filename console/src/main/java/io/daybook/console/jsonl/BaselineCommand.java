package io.daybook.console.jsonl;

import io.daybook.Baseline;
import io.daybook.Daybook;
import io.daybook.UnitOfWork;
import io.daybook.ValueTooLarge;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Stop;
import io.daybook.event.Change;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code daybook baseline}. */
@Command(
        name = "baseline",
        description = {
            "Makes entities known that were there before Daybook, from a file of JSON lines.",
            "",
            "Each line is an entity as it is now: entity_type and entity_id; and, where there is something to say, attributes (an object),"
                    + " creation_date (ISO 8601 with a zone: when it came to be) and metadata (an object). It is appended as a CREATION, whose metadata"
                    + " say \"baseline\": true. Blank lines are passed over.",
            "",
            "An entity that was ever created in Daybook is left alone, deleted ones too: so it may be run again, after an error, a Ctrl-C or a"
                    + " kill -9, and while the application runs. A bad line stops it; what is before it is kept, and the exit code is 4."
        },
        footer = {
            "Examples:",
            "  daybook baseline customers.jsonl --actor migration --reason 'first audit'",
            "  psql -Atc \"select json_build_object('entity_type', 'customer', 'entity_id', id::text, 'attributes', to_jsonb(c)) from"
                    + " customers c\" | daybook baseline -",
            ""
        })
public final class BaselineCommand implements Callable<Integer> {

    private static final Set<String> FIELDS =
            new TreeSet<>(Set.of("entity_type", "entity_id", "attributes", "creation_date", "metadata"));

    private final Shell shell;

    @Parameters(index = "0", paramLabel = "<file>", description = "JSON lines; - is standard input.")
    private String file = "-";

    @Option(names = "--actor", paramLabel = "<actor>", description = "Who says so. Default: nobody is told.")
    private @Nullable String actor;

    @Option(names = "--reason", paramLabel = "<reason>", description = "Why. Default: none is told.")
    private @Nullable String reason;

    private long line;

    public BaselineCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (InputStream in = ImportCommand.open(shell, file);
                Daybook daybook = shell.openToWrite();
                Stop stop = Stop.onSignal();
                Baseline baseline = daybook.baseline(unitOfWork(daybook))) {
            Batch.Problem bad = read(baseline, in, stop);
            Baseline.Result result = baseline.finish();
            shell.say(shell.isJson() ? json(result) : text(result));
            if (bad != null) {
                shell.note(Messages.shown("line %d: %s.".formatted(bad.line(), bad.what())));
                shell.note("Stopped there; what is before it is kept. Correct the line, and run it again.");
                return ExitCode.BAD_LINE;
            }
            if (stop.isAsked()) {
                shell.note("Stopped before the end. Run it again to go on.");
                return ExitCode.INTERRUPTED;
            }
            return ExitCode.OK;
        }
    }

    private UnitOfWork unitOfWork(Daybook daybook) {
        UnitOfWork unit = daybook.unitOfWork();
        unit = actor == null ? unit : unit.as(actor);
        return reason == null ? unit : unit.because(reason);
    }

    /** Adds the lines, and answers the one that ended it; null = none did. */
    private Batch.@Nullable Problem read(Baseline baseline, InputStream in, Stop stop) throws IOException {
        Lines lines = new Lines(in);
        long size = file.equals("-") ? -1 : Files.size(Path.of(file)) >> 10;
        try (Progress progress = Progress.of("Baseline KB", size)) {
            Lines.Line next = lines.next();
            while (next != null && !stop.isAsked()) {
                line = next.number();
                if (!Batches.isBlank(next)) {
                    baseline.add(parse(next));
                    progress.at(lines.taken() >> 10);
                }
                next = lines.next();
            }
            return null;
        } catch (InvalidEvent | ValueTooLarge e) {
            return new Batch.Problem(line, EntryParser.withoutPoint(e));
        }
    }

    private static Change parse(Lines.Line line) {
        if (line.tooLong()) {
            throw new InvalidEvent("It has more than %,d bytes.".formatted(line.bytes().length));
        }
        Value object;
        try {
            object = Value.ofJson(EntryParser.text(line));
        } catch (CharacterCodingException e) {
            throw new InvalidEvent("It is no UTF-8.", e);
        }
        if (!object.isObject()) {
            throw new InvalidEvent("It is no JSON object.");
        }
        Map<String, Value> fields = object.members();
        EntryParser.refuseRedacted(fields);
        EntryParser.refuseUnknown(fields, FIELDS);
        Change change =
                Change.create(EntryParser.required(fields, "entity_type"), EntryParser.required(fields, "entity_id"));
        Value attributes = fields.get("attributes");
        change = change.attributes(attributes == null || attributes.isNull() ? Map.of() : attributes);
        Value metadata = EntryParser.metadata(fields);
        change = metadata == null ? change : change.metadata(metadata.members());
        String date = EntryParser.optional(fields, "creation_date");
        return date == null ? change : change.occurredAt(EntryParser.instant(date));
    }

    private static String json(Baseline.Result result) {
        return new JsonLine()
                .put("created", result.created())
                .put("left_alone", result.leftAlone())
                .toString();
    }

    private static String text(Baseline.Result result) {
        String leftAlone = result.leftAlone() == 0
                ? ""
                : ", "
                        + Messages.count(
                                result.leftAlone(), "was known and is as it was", "were known and are as they were");
        return "%s made known%s.".formatted(Messages.count(result.created(), "entity", "entities"), leftAlone);
    }
}
