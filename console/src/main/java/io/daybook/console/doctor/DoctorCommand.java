package io.daybook.console.doctor;

import io.daybook.Daybook;
import io.daybook.SchemaNotReady;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.doctor.Diagnosis;
import io.daybook.doctor.Finding;
import io.daybook.doctor.Limits;
import io.daybook.doctor.Recovery;
import io.daybook.doctor.Severity;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code daybook doctor}. */
@Command(
        name = "doctor",
        description = {
            "Looks for everything that is lost, stands still or soon will, and says what it means and what to do.",
            "",
            "Without --recover or --repair-sequences it changes nothing. It reads the whole ledger, in short statements."
        },
        footer = {
            "Exit code 0 if all is well, 6 if there are warnings and nothing worse, 3 if there is an error.",
            "",
            "Examples:",
            "  daybook doctor",
            "  daybook doctor --json --anchor 1200:5be1a0…",
            "  daybook doctor --recover billing",
            "  daybook doctor --recover billing --to 2026-01-31T12:00:00Z",
            "  daybook doctor --repair-sequences",
            ""
        })
public final class DoctorCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @ArgGroup
    private @Nullable Repair repair;

    @Option(
            names = "--to",
            paramLabel = "<place>",
            converter = ToConverter.class,
            description =
                    "With --recover: the last position that is sure to be the same in both histories, beginning, or when the database was"
                            + " set back (an instant). Everything after it is delivered, some of it perhaps again.")
    private @Nullable ToLongFunction<Ledger> to;

    @Option(
            names = "--anchor",
            paramLabel = "<position>:<hash>",
            converter = AnchorConverter.class,
            description =
                    "Also compare with a head that was kept elsewhere (head and head_hash of verify --json): finds a database that"
                            + " was set back as a whole.")
    private @Nullable LedgerPoint anchor;

    @Option(
            names = "--waiting-seconds",
            paramLabel = "<n>",
            defaultValue = "10",
            description = "How long an event may be without position. Default: ${DEFAULT-VALUE}.")
    private long waitingSeconds;

    @Option(
            names = "--appending-seconds",
            paramLabel = "<n>",
            defaultValue = "60",
            description = "How long a transaction that has appended may be open. Default: ${DEFAULT-VALUE}.")
    private long appendingSeconds;

    @Option(
            names = "--vacuum-seconds",
            paramLabel = "<n>",
            defaultValue = "600",
            description = "How long a transaction may hold back vacuum. Default: ${DEFAULT-VALUE}.")
    private long vacuumSeconds;

    /** What to repair, one thing at a time. */
    private static final class Repair {
        @Option(
                names = "--recover",
                paramLabel = "<registration>",
                description =
                        "Move the cursors of that registration that do not fit the ledger back to a place that does, never forwards:"
                                + " to the end of the ledger if they are beyond it, else --to.")
        private @Nullable String recover;

        @Option(
                names = "--repair-sequences",
                description = "Set sequences that lag behind the last id behind it. For the owner of the tables.")
        private boolean sequences;
    }

    public DoctorCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        String recover = repair == null ? null : repair.recover;
        if (to != null && recover == null) {
            throw new ParameterException(spec.commandLine(), "--to goes with --recover <registration>.");
        }
        Limits limits = new Limits(
                Duration.ofSeconds(waitingSeconds),
                Duration.ofSeconds(appendingSeconds),
                Duration.ofSeconds(vacuumSeconds));
        // Only to read: no sequencer starts, and a daybook that refuses to open for appends is looked at too.
        try (Daybook daybook = shell.openToRead()) {
            if (recover != null) {
                return recover(daybook, recover);
            }
            if (repair != null && repair.sequences) {
                return repairSequences(daybook);
            }
            return examine(daybook, limits);
        } catch (SchemaNotReady e) {
            return tell(
                    List.of(
                            new Finding(
                                    Severity.ERROR,
                                    "migrations",
                                    String.valueOf(e.getMessage()),
                                    "The tables are not those that this version of Daybook works with; it does not open.",
                                    "Run `daybook migrate` as the owner of the schema, with the newest version of Daybook that uses this schema.")));
        }
    }

    private int examine(Daybook daybook, Limits limits) {
        List<Finding> findings = new ArrayList<>();
        try (Progress progress = Progress.of("Examining", -1)) {
            findings.addAll(daybook.doctor().examine(limits, progress::at).findings());
        }
        if (anchor != null) {
            findings.add(daybook.doctor().compare(anchor));
        }
        return tell(findings);
    }

    private int tell(List<Finding> findings) {
        findings.forEach(finding -> shell.say(shell.isJson() ? json(finding) : text(finding)));
        Diagnosis diagnosis = new Diagnosis(findings);
        if (!shell.isJson()) {
            shell.say("");
            shell.say(summary(diagnosis));
        }
        return switch (diagnosis.worst()) {
            case ERROR -> ExitCode.PROBLEM_FOUND;
            case WARNING -> ExitCode.WARNING;
            case INFO, OK -> ExitCode.OK;
        };
    }

    private static String json(Finding finding) {
        return new JsonLine()
                .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                .put("check", finding.check())
                .put("what", finding.what())
                .put("meaning", finding.meaning())
                .put("remedy", finding.remedy())
                .toString();
    }

    private static String text(Finding finding) {
        StringBuilder text = new StringBuilder(
                "%-8s %-14s%s".formatted(finding.severity(), finding.check(), Messages.shown(finding.what())));
        if (!finding.meaning().isEmpty()) {
            text.append("%n%9smeans: %s".formatted("", Messages.shown(finding.meaning())));
        }
        if (!finding.remedy().isEmpty()) {
            text.append("%n%9sdo:    %s".formatted("", Messages.shown(finding.remedy())));
        }
        return text.toString();
    }

    private static String summary(Diagnosis diagnosis) {
        long errors = diagnosis.findings().stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .count();
        long warnings = diagnosis.problems().size() - errors;
        return diagnosis.isHealthy()
                ? "Healthy."
                : "%s, %s.".formatted(Messages.count(errors, "error"), Messages.count(warnings, "warning"));
    }

    private int recover(Daybook daybook, String registration) {
        List<Recovery> moved = to == null
                ? daybook.doctor().recover(registration)
                : daybook.doctor().recover(registration, to.applyAsLong(daybook.ledger()));
        if (shell.isJson()) {
            moved.forEach(recovery -> shell.say(new JsonLine()
                    .put("registration", recovery.registration())
                    .put("partition", recovery.partition())
                    .put("from", recovery.from())
                    .put("to", recovery.to())
                    .put("forgotten", recovery.forgotten())
                    .put("why", recovery.why())
                    .toString()));
        } else if (moved.isEmpty()) {
            shell.say("Registration %s is where the ledger says it is: nothing to recover.".formatted(registration));
        } else {
            moved.forEach(recovery -> shell.say(text(recovery)));
            shell.say(
                    "Start its consumers again if they run: they go on there. Everything after it is delivered; consumers with effects"
                            + " outside this database may have seen some of it.");
        }
        return ExitCode.OK;
    }

    private static String text(Recovery recovery) {
        return "Registration %s, partition %d: moved back from position %d to %d. %s%s"
                .formatted(
                        recovery.registration(),
                        recovery.partition(),
                        recovery.from(),
                        recovery.to(),
                        recovery.why(),
                        recovery.forgotten() == 0
                                ? ""
                                : " Forgot %s after it."
                                        .formatted(Messages.count(recovery.forgotten(), "parked event")));
    }

    private int repairSequences(Daybook daybook) {
        List<String> done = daybook.doctor().repairSequences();
        if (shell.isJson()) {
            done.forEach(what -> shell.say(new JsonLine().put("repaired", what).toString()));
        } else if (done.isEmpty()) {
            shell.say("Every sequence goes on behind the last id: nothing to repair.");
        } else {
            done.forEach(shell::say);
        }
        return ExitCode.OK;
    }
}
