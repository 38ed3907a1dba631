package io.daybook.bench;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures Daybook, and writes down what it found. */
@Command(
        name = "daybook bench",
        mixinStandardHelpOptions = true,
        version = "daybook 0.1.0-SNAPSHOT",
        sortOptions = false,
        description = {
            "Measures Daybook on PostgreSQL beside the same work done otherwise, by turns in one run. Only ratios mean anything on a"
                    + " machine that does other things too.",
            "",
            "A run of everything writes bench/RESULTS.md, with drawings in bench/plots. A run of some suites, or a quick one, prints what it"
                    + " found, unless --out is given. Progress goes to stderr."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything was measured, whether targets are met or not",
            "1:a suite failed; the others were measured",
            "2:the command line makes no sense"
        },
        footerHeading = "%nSuites:%n")
public final class Main implements Callable<Integer> {

    private final Suites suites;

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "Rough answers: few short turns, small logs, the fewest variants.")
    private boolean quick;

    @Option(
            names = "--pairs",
            paramLabel = "<n>",
            description = "How often each of the two sides has its turn. Default: 5, quick 2.")
    private @Nullable Integer pairs;

    @Option(names = "--seconds", paramLabel = "<n>", description = "How long a turn is. Default: 2, quick 1.")
    private @Nullable Integer seconds;

    @Option(
            names = "--events",
            paramLabel = "<n>",
            description =
                    "The most events of a log that a suite fills. Default: 50000000, quick 100000. A million take about 0.5 GB of disk.")
    private @Nullable Long events;

    @Option(
            names = "--db",
            paramLabel = "<url>",
            description =
                    "JDBC URL of a PostgreSQL to measure on, in schemas daybook_bench* that are dropped. Default: starts one.")
    private @Nullable String db;

    @Option(names = "--user", paramLabel = "<name>", description = "User for the database.")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "<file>",
            description = "File whose first line is the user's password.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--out",
            paramLabel = "<file>",
            description = "Markdown file to write; drawings go into the folder plots beside it.")
    private @Nullable Path out;

    @Option(
            names = "--commit",
            paramLabel = "<id>",
            description = "Commit that is measured. Default: what git says, with -dirty where files differ from it.")
    private @Nullable String commit;

    /** Where Daybook's sources are: the launcher says it. */
    @Option(names = "--root", hidden = true, defaultValue = "${sys:daybook.root:-.}")
    private Path root;

    @Parameters(
            paramLabel = "<suite>",
            description =
                    "What to measure, as suite or suite:variant. Default: everything but what is marked with *, which runs by name only.")
    private @Nullable List<String> names;

    Main(Suites suites) {
        this.suites = suites;
        this.root = Path.of(".");
    }

    public static void main(String[] args) {
        System.exit(commandLine(Suites.known()).execute(args));
    }

    static CommandLine commandLine(Suites suites) {
        CommandLine commandLine = new CommandLine(new Main(suites));
        Map<String, String> table = new LinkedHashMap<>();
        for (Suite suite : suites.all()) {
            String variants = String.join(", ", suite.variants());
            table.put(
                    suite.name() + (suite.onlyByName() ? "*" : ""),
                    suite.description() + (variants.isEmpty() ? "" : " Variants: " + variants + "."));
        }
        commandLine
                .getHelpSectionMap()
                .put(SECTION_KEY_FOOTER, help -> help.createTextTable(table).toString());
        commandLine.setParameterExceptionHandler((e, arguments) -> {
            PrintWriter err = commandLine.getErr();
            err.println("daybook bench: " + e.getMessage());
            err.println("Try 'daybook bench --help'.");
            err.flush();
            return CommandLine.ExitCode.USAGE;
        });
        return commandLine.setUsageHelpAutoWidth(true);
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Suite> wanted = wanted();
        Suite.Plan plan = new Suite.Plan(
                positive("--pairs", pairs, quick ? 2 : 5),
                Duration.ofSeconds(positive("--seconds", seconds, quick ? 1 : 2)),
                positive("--events", events, quick ? 100_000L : 50_000_000L),
                quick);
        PrintWriter progress = spec.commandLine().getErr();
        Instant begin = Instant.now();
        Path file = destination(out, names != null || quick, root);
        Results results;
        try (Server server = server()) {
            Circumstances circumstances = Circumstances.of(
                    server, begin, commit == null ? Commit.of(root).orElse("unknown") : commit, command(plan));
            results = measured(wanted, new Run(server, plan, progress), circumstances, file);
        }
        if (file == null) {
            spec.commandLine().getOut().print(results.text());
            spec.commandLine().getOut().flush();
        } else {
            progress.println("Written to " + file + ".");
        }
        return results.failed() ? 1 : 0;
    }

    /** Writes the file after every suite: a run may take hours, and what is known is kept, whatever becomes of the rest. */
    private static Results measured(
            Map<String, Suite> wanted, Run run, Circumstances circumstances, @Nullable Path file)
            throws InterruptedException, IOException {
        List<Section> sections = new ArrayList<>();
        List<String> missing = new ArrayList<>(wanted.keySet());
        Results results = new Results(circumstances, sections, missing);
        Schedule schedule = new Schedule(missing);
        Instant begin = Instant.now();
        for (Map.Entry<String, Suite> suite : wanted.entrySet()) {
            run.tell(suite.getKey(), schedule.text(sections.size(), Duration.between(begin, Instant.now())));
            sections.add(run.section(suite.getKey(), suite.getValue()));
            missing.remove(suite.getKey());
            results = new Results(circumstances, sections, missing);
            if (file != null) {
                results.write(file);
            }
        }
        return results;
    }

    /**
     * Which file a run writes; null = it is printed. What covers a part, or roughly, never takes the place of a whole run unless that was
     * asked for.
     */
    static @Nullable Path destination(@Nullable Path out, boolean isPartial, Path root) {
        return out != null || isPartial ? out : root.resolve("bench").resolve("RESULTS.md");
    }

    private Map<String, Suite> wanted() {
        Map<String, Suite> wanted = new LinkedHashMap<>();
        if (names == null) {
            suites.byDefault().forEach(suite -> wanted.put(suite.name(), suite));
        } else {
            for (String name : names) {
                try {
                    wanted.put(name, suites.named(name));
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
                }
            }
        }
        return wanted;
    }

    private <N extends Number> N positive(String option, @Nullable N given, N otherwise) {
        if (given != null && given.longValue() < 1) {
            throw new ParameterException(
                    spec.commandLine(), "%s is %s, and must be at least 1.".formatted(option, given));
        }
        return given == null ? otherwise : given;
    }

    /** What repeats this run; a server that was named is the reader's own to fill in. */
    private String command(Suite.Plan plan) {
        List<String> words = new ArrayList<>(List.of("./daybook", "bench"));
        if (quick) {
            words.add("--quick");
        }
        words.addAll(List.of(
                "--pairs", String.valueOf(plan.pairs()),
                "--seconds", String.valueOf(plan.slice().toSeconds()),
                "--events", String.valueOf(plan.events())));
        if (db != null) {
            words.addAll(List.of("--db", "<url>"));
        }
        if (names != null) {
            words.addAll(names);
        }
        return String.join(" ", words);
    }

    private Server server() throws IOException {
        if (db == null) {
            return Server.ofOurOwn();
        }
        String password = passwordFile == null
                ? null
                : Files.readAllLines(passwordFile, StandardCharsets.UTF_8).get(0);
        return Server.at(db, user, password);
    }
}
