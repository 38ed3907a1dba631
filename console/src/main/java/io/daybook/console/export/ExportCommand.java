package io.daybook.console.export;

import io.daybook.Daybook;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Patience;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Stop;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import io.daybook.ledger.LedgerPoint;
import io.daybook.redaction.Redaction;
import io.daybook.transfer.EventCopy;
import io.daybook.transfer.Export;
import io.daybook.transfer.Exported;
import io.daybook.transfer.Selection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code daybook export}. */
@Command(
        name = "export",
        description = {
            "Writes events in the order of the ledger, up to the head that it has at the beginning, as JSON lines or CSV.",
            "",
            "Options that select may be given several times: an event fits if one of the values of each option does. Events that have no position"
                    + " yet are left out, and counted at the end; where everything is exported, so are all events of a unit of work of which some"
                    + " have none. The same export of the same ledger has the same bytes.",
            "",
            "JSON lines of everything come back, equal, with 'import' into a daybook without events. CSV has the columns of the view"
                    + " event_history.",
            "",
            "With --to, a file <file>.export beside it says what the export is of. With --resume an export that broke off is gone on with behind"
                    + " its last whole line, and one that ended gets what came since; it must be of the same daybook, format and filter, and hide the same sensitive values."
        },
        footer = {
            "Examples:",
            "  daybook export --to events.jsonl",
            "  daybook export --to events.jsonl --resume",
            "  daybook export --format csv --type order --recorded-from 2026-01-01T00:00:00Z > orders.csv",
            ""
        })
