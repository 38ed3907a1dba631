package io.daybook.console.demo;

import io.daybook.Daybook;
import io.daybook.console.forecast.ForecastDemo;
import io.daybook.console.git.GitImport;
import io.daybook.console.git.GitRepository;
import io.daybook.console.git.HeadTree;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.EventLines;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Stop;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Event;
import io.daybook.notifier.Notifier;
import io.daybook.notifier.Registration;
import io.daybook.redaction.Redaction;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook demo}. */
@Command(
        name = "demo",
        description = {
            "Imports a git repository while three registrations consume what happens, then checks everything; or, with --scenarios, forecasts.",
            "",
            "'feed' appends every event to a file as a JSON line, each position once. 'activity' counts changes per author and day (it keeps"
                    + " no file: what its cursor passed is counted again from the ledger at each start). 'alerts' says when a README was"
                    + " changed.",
            "",
            "With --json every alert is an object with the member alert, and the last object has the member summary: its clean tells whether"
                    + " all the checks passed.",
            "",
            "Without --once it stays and follows new commits until Ctrl-C. Kill it with kill -9 whenever you like and start it again: it goes"
                    + " on, and the summary at the end is the same. Meanwhile the other commands may be run beside it.",
            "",
            "With --scenarios it makes a scenario for each month from 1956 to 1960, forecasts the passengers of international airlines in it, and"
                    + " compares with how many there were (Box and Jenkins 1976, series G). One month has broken data, and its job fails."
                    + " 'forecast.alerts' says so, 'forecast.view' says when a year has all its months, and 'forecast.table' keeps the table"
                    + " demo.latest_forecasts, exactly once. It always ends by itself, with or without --once."
        },
        footer = {
            "Examples:",
            "  daybook demo",
            "  daybook demo --git /srv/git/project.git --once",
            "  daybook demo --scenarios",
            ""
        })
public final class DemoCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration CATCH_UP_PAUSE = Duration.ofMillis(10);
    private static final Duration CATCH_UP_WITHIN = Duration.ofMinutes(30);

    private final Shell shell;

    @Option(names = "--scenarios", description = "A pipeline of forecasts instead of a git repository.")
    private boolean scenarios;

    @Option(
            names = "--git",
            paramLabel = "<repository>",
            description = "Git repository to import. Default: the one around the current directory.")
    private @Nullable Path git;

    @Option(names = "--once", description = "End when everything is imported and consumed.")
    private boolean once;

    @Option(
            names = "--feed",
            paramLabel = "<file>",
            defaultValue = "data/feed.jsonl",
            description = "File of the registration 'feed'. Default: ${DEFAULT-VALUE}.")
    private Path feedFile = Path.of("data/feed.jsonl");

    /** Whether events are shown as they come: not while there is a whole history to catch up with. */
    private volatile boolean chatty;

    public DemoCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, SQLException, InterruptedException {
        if (scenarios) {
            if (git != null) {
                throw new CommandFailed(
                        "--scenarios and --git are two demos. Choose one of them.", ExitCode.USAGE, null);
            }
            return new ForecastDemo(shell).run();
        }
        try (GitRepository repository = git == null ? GitRepository.around(Path.of("")) : GitRepository.in(git);
                Stop stop = Stop.onSignal();
                Daybook daybook = shell.openToWrite()) {
            Notifier notifier = daybook.notifier();
            Registration feedRegistration = notifier.register("feed");
            Registration activityRegistration = notifier.register("activity", Activity.TOPIC);
            Registration alertsRegistration = notifier.register("alerts", Alerts.TOPIC);
            Activity activity = new Activity();
            activity.recount(daybook.ledger(), activityRegistration.position());
            Alerts alerts = new Alerts(shell);
            Redaction redaction = shell.redaction(daybook);
            try (Feed feed = Feed.open(feedFile, daybook.ledger(), redaction, feedRegistration.position());
                    EventConsumer feedConsumer = Consumers.consume(feedRegistration, event -> {
                        feed.add(event);
                        show(event, redaction);
                    });
                    EventConsumer activityConsumer = Consumers.consume(activityRegistration, activity::add);
                    EventConsumer alertsConsumer = Consumers.consume(alertsRegistration, alerts::on)) {
                List<Registration> registrations = List.of(
                        activityConsumer.registration(), alertsConsumer.registration(), feedConsumer.registration());
                Summary summary = new Summary(shell, daybook, new HeadTree(repository), feed, activity);
                return run(daybook, repository, registrations, summary, stop);
            }
        }
    }

    private int run(
            Daybook daybook, GitRepository repository, List<Registration> registrations, Summary summary, Stop stop)
            throws IOException, InterruptedException {
        GitImport gitImport = new GitImport(daybook, repository);
        GitImport.Result result = gitImport.run(stop);
        ObjectId head = result.head();
        if (head == null) {
            throw new CommandFailed(
                    "The git repository has no commit yet. Commit something, or name another one with --git.");
        }
        if (result.stopped()) {
            shell.note("Stopped before the end. Run it again to go on.");
            return ExitCode.INTERRUPTED;
        }
        int exitCode = summarize(daybook, registrations, summary, head);
        return once || stop.isAsked()
                ? exitCode
                : follow(daybook, repository, gitImport, registrations, summary, head, stop);
    }

    private int follow(
            Daybook daybook,
            GitRepository repository,
            GitImport gitImport,
            List<Registration> registrations,
            Summary summary,
            ObjectId imported,
            Stop stop)
            throws IOException, InterruptedException {
        shell.note("Following new commits. Ctrl-C ends.");
        chatty = true;
        ObjectId last = imported;
        ObjectId seen = imported;
        while (!stop.sleep(POLL)) {
            ObjectId head = repository.head();
            if (head == null || head.equals(seen)) {
                continue;
            }
            seen = head;
            try {
                GitImport.Result result = gitImport.run(stop);
                last = result.stopped() || result.head() == null ? last : result.head();
                shell.note("%s imported.".formatted(Messages.count(result.imported(), "commit")));
            } catch (CommandFailed e) {
                // A rebase moves HEAD to and fro: perhaps it comes back.
                shell.note(e.getMessage() + " Watching on.");
            }
        }
        chatty = false;
        return summarize(daybook, registrations, summary, last);
    }

    /** Once every consumer has done everything. */
    private int summarize(Daybook daybook, List<Registration> registrations, Summary summary, ObjectId head)
            throws IOException, InterruptedException {
        long target = daybook.head();
        long deadline = System.nanoTime() + CATCH_UP_WITHIN.toNanos();
        for (Registration registration : registrations) {
            while (registration.position() < target) {
                if (System.nanoTime() > deadline) {
                    throw new CommandFailed(
                            "Registration %s is still at position %d of %d. Run the demo again to go on."
                                    .formatted(registration.id(), registration.position(), target));
                }
                Thread.sleep(CATCH_UP_PAUSE.toMillis());
            }
            registration.save();
        }
        return summary.print(head, registrations);
    }

    private static String text(Event event, Redaction redaction) {
        return Messages.shown("%d  %s  %s  %s  %s"
                .formatted(
                        event.position().orElseThrow(),
                        event.operation(),
                        event.entity(),
                        EventLines.change(event, redaction),
                        event.actor().orElse("-")));
    }

    private void show(Event event, Redaction redaction) {
        if (chatty) {
            synchronized (shell) {
                shell.say(shell.isJson() ? EventLines.json(event, redaction) : text(event, redaction));
            }
        }
    }
}
