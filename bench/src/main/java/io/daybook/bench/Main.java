package io.daybook.bench;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures Daybook on PostgreSQL, and prints a Markdown table of what it found. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures Daybook on PostgreSQL beside the same work done by hand, by turns in one run, and prints a Markdown table.",
            "Only ratios mean anything on a machine that does other things too."
        })
public final class Main implements Callable<Integer> {

    /** Fills a large log first: only when it is asked for. */
    private static final String QUESTIONS = "questions";

    private static final Map<String, Suite> SUITES = suites();

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--db",
            paramLabel = "URL",
            description =
                    "JDBC URL of a PostgreSQL to measure on, in schemas daybook_bench* that are dropped. Default: starts one.")
    private @Nullable String db;

    @Option(names = "--user", description = "User for the database.")
    private @Nullable String user;

    @Option(names = "--password-file", description = "File whose first line is the password.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--pairs",
            defaultValue = "5",
            description = "How often each of the two has its turn. Default: ${DEFAULT-VALUE}.")
    private int pairs;

    @Option(names = "--seconds", defaultValue = "5", description = "How long a turn is. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--events",
            defaultValue = "10000000",
            description =
                    "Of how many events the questions are asked. Default: ${DEFAULT-VALUE}, about 8 GB and half an hour.")
    private long events;

    @Option(names = "--commit", description = "Commit that is measured, for the table.")
    private @Nullable String commit;

    @Parameters(
            paramLabel = "SUITE",
            description =
                    "What to measure. Default: all. Known: one, one-stopped, sixteen, sixteen-stopped, batch, batch-stopped, sequencer, latency, end-to-end, catch-up, fan-out, growth, idle, cursors, sparse; and by name only: questions.")
    private @Nullable List<String> names;

    private static Map<String, Suite> suites() {
        Map<String, Suite> suites = new LinkedHashMap<>();
        for (AppendSuite suite : List.of(
                new AppendSuite("one", 1, 1, true, Target.atLeast(1.3)),
                new AppendSuite("one-stopped", 1, 1, false, Target.none()),
                new AppendSuite("sixteen", 16, 1, true, Target.atLeast(1.4)),
                new AppendSuite("sixteen-stopped", 16, 1, false, Target.none()),
                new AppendSuite("batch", 4, 100, true, Target.atLeast(0.95)),
                new AppendSuite("batch-stopped", 4, 100, false, Target.none()))) {
            suites.put(suite.name(), suite);
        }
        suites.put("sequencer", new SequencerSuite());
        suites.put("latency", new LatencySuite());
        suites.put("end-to-end", new EndToEndSuite());
        suites.put("catch-up", new CatchUpSuite());
        suites.put("fan-out", new FanOutSuite());
        suites.put("growth", new GrowthSuite());
        suites.put("idle", new IdleSuite());
        suites.put("cursors", new CursorSuite());
        suites.put("sparse", new SparseSuite());
        suites.put(QUESTIONS, new QuestionsSuite());
        return suites;
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        List<String> wanted = names == null
                ? SUITES.keySet().stream()
                        .filter(name -> !name.equals(QUESTIONS))
                        .toList()
                : names;
        for (String name : wanted) {
            if (!SUITES.containsKey(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "There is no suite %s. Known are %s.".formatted(name, String.join(", ", SUITES.keySet())));
            }
        }
        Suite.Plan plan = new Suite.Plan(pairs, Duration.ofSeconds(seconds), events, false);
        List<String> rows = new ArrayList<>();
        PrintWriter out = spec.commandLine().getOut();
        try (Server server = server()) {
            out.println(circumstances(server));
            out.println();
            out.println("| what | median (range) | target | rates |");
            out.println("|---|---|---|---|");
            out.flush();
            for (String name : wanted) {
                Objects.requireNonNull(SUITES.get(name)).run(server, plan, new Suite.Report() {
                    @Override
                    public void row(Row row) {
                        out.println("| %s | %s | %s | %s |"
                                .formatted(
                                        row.what(), row.result(), row.target().text(), row.detail()));
                        out.flush();
                        rows.add(row.what());
                    }

                    @Override
                    public void curve(Curve curve) {}
                });
            }
        }
        return rows.isEmpty() ? 1 : 0;
    }

    private Server server() throws Exception {
        if (db == null) {
            return Server.ofOurOwn();
        }
        String password = passwordFile == null
                ? null
                : Files.readAllLines(passwordFile, StandardCharsets.UTF_8).get(0);
        return Server.at(db, user, password);
    }

    private String circumstances(Server server) throws Exception {
        return """
                %s, commit %s. %d pairs of %d s. %d processors; Java %s (%s), PostgreSQL %s.""".formatted(
                LocalDate.now(ZoneOffset.UTC),
                commit == null ? "not told" : commit,
                pairs,
                seconds,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                System.getProperty("java.vm.name"),
                server.settings().toString().replace("{server_version=", "").replace("}", ""));
    }
}
