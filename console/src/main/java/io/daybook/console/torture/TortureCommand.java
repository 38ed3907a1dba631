package io.daybook.console.torture;

import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.testkit.torture.Fault;
import io.daybook.testkit.torture.Torture;
import io.daybook.testkit.torture.TorturePlan;
import io.daybook.testkit.torture.Verdict;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook torture}. */
@Command(
        name = "torture",
        description = {
            "Shows on your machine that nothing is lost, doubled or out of order: lets several processes write and consume, kills, freezes"
                    + " and cuts them off and their database too, and then checks every promise from what the writers were told.",
            "",
            "Works in a database of its own, which is deleted at the end. The seed decides which faults come when."
        },
        footer = {
            "Examples:",
            "  daybook torture --seconds 60",
            "  daybook torture --on postgresql --seconds 120 --seed 7",
            "  daybook torture --on failover --seconds 60",
            "  daybook torture --on given --db jdbc:postgresql://localhost/postgres --user postgres --faults kill,freeze",
            ""
        })
public final class TortureCommand implements Callable<Integer> {

    private static final int LARGEST_SEED = 1_000_000_000;

    /** Which database; the names are what users type. */
    enum On {
        /** A file. */
        H2,
        /** A server of its own. */
        POSTGRESQL,
        /** A primary and its synchronous standby of its own. */
        FAILOVER,
        /** The server of --db. */
        GIVEN
    }

    private final Shell shell;

    @Option(
            names = "--on",
            defaultValue = "h2",
            paramLabel = "<database>",
            description =
                    "h2: a file; postgresql: a server of its own; failover: a primary and its synchronous standby of its own, which"
                            + " takes over when the primary is killed; given: a new database in the server of --db, whose user is"
                            + " a superuser. Default: h2.")
    private On on = On.H2;

    @Option(
            names = "--seconds",
            defaultValue = "60",
            paramLabel = "<n>",
            description = "How long faults last; settling and checking come after that. Default: 60.")
    private int seconds;

    @Option(names = "--seed", paramLabel = "<n>", description = "Which faults come when. Default: a new one, printed.")
    private @Nullable Long seed;

    @Option(
            names = "--faults",
            split = ",",
            paramLabel = "<fault>",
            description = "Only these of ${COMPLETION-CANDIDATES}. Default: all that the database has a use for.")
    private @Nullable Set<Fault> faults;

    @Option(
            names = "--nodes",
            defaultValue = "3",
            paramLabel = "<n>",
            description = "Processes at a time; on H2 it is one.")
    private int nodes;

    @Option(names = "--keep", description = "Keep the logs of the nodes after a clean run too.")
    private boolean keep;

    public TortureCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws InterruptedException {
        long chosen = seed == null ? new SecureRandom().nextInt(LARGEST_SEED) : seed;
        try {
            Verdict verdict = new Torture(plan(chosen), shell::note).run();
            if (shell.isJson()) {
                json(verdict);
            } else {
                text(verdict);
            }
            return verdict.isClean() ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
        } catch (IOException | SQLException e) {
            throw new CommandFailed(
                    "The run with seed %d could not be done: %s. Make room, or look whether the database can be reached."
                            .formatted(chosen, e.getMessage()),
                    e);
        }
    }

    private TorturePlan plan(long chosen) {
        try {
            return new TorturePlan(
                    switch (on) {
                        case H2 -> TorturePlan.Where.H2;
                        case POSTGRESQL -> TorturePlan.Where.EMBEDDED_POSTGRESQL;
                        case FAILOVER -> TorturePlan.Where.FAILOVER;
                        case GIVEN -> TorturePlan.Where.GIVEN_POSTGRESQL;
                    },
                    on == On.GIVEN ? shell.url() : null,
                    on == On.GIVEN ? shell.user() : null,
                    on == On.GIVEN ? shell.password() : null,
                    seconds,
                    chosen,
                    faults == null ? EnumSet.allOf(Fault.class) : faults,
                    nodes,
                    keep,
                    List.of());
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(String.valueOf(e.getMessage()), ExitCode.USAGE, e);
        }
    }

    private void json(Verdict verdict) {
        for (Verdict.Promise promise : verdict.promises()) {
            shell.say(new JsonLine()
                    .put("seed", verdict.seed())
                    .put("promise", promise.name())
                    .put("checked", promise.checked())
                    .put("violated", promise.violated())
                    .put("kept", promise.isKept())
                    .put("story", String.join("\n", promise.story()))
                    .toString());
        }
    }

    private static String verdict(Verdict.Promise promise) {
        return !promise.isKept() ? "FAILED" : promise.checked() == 0 ? "did not occur" : "OK";
    }

    private void text(Verdict verdict) {
        try (Table table = new Table(shell.out(), "PROMISE", ">CHECKED", ">VIOLATED", "VERDICT")) {
            for (Verdict.Promise promise : verdict.promises()) {
                table.row(promise.name(), promise.checked(), promise.violated(), verdict(promise));
            }
        }
        for (Verdict.Promise promise : verdict.broken()) {
            shell.say("");
            shell.say("FAILED: " + promise.name());
            promise.story().forEach(line -> shell.say("  " + line));
        }
        shell.say("");
        shell.say("Seed %d: %s.%s"
                .formatted(
                        verdict.seed(),
                        verdict.isClean() ? "every promise was kept" : "not every promise was kept",
                        verdict.logs().map(logs -> " Logs: " + logs).orElse("")));
    }
}