public final class ExportCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Filter filter = new Filter();

    @Option(names = "--to", paramLabel = "<file>", description = "Where to write. Default: standard output.")
    private @Nullable String to;

    @Option(
            names = "--format",
            paramLabel = "jsonl|csv",
            defaultValue = "jsonl",
            description = "JSON lines (default) or CSV (RFC 4180, UTF-8, with a header).")
    private String formatName = "jsonl";

    @Option(names = "--resume", description = "Go on behind what is in the file.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Write a file anew that is there.")
    private boolean overwrite;

    @Option(
            names = "--safe-for-spreadsheets",
            description =
                    "In CSV: an apostrophe before every text that begins with = + - @, tab or carriage return, which a spreadsheet"
                            + " would run as a formula. The values are no longer as they were.")
    private boolean safeForSpreadsheets;

    private Redaction redaction = Redaction.none();
    private long written;

    public ExportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Format format = format();
        Selection selection = selection();
        try (Daybook daybook = shell.openToRead();
                Stop stop = Stop.onSignal()) {
            redaction = shell.redaction(daybook);
            if (to == null) {
                return toOutput(daybook, selection, format, stop);
            }
            return toFile(daybook, selection, format, stop, to);
        }
    }

    private Format format() {
        if (to == null && (resume || overwrite)) {
            throw usage("--resume and --overwrite are about a file: name it with --to.");
        }
        if (resume && overwrite) {
            throw usage("--resume goes on with a file and --overwrite writes it anew: give one of them.");
        }
        return switch (formatName.toLowerCase(Locale.ROOT)) {
            case "jsonl" -> {
                if (safeForSpreadsheets) {
                    throw usage("--safe-for-spreadsheets is for --format csv.");
                }
                yield new JsonLines();
            }
            case "csv" -> new Csv(safeForSpreadsheets);
            default -> throw usage("'%s' is neither jsonl nor csv.".formatted(formatName));
        };
    }

    private Selection selection() {
        try {
            return filter.selection();
        } catch (InvalidEvent e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private int toOutput(Daybook daybook, Selection selection, Format format, Stop stop) {
        shell.out().print(format.header());
        Export export = daybook.export(selection);
        LedgerPoint place =
                write(export, export.begin(), stop, event -> shell.out().print(record(format, event)), () -> {
                    // Whoever read us, such as head, has gone; or there is no more room, which is said when the process
                    // ends.
                    return !shell.out().checkError();
                });
        if (shell.out().checkError()) {
            return ExitCode.OK;
        }
        shell.note(text(daybook, export, place, Optional.empty()));
        return exitCode(stop);
    }

    private int toFile(Daybook daybook, Selection selection, Format format, Stop stop, String name) {
        String about = new JsonLine()
                .put("daybook", daybook.id().toString())
                .put("format", format.name())
                .put("filter", Filter.described(selection))
                .put("hidden", hidden())
                .toString();
        ExportFile.IfThere ifThere = resume
                ? ExportFile.IfThere.RESUME
                : overwrite ? ExportFile.IfThere.OVERWRITE : ExportFile.IfThere.REFUSE;
        LedgerPoint place;
        Export export;
        try (ExportFile file = ExportFile.open(name, format, about, ifThere)) {
            export = daybook.export(selection);
            LedgerPoint beginning = export.begin();
            LedgerPoint begin = file.lastRecord()
                    .map(last -> lastPlace(daybook, format, file, last))
                    .orElse(beginning);
            place = write(export, begin, stop, event -> file.write(record(format, event)), () -> {
                file.flush();
                return true;
            });
        }
        shell.say(shell.isJson() ? json(daybook, export, place) : text(daybook, export, place, Optional.of(name)));
        return exitCode(stop);
    }

    /** A file has the same values hidden from its first line to its last. */
    private Value hidden() {
        Map<String, Object> hidden = new TreeMap<>();
        redaction.hidden().forEach((type, names) -> hidden.put(type.name(), names));
        return Value.of(hidden);
    }

    /** Where to go on: behind that record, if it is, to the byte, what this daybook has there. */
    private LedgerPoint lastPlace(Daybook daybook, Format format, ExportFile file, String record) {
        long position = format.position(record).orElseThrow();
        Export export = daybook.export(at(position));
        List<Exported> found = export.after(export.begin()).events();
        if (found.size() != 1 || !record(format, found.get(0)).equals(record)) {
            throw ExportFile.notOurs(file.path());
        }
        return found.get(0).point();
    }

    private static Selection at(long position) {
        return Selection.builder()
                .positions(OptionalLong.of(position), OptionalLong.of(position))
                .build();
    }

    /** Takes an event. */
    private interface Sink {
        void write(Exported event);
    }

    /** Told after a page; answers whether to go on. */
    private interface AfterPage {
        boolean goOn();
    }

    /** Every value that leaves passes here, and what is sensitive stays behind. */
    private String record(Format format, Exported exported) {
        EventCopy event = exported.event();
        EntityType type = event.entity().type();
        Map<String, Value> metadata = event.metadata().map(Value::members).orElse(Map.of());
        List<String> hidden = redaction.hidden(type, event.attributeName(), event.attributeValue(), metadata);
        if (hidden.isEmpty()) {
            return format.record(exported, hidden);
        }
        EventCopy visible = event.withContent(
                redaction.visible(type, event.attributeName(), event.attributeValue()),
                event.metadata().map(whole -> Value.object(redaction.visible(type, metadata))));
        return format.record(
                new Exported(visible, exported.eventId(), exported.recordedAt(), exported.point()), hidden);
    }

    /**
     * Writes what comes after that place.
     *
     * @return how far it looked
     */
    private LedgerPoint write(Export export, LedgerPoint begin, Stop stop, Sink sink, AfterPage afterPage) {
        LedgerPoint place = begin;
        try (Progress progress = Progress.of("Exporting", Math.max(0, export.end()))) {
            boolean goOn = true;
            while (goOn && !stop.isAsked()) {
                LedgerPoint after = place;
                Export.Page page = Patience.with(() -> export.after(after));
                for (Exported event : page.events()) {
                    sink.write(event);
                    written++;
                }
                place = page.lookedUntil();
                progress.at(place.position());
                goOn = afterPage.goOn() && !page.atEnd();
            }
        }
        return place;
    }

    private int exitCode(Stop stop) {
        if (!stop.isAsked()) {
            return ExitCode.OK;
        }
        shell.note(
                to == null
                        ? "Stopped before the end."
                        : "Stopped before the end. Run it again with --resume to go on.");
        return ExitCode.INTERRUPTED;
    }

    private String text(Daybook daybook, Export export, LedgerPoint place, Optional<String> file) {
        long waiting = daybook.ledger().unsequenced();
        return "%s exported%s, up to position %d.%s%s"
                .formatted(
                        Messages.count(written, "event"),
                        file.map(name -> " to " + name).orElse(""),
                        place.position(),
                        export.heldBack() == 0
                                ? ""
                                : " " + Messages.count(export.heldBack(), "event is", "events are")
                                        + " of units of work that are not whole yet; not exported, --resume adds them.",
                        waiting == 0
                                ? ""
                                : " " + Messages.count(waiting, "event waits", "events wait")
                                        + " for a position; not exported.");
    }

    private String json(Daybook daybook, Export export, LedgerPoint place) {
        return new JsonLine()
                .put("events", written)
                .put("position", place.position())
                .put("held_back", export.heldBack())
                .put("without_position", daybook.ledger().unsequenced())
                .toString();
    }
}
