package io.daybook.console.demo;

import io.daybook.Daybook;
import io.daybook.console.git.HeadTree;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.console.shell.Table;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import io.daybook.ledger.Verification;
import io.daybook.notifier.Registration;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;

/** What the demo came to: no times, no durations, so that two runs can be compared. */
final class Summary {

    private static final int BUSIEST = 5;
    private static final Topic FILES = Topic.of("file");

    private final Shell shell;
    private final Daybook daybook;
    private final HeadTree tree;
    private final Feed feed;
    private final Activity activity;

    Summary(Shell shell, Daybook daybook, HeadTree tree, Feed feed, Activity activity) {
        this.shell = shell;
        this.daybook = daybook;
        this.tree = tree;
        this.feed = feed;
        this.activity = activity;
    }

    /** Looks at everything and prints it. @return an exit code */
    int print(ObjectId head, List<Registration> registrations) throws IOException {
        Verification verification;
        try (Progress progress = Progress.of("Verifying", -1)) {
            verification = daybook.verify(progress::at);
        }
        HeadTree.Comparison files = tree.compare(head, id -> daybook.state("file", id), alive(verification));
        long lines = feed.check();
        boolean clean = verification.isClean() && files.differences().isEmpty() && lines >= verification.verified();
        synchronized (shell) {
            if (shell.isJson()) {
                shell.say(json(head, verification, lines, files, registrations, clean));
            } else {
                print(head, verification, lines, files, registrations);
            }
        }
        return clean ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
    }

    private void print(
            ObjectId head,
            Verification verification,
            long lines,
            HeadTree.Comparison files,
            List<Registration> registrations) {
        shell.out().println();
        shell.out().println("Summary");
        shell.out().printf("  HEAD          %s%n", head.name());
        shell.out().printf("  Events        %d%n", events(verification));
        shell.out()
                .printf(
                        "  Positions     1 to %d, %s without%n",
                        verification.head().position(), Messages.count(verification.unsequenced(), "event"));
        shell.out().printf("  Ledger        %s%n", ledger(verification));
        shell.out().printf("  Feed          %s%n", feed(lines));
        shell.out().printf("  Files         %s%n", files(files));
        files.differences().forEach(difference -> shell.out().println("                " + Messages.shown(difference)));
        shell.out().println();
        print(registrations);
        shell.out().println();
        printActivity();
        shell.out().println();
        shell.out().flush();
    }

    private String json(
            ObjectId head,
            Verification verification,
            long lines,
            HeadTree.Comparison files,
            List<Registration> registrations,
            boolean clean) {
        JsonLine cursors = new JsonLine();
        registrations.forEach(registration -> cursors.put(registration.id(), registration.position()));
        JsonLine summary = new JsonLine()
                .put("clean", clean)
                .put("head", head.name())
                .put("events", events(verification))
                .put("position", verification.head().position())
                .put("without_position", verification.unsequenced())
                .put("verified", verification.verified());
        verification
                .problem()
                .ifPresent(problem ->
                        summary.put("problem_position", problem.position()).put("problem", problem.what()));
        summary.put("feed", feed.name())
                .put("feed_positions", Math.max(0, lines))
                .put("feed_clean", lines >= verification.verified())
                .put("files", files.files())
                .put("file_differences", Value.of(files.differences()))
                .put("cursors", Value.ofJson(cursors.toString()))
                .put("changes", activity.total())
                .put("authors", activity.authors())
                .put("days", activity.days())
                .put(
                        "busiest",
                        Value.of(activity.busiest(BUSIEST).stream()
                                .map(entry -> Map.of(
                                        "day", entry.getKey().day().toString(),
                                        "author", entry.getKey().author(),
                                        "changes", entry.getValue()))
                                .toList()));
        return new JsonLine().put("summary", Value.ofJson(summary.toString())).toString();
    }

    /** How many there are, whether they are as they were written or not. */
    private static long events(Verification verification) {
        return verification.head().position() + verification.unsequenced();
    }

    private Set<String> alive(Verification verification) {
        Set<String> alive = new HashSet<>();
        LedgerWalk.through(daybook.ledger(), 0, verification.head().position(), event -> {
            if (!FILES.matches(event)) {
                return;
            }
            if (event.operation().equals(Operation.CREATION)) {
                alive.add(event.entityId());
            } else if (event.operation().equals(Operation.DELETION)) {
                alive.remove(event.entityId());
            }
        });
        return alive;
    }

    private static String ledger(Verification verification) {
        return verification
                .problem()
                .map(problem -> "PROBLEM at position %d: %s".formatted(problem.position(), problem.what()))
                .orElse("verified, every position as it was written");
    }

    private String feed(long lines) {
        return lines < 0
                ? "PROBLEM: %s does not have each position once".formatted(feed.name())
                : "%s has positions 1 to %d, each once".formatted(feed.name(), lines);
    }

    private static String files(HeadTree.Comparison files) {
        return files.differences().isEmpty()
                ? "%s, the same as in HEAD: every path, mode and blob".formatted(Messages.count(files.files(), "file"))
                : "PROBLEM: not as in HEAD";
    }

    private void print(List<Registration> registrations) {
        try (Table table = new Table(shell.out(), "  REGISTRATION", ">CURSOR")) {
            registrations.forEach(registration -> table.row("  " + registration.id(), registration.position()));
        }
    }

    private void printActivity() {
        shell.out()
                .printf(
                        "Activity: %s of files by %s on %s, most of them:%n",
                        Messages.count(activity.total(), "change"),
                        Messages.count(activity.authors(), "author"),
                        Messages.count(activity.days(), "day"));
        try (Table table = new Table(shell.out(), "  DAY", ">CHANGES", "AUTHOR")) {
            activity.busiest(BUSIEST)
                    .forEach(entry -> table.row(
                            "  " + entry.getKey().day(),
                            entry.getValue(),
                            entry.getKey().author()));
        }
    }
}
