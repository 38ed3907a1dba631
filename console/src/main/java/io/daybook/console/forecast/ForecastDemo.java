package io.daybook.console.forecast;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Stop;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.ledger.Verification;
import io.daybook.notifier.Registration;
import io.daybook.notifier.Start;
import io.daybook.scenarios.Job;
import io.daybook.scenarios.JobMode;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.Submission;
import io.daybook.scenarios.WhenNodeIsGone;
import io.daybook.scenarios.react.EventProcessor;
import java.sql.SQLException;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Makes a scenario for each month that has none, in one unit of work with its data and its submission, lets a pool of threads forecast, and ends
 * when everybody has heard of everything. Whenever it is killed, the next run finds the months that are there, runs the jobs again that ran then, and
 * its consumers go on where they were.
 */
public final class ForecastDemo {

    /** Of a process that was killed: short, so that the next one need not wait long for its jobs and registrations. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final YearMonth FIRST = YearMonth.of(1956, 1);

    private static final int THREADS = 4;
    private static final int MONTHS_OF_YEAR = 12;
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final Duration CATCH_UP_WITHIN = Duration.ofMinutes(5);

    private final Shell shell;
    private final SortedMap<YearMonth, String> passengers = Passengers.read();

    public ForecastDemo(Shell shell) {
        this.shell = shell;
    }

    /** Runs it to its end. @return an exit code */
    public int run() throws SQLException, InterruptedException {
        try (Stop stop = Stop.onSignal();
                Daybook daybook = shell.openToWrite(LEASE);
                Scenarios scenarios = Scenarios.builder(daybook, Forecasting.configuration(passengers))
                        .jobMode(JobMode.pool(THREADS))
                        .whenNodeIsGone(WhenNodeIsGone.RUN_AGAIN)
                        .zone(ZoneOffset.UTC)
                        .version("demo")
                        .open()) {
            LatestForecasts table = LatestForecasts.in(shell, scenarios);
            try (EventProcessor view = view(scenarios);
                    EventProcessor alerts = alerts(scenarios);
                    TransactionalEventConsumer following = table.follow()) {
                scenarios.orchestrator().start();
                if (!forecast(scenarios, stop)) {
                    shell.note("Stopped before the end. Run it again to go on.");
                    return ExitCode.INTERRUPTED;
                }
                Verification verification = verified(daybook);
                for (Registration registration :
                        List.of(view.registration(), alerts.registration(), following.registration())) {
                    awaitEnd(registration, verification.head().position());
                }
                return new ForecastSummary(shell, scenarios, verification, table.rows()).print(toForecast());
            }
        }
    }

    private EventProcessor view(Scenarios scenarios) {
        return EventProcessor.named(scenarios, "forecast.view", Start.beginning())
                .onScenarioCreated(
                        (event, scenario) -> {
                            YearMonth month = YearMonth.parse(scenario.name().orElseThrow());
                            if (month.getMonthValue() == MONTHS_OF_YEAR) {
                                say(
                                        "view: refreshed, %d has all its months".formatted(month.getYear()),
                                        new JsonLine().put("view", month.getYear()));
                            }
                        },
                        Forecasting.MONTH)
                .start();
    }

    private EventProcessor alerts(Scenarios scenarios) {
        return EventProcessor.named(scenarios, "forecast.alerts", Start.beginning())
                .onJobFailed(
                        (event, job) -> {
                            String month = monthOf(scenarios, job);
                            String why = why(job);
                            say(
                                    "alert: %s of %s failed: %s"
                                            .formatted(job.task().configId(), month, why),
                                    new JsonLine()
                                            .put("alert", month)
                                            .put("task", job.task().configId())
                                            .put("why", why));
                        },
                        "forecast",
                        "evaluate")
                .start();
    }

    private void say(String text, JsonLine json) {
        synchronized (shell) {
            shell.say(shell.isJson() ? json.toString() : text);
        }
    }

    private static String monthOf(Scenarios scenarios, Job job) {
        return scenarios.scenario(job.submission().entityId()).name().orElseThrow();
    }

    /** What its function threw, in one line. */
    static String why(Job job) {
        return job.stacktrace().stream().findFirst().orElse("nobody knows why");
    }

    /** Those of the demo, oldest first. */
    static List<Scenario> months(Scenarios scenarios) {
        return scenarios.scenarios().stream()
                .filter(scenario -> scenario.configId().equals(Forecasting.MONTH))
                .toList();
    }

    /** Those of the last five years; what was before is known. */
    private Set<YearMonth> toForecast() {
        return passengers.tailMap(FIRST).keySet();
    }

    /** @return false if somebody wants it to stop */
    private boolean forecast(Scenarios scenarios, Stop stop) {
        Set<String> there = months(scenarios).stream()
                .flatMap(scenario -> scenario.name().stream())
                .collect(Collectors.toSet());
        try (Progress progress = Progress.of("Forecasting", toForecast().size())) {
            for (YearMonth month : toForecast()) {
                if (stop.isAsked()) {
                    return false;
                }
                if (!there.contains(month.toString())) {
                    submit(scenarios, month);
                    progress.at(finished(scenarios));
                }
            }
            long finished = finished(scenarios);
            while (finished < months(scenarios).size()) {
                progress.at(finished);
                if (stop.sleep(LOOK_EVERY)) {
                    return false;
                }
                finished = finished(scenarios);
            }
        }
        return true;
    }

    /** A month that is there is submitted, with its data. */
    private void submit(Scenarios scenarios, YearMonth month) {
        scenarios.transact(() -> {
            Scenario scenario = scenarios.createScenario(
                    Forecasting.MONTH,
                    month.toString(),
                    month.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC));
            scenario.dataNode(Forecasting.TARGET).write(month.toString());
            scenario.dataNode(Forecasting.ACTUAL).write(passengers.get(month));
            scenario.submit();
        });
    }

    private static long finished(Scenarios scenarios) {
        return months(scenarios).stream()
                .filter(scenario -> scenario.submissions().stream().allMatch(Submission::isFinished))
                .count();
    }

    /** Once every event has its position. */
    private Verification verified(Daybook daybook) throws InterruptedException {
        long deadline = System.nanoTime() + CATCH_UP_WITHIN.toNanos();
        Verification verification = daybook.verify();
        while (verification.unsequenced() > 0 && verification.isClean() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_EVERY.toMillis());
            verification = daybook.verify();
        }
        return verification;
    }

    private static void awaitEnd(Registration registration, long end) throws InterruptedException {
        long deadline = System.nanoTime() + CATCH_UP_WITHIN.toNanos();
        while (registration.position() < end) {
            if (System.nanoTime() > deadline) {
                throw new CommandFailed("Registration %s is still at position %d of %d. Run the demo again to go on."
                        .formatted(registration.id(), registration.position(), end));
            }
            Thread.sleep(LOOK_EVERY.toMillis());
        }
        registration.save();
    }
}
