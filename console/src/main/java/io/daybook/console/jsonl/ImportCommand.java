package io.daybook.console.jsonl;

import io.daybook.Daybook;
import io.daybook.Importer;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Stop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code daybook import}. */
@Command(
        name = "import",
        description = {
            "Appends events from a file of JSON lines (or, with 'git', from a git repository).",
            "",
            "Each line is an object: entity_type, entity_id and operation; and, where there is something to say, attribute_name,"
                    + " attribute_value, metadata (an object), creation_date (ISO 8601 with a zone), actor, reason, correlation_id and"
                    + " transaction. Consecutive lines with the same transaction are one unit of work, appended as a whole or not at all; a line"
                    + " without one is a unit of its own. A unit has at most 100,000 lines and 32 MB. Blank lines are passed over.",
            "",
            "A bad line stops the import: everything before its unit of work is kept. With --on-error skip its whole unit of work is left out,"
                    + " and the rest goes on. Where a line cannot be read at all, the units of work right before and after it are left out too,"
                    + " as it may be of either. Either way the exit code is 4.",
            "",
            "A unit of work is known by the name of its source (the file's name, or --source), the number of its first line, and the digest of"
                    + " that line, and is never appended twice under these. So a file may be imported again with --resume, after an error, a"
                    + " Ctrl-C or a kill -9: what is there is passed over. Between two runs bad lines may be corrected where they stand, and"
                    + " units of work may be appended at the end; do not insert or remove lines before others that were imported. A unit that"
                    + " has more lines than when it was imported, fewer, or lines about other entities is bad; what its lines say beyond that"
                    + " is not compared. Without --resume, finding something of the file there already is an error.",
            "",
            "A file that 'export' wrote of everything is known by its lines, which have positions. It comes back into a daybook without events,"
                    + " equal in everything but event ids, salts, hashes and recorded times; nobody else may append meanwhile. With --resume what is there"
                    + " is compared, and the rest goes on behind it. Any bad line stops it. What was erased comes back erased."
        },
        footer = {
            "Examples:",
            "  daybook import events.jsonl",
            "  daybook import events.jsonl --resume --on-error skip",
            "  zcat 2025.jsonl.gz | daybook import - --source 2025",
            "  daybook import git .",
            "",
            "A line with only what every line has:",
            "  {\"entity_type\":\"order\",\"entity_id\":\"o-1\",\"operation\":\"CREATION\"}",
            ""
        })
public final class ImportCommand implements Callable<Integer> {

