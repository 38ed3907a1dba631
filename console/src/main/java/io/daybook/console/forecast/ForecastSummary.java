package io.daybook.console.forecast;

import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.event.Value;
import io.daybook.ledger.Verification;
import io.daybook.scenarios.Scenario;
import io.daybook.scenarios.Scenarios;
import io.daybook.scenarios.Status;
import io.daybook.scenarios.Submission;
import io.daybook.scenarios.SubmissionStatus;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the demo came to: no times, no positions, so that a run that was killed can be compared with one that was not. */
final class ForecastSummary {

    private final Shell shell;
    private final List<Scenario> months;
    private final Verification verification;
    private final SortedMap<String, LatestForecasts.Row> rows;
    private final SortedMap<String, LatestForecasts.Row> expected = new TreeMap<>();
    private final List<String> failed = new ArrayList<>();

    ForecastSummary(
            Shell shell, Scenarios scenarios, Verification verification, SortedMap<String, LatestForecasts.Row> rows) {
        this.shell = shell;
        this.months = ForecastDemo.months(scenarios);
        this.verification = verification;
        this.rows = rows;
        months.forEach(this::look);
    }

    private void look(Scenario scenario) {
        String month = scenario.name().orElseThrow();
        int completed = 0;
        for (Submission submission : scenario.submissions()) {
            if (submission.status() == SubmissionStatus.COMPLETED) {
                completed++;
            } else if (submission.status() == SubmissionStatus.FAILED) {
                submission.jobs().stream()
                        .filter(job -> job.status() == Status.FAILED)
                        .forEach(job -> failed.add("%s (%s)".formatted(month, ForecastDemo.why(job))));
            }
        }
        if (completed > 0) {
            expected.put(month, LatestForecasts.Row.of(scenario, completed));
        }
    }

    /** Prints it. @return an exit code */
    int print(Set<YearMonth> toForecast) {
        boolean each = months.stream().map(month -> month.name().orElseThrow()).toList().stream()
                .sorted()
                .toList()
                .equals(toForecast.stream().map(YearMonth::toString).toList());
        boolean clean = each && expected.equals(rows) && verification.isClean();
        synchronized (shell) {
            if (shell.isJson()) {
                shell.say(json(clean));
            } else {
                text(each);
            }
        }
        return clean ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
    }

    private void text(boolean each) {
        shell.say("");
        shell.say("Summary");
        shell.say("  Months      %s, %s"
                .formatted(
                        Messages.count(months.size(), "scenario"),
                        each ? "one for each month" : "PROBLEM: not one for each month"));
        shell.say("  Completed   %d".formatted(expected.size()));
        shell.say("  Failed      %d: %s".formatted(failed.size(), String.join(", ", failed)));
        shell.say("  Table       demo.latest_forecasts, %s, %s"
                .formatted(
                        Messages.count(rows.size(), "row"),
                        expected.equals(rows)
                                ? "each as its scenario says, each written once"
                                : "PROBLEM: not as the scenarios say"));
        shell.say(String.format(Locale.ROOT, "  Mean error  %.1f %%", meanError()));
        shell.say("  Ledger      "
                + verification
                        .problem()
                        .map(problem -> "PROBLEM at position %d: %s".formatted(problem.position(), problem.what()))
                        .orElse("verified, every position as it was written"));
        shell.say("");
    }

    private String json(boolean clean) {
        JsonLine summary = new JsonLine()
                .put("clean", clean)
                .put("months", months.size())
                .put("completed", expected.size())
                .put("failed", Value.of(failed))
                .put("rows", rows.size())
                .put("rows_clean", expected.equals(rows))
                .put("mean_error_percent", Value.of(Math.round(meanError() * 10) / 10.0))
                .put("ledger_clean", verification.isClean());
        return new JsonLine().put("summary", Value.ofJson(summary.toString())).toString();
    }

    /** Of the absolute errors in the table. */
    private double meanError() {
        return rows.values().stream()
                .mapToDouble(row -> Math.abs(row.errorPercent()))
                .average()
                .orElse(0);
    }
}