    /** Says the words as the help does. */
    static final class OnErrorConverter implements ITypeConverter<JsonlImport.OnError> {
        @Override
        public JsonlImport.OnError convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "stop" -> JsonlImport.OnError.STOP;
                case "skip" -> JsonlImport.OnError.SKIP;
                default -> throw new TypeConversionException("'%s' is neither stop nor skip".formatted(text));
            };
        }
    }

    private static final int MOST_SHOWN = 20;

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "<file>", description = "JSON lines; - is standard input.")
    private @Nullable String file;

    @Option(
            names = "--on-error",
            paramLabel = "stop|skip",
            defaultValue = "stop",
            converter = OnErrorConverter.class,
            description = "What to do about a bad line: stop (default), or skip its unit of work.")
    private JsonlImport.OnError onError = JsonlImport.OnError.STOP;

    @Option(names = "--resume", description = "Pass over what was imported before, and go on behind it.")
    private boolean resume;

    @Option(
            names = "--source",
            paramLabel = "<name>",
            description = "Name that the lines are known by. Default: the name of the file, without its directories.")
    private @Nullable String source;

    @Option(
            names = "--max-value-bytes",
            paramLabel = "<bytes>",
            description =
                    "Largest value, or metadata, of an event, as JSON. Default: 1,048,576; of an export, what a line of 16 MiB holds. A larger"
                            + " one makes lines as long as 16 of these legal, and takes as much memory.")
    private @Nullable Long maxValueBytes;

    private long bad;

    public ImportCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (file == null) {
            throw new ParameterException(spec.commandLine(), "A file is missing; - is standard input.");
        }
        if (maxValueBytes != null && (maxValueBytes < 1 || maxValueBytes > Lines.LARGEST_VALUE)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--max-value-bytes is from 1 to %d, found %d.".formatted(Lines.LARGEST_VALUE, maxValueBytes));
        }
        try (InputStream in = open(shell, file)) {
            Lines lines = new Lines(in, maxValueBytes == null ? 0 : maxValueBytes);
            return importLines(lines, isExport(lines), file);
        }
    }

    private int importLines(Lines lines, boolean isExport, String name) throws IOException, InterruptedException {
        try (Daybook daybook = open(isExport);
                Stop stop = Stop.onSignal()) {
            if (isExport) {
                return importExport(daybook, lines, name, stop);
            }
            JsonlImport.Result result = run(daybook, lines, name, stop);
            shell.say(shell.isJson() ? json(result, daybook.head()) : text(result, daybook.head()));
            return exitCode(result);
        }
    }

    /** What another daybook kept comes back whatever its limit was, as long as a line can hold it. */
    private Daybook open(boolean isExport) {
        if (maxValueBytes != null) {
            return shell.openToWrite(maxValueBytes);
        }
        return isExport ? shell.openToWrite(Lines.LONGEST) : shell.openToWrite();
    }

    private static boolean isExport(Lines lines) throws IOException {
        Lines.Line first = lines.peek();
        while (first != null && Batches.isBlank(first)) {
            lines.next();
            first = lines.peek();
        }
        return first != null && CopyParser.isCopy(first);
    }

    private int importExport(Daybook daybook, Lines lines, String name, Stop stop)
            throws IOException, InterruptedException {
        if (onError == JsonlImport.OnError.SKIP || source != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is an export, which comes back whole or not at all: leave --on-error skip and --source out."
                            .formatted(name));
        }
        CopyImport.Result result;
        try (Progress progress = Progress.of("Importing KB", kilobytes(name))) {
            result = new CopyImport(daybook, resume).run(lines, stop, () -> progress.at(lines.taken() >> 10));
        }
        if (result.bad() != null) {
            reportBad(result.bad(), result.bad().line());
            shell.note(
                    "Stopped there; what was committed before is kept. Once the file is whole, run it again with --resume.");
            return ExitCode.BAD_LINE;
        }
        if (result.done().isEmpty()) {
            shell.note("Stopped before the end. Run it again with --resume to go on.");
            return ExitCode.INTERRUPTED;
        }
        Importer.Result done = result.done().get();
        shell.say(shell.isJson() ? json(done, daybook.head()) : text(done, daybook.head()));
        if (!shell.isJson() && done.appended() > 0) {
            shell.note(
                    "Keys of units of work (once) and what is declared sensitive are in no export: declare it again, and retry no unit of work across the two.");
        }
        return ExitCode.OK;
    }

    private static long kilobytes(String name) throws IOException {
        return name.equals("-") ? -1 : Files.size(Path.of(name)) >> 10;
    }

    static InputStream open(Shell shell, String name) {
        if (name.equals("-")) {
            return shell.in();
        }
        try {
            if (Files.isDirectory(Path.of(name))) {
                throw new CommandFailed(
                        "%s is a directory. Name a file of JSON lines; for a git repository: daybook import git %s"
                                .formatted(name, name));
            }
            return Files.newInputStream(Path.of(name));
        } catch (IOException e) {
            throw new CommandFailed("%s cannot be read: %s.".formatted(name, Messages.of(e)), e);
        }
    }

    private JsonlImport.Result run(Daybook daybook, Lines lines, String name, Stop stop)
            throws IOException, InterruptedException {
        try (Progress progress = Progress.of("Importing KB", kilobytes(name))) {
            return new JsonlImport(daybook, sourceName(name), resume, onError, this::reportBad)
                    .run(new Batches(lines), stop, () -> progress.at(lines.taken() >> 10));
        }
    }

    private String sourceName(String name) {
        if (source != null) {
            return source;
        }
        Path fileName = Path.of(name).getFileName();
        return fileName == null ? name : fileName.toString();
    }

    private void reportBad(Batch.Problem problem, long firstLine) {
        bad++;
        if (bad > MOST_SHOWN) {
            return;
        }
        String unit = problem.line() == firstLine ? "" : " (of the unit of work from line %d)".formatted(firstLine);
        shell.note(Messages.shown("line %d%s: %s.".formatted(problem.line(), unit, problem.what())));
        if (bad == MOST_SHOWN && onError == JsonlImport.OnError.SKIP) {
            shell.note("More bad lines are only counted.");
        }
    }

    private int exitCode(JsonlImport.Result result) {
        if (result.stopped()) {
            shell.note("Stopped before the end. Run it again with --resume to go on.");
            return ExitCode.INTERRUPTED;
        }
        if (result.leftOut() == 0) {
            return ExitCode.OK;
        }
        shell.note(
                onError == JsonlImport.OnError.STOP
                        ? "Stopped there; everything before that unit of work is kept. Correct the line, and run it again with --resume."
                        : "Units of work left out: %,d. Correct the lines where they stand, and run it again with --resume."
                                .formatted(result.leftOut()));
        return ExitCode.BAD_LINE;
    }

    private static String json(Importer.Result result, long position) {
        return new JsonLine()
                .put("events", result.appended())
                .put("known", result.known())
                .put("position", position)
                .toString();
    }

    private static String text(Importer.Result result, long position) {
        String known = result.known() == 0
                ? ""
                : ", " + Messages.count(result.known(), "was there already", "were there already");
        return "%s of an export imported%s. The ledger is at position %d."
                .formatted(Messages.count(result.appended(), "event"), known, position);
    }

    private static String json(JsonlImport.Result result, long position) {
        return new JsonLine()
                .put("units", result.units())
                .put("events", result.events())
                .put("known", result.known())
                .put("left_out", result.leftOut())
                .put("position", position)
                .toString();
    }

    private static String text(JsonlImport.Result result, long position) {
        String known = result.known() == 0
                ? ""
                : ", " + Messages.count(result.known(), "was there already", "were there already");
        return "%s in %s imported%s. The ledger is at position %d."
                .formatted(
                        Messages.count(result.events(), "event"),
                        Messages.count(result.units(), "unit of work", "units of work"),
                        known,
                        position);
    }
}
