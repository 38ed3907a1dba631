package io.daybook.console.look;

import io.daybook.Daybook;
import io.daybook.console.evidence.TrustOptions;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.evidence.AnchorFiles;
import io.daybook.evidence.AnchorFinding;
import io.daybook.evidence.AnchorTrust;
import io.daybook.evidence.AnchoredVerification;
import io.daybook.ledger.Verification;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code daybook verify}. */
@Command(
        name = "verify",
        description = {
            "Recomputes the hash chain of the whole ledger, and stops at the first position that is not as it was written.",
            "",
            "Finds changed, removed, inserted and reordered events. A tail that was cut off, or a chain that was computed anew, is found only"
                    + " against anchors that were kept elsewhere (daybook anchor)."
        },
        footer = {
            "Exit code 0 if all is as it was written and every anchor fits, else 3.",
            "",
            "Examples:",
            "  daybook verify --json",
            "  daybook verify --anchor /mnt/elsewhere/anchors --public-key anchor.key.pub",
            ""
        })
public final class VerifyCommand implements Callable<Integer> {

    private static final int LARGEST_POOL = 100;

    /** Connections of the pool that verification leaves to others. */
    private static final int SPARE = 2;

    private static final int MOST_SHOWN = 20;

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--anchor",
            paramLabel = "<file or directory>",
            description = "Also prove that the history is what these anchors say; may be given more than once.")
    private List<Path> anchors = new ArrayList<>();

    @Mixin
    private TrustOptions trustOptions;

    @Option(
            names = "--threads",
            paramLabel = "<n>",
            description =
                    "How many parts of the ledger are checked at the same time. Default: one for each core, at most 8.")
    private @Nullable Integer threads;

    public VerifyCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (threads != null && (threads < 1 || threads > LARGEST_POOL - SPARE)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--threads %d makes no sense. Give 1 to %d.".formatted(threads, LARGEST_POOL - SPARE));
        }
        if (anchors.isEmpty()) {
            if (trustOptions.isGiven()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--public-key and --accept-unknown-keys go with --anchor <file or directory>.");
            }
            return verify();
        }
        AnchorTrust trust = trustOptions.trust(spec);
        return verify(read(anchors), trust);
    }

    private Daybook open() {
        return shell.openToRead(threads == null ? Shell.DEFAULT_POOL : Math.max(Shell.DEFAULT_POOL, threads + SPARE));
    }

    private int threads(Daybook daybook) {
        return threads == null ? daybook.evidence().threads() : threads;
    }

    private int verify() {
        Verification found;
        try (Daybook daybook = open();
                Progress progress = Progress.of("Verifying", -1)) {
            found = daybook.evidence().verify(threads(daybook), progress::at);
        }
        shell.say(shell.isJson() ? json(found).toString() : text(found));
        return found.isClean() ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
    }

    private static AnchorFiles.Found read(List<Path> anchors) {
        try {
            return AnchorFiles.read(anchors);
        } catch (UncheckedIOException e) {
            throw new CommandFailed(
                    "The anchors %s cannot be read: %s."
                            .formatted(anchors, Messages.of(Objects.requireNonNull(e.getCause()))),
                    e);
        }
    }

    private int verify(AnchorFiles.Found given, AnchorTrust trust) {
        AnchoredVerification found;
        try (Daybook daybook = open();
                Progress progress = Progress.of("Verifying", -1)) {
            found = daybook.evidence().verify(given.anchors(), trust, threads(daybook), progress::at);
        }
        if (shell.isJson()) {
            sayJson(found, given.problems());
        } else {
            sayText(found, given.problems());
        }
        return found.isClean() && given.problems().isEmpty() ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
    }

    private void sayJson(AnchoredVerification found, List<String> unreadable) {
        JsonLine line = json(found.verification())
                .put("anchors", found.findings().size())
                .put("anchors_unreadable", unreadable.size())
                .put("proved_until", found.provedUntil())
                .put("consistent_until", found.consistentUntil());
        found.oldestContradicted()
                .ifPresent(
                        finding -> line.put("contradicted_at", finding.anchor().position()));
        shell.say(line.toString());
        unreadable.forEach(
                what -> shell.say(new JsonLine().put("unreadable", what).toString()));
        found.findings()
                .forEach(finding -> shell.say(new JsonLine()
                        .put("anchor_position", finding.anchor().position())
                        .put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT))
                        .put("signed_at", finding.anchor().signedAt().toString())
                        .put("what", finding.what())
                        .toString()));
    }

    private void sayText(AnchoredVerification found, List<String> unreadable) {
        shell.say(text(found.verification()));
        unreadable.forEach(what -> shell.say("NO ANCHOR " + Messages.shown(what)));
        found.findings().stream()
                .filter(finding -> finding.verdict() != AnchorFinding.Verdict.FITS)
                .limit(MOST_SHOWN)
                .forEach(finding -> shell.say("%s at position %d, signed at %s: %s"
                        .formatted(
                                finding.fits() ? "Anchor" : "ANCHOR",
                                finding.anchor().position(),
                                finding.anchor().signedAt(),
                                finding.what())));
        long fitting = found.findings().stream().filter(AnchorFinding::fits).count();
        shell.say("%s of %s."
                .formatted(
                        fitting == 1 ? "1 anchor fits" : "%,d anchors fit".formatted(fitting),
                        "%,d".formatted(found.findings().size())));
        shell.say(conclusion(found));
    }

    private static String conclusion(AnchoredVerification found) {
        long proved = found.provedUntil();
        long consistent = found.consistentUntil();
        long head = found.verification().head().position();
        String unsigned = consistent > proved
                ? " Up to position %d it is consistent with anchors of unknown keys, which proves nothing."
                        .formatted(consistent)
                : "";
        if (found.oldestContradicted().isPresent()) {
            long oldest = found.oldestContradicted().get().anchor().position();
            return (consistent == 0
                            ? "No anchor before position %d fits: what was changed, cut or set back may be anywhere up to there."
                                    .formatted(oldest)
                            : "The newest anchor that fits is at position %d, the oldest that does not at %d: what was changed, cut or set back is between them."
                                    .formatted(consistent, oldest))
                    + unsigned;
        }
        if (proved == 0) {
            return (consistent == 0
                            ? "NOTHING IS PROVED: no anchor fits."
                            : "NOTHING IS PROVED: no signature was checked.")
                    + unsigned;
        }
        return "Proved: positions 1 to %d are unchanged and all there.".formatted(proved)
                + (head > proved
                        ? " Nothing is proved of the %s after them."
                                .formatted(Messages.count(head - proved, "position"))
                        : "")
                + unsigned;
    }

    private static JsonLine json(Verification found) {
        JsonLine line = new JsonLine()
                .put("clean", found.isClean())
                .put("verified", found.verified())
                .put("head", found.head().position());
        byte[] hash = found.head().hash();
        if (hash != null) {
            line.put("head_hash", HexFormat.of().formatHex(hash));
        }
        line.put("without_position", found.unsequenced()).put("erased", found.erased());
        found.problem()
                .ifPresent(problem ->
                        line.put("problem_position", problem.position()).put("problem", problem.what()));
        return line;
    }

    private static String text(Verification found) {
        if (found.problem().isPresent()) {
            Verification.Problem problem = found.problem().get();
            return "PROBLEM at position %d: %s. Before it %s."
                    .formatted(problem.position(), problem.what(), asWritten(found.verified()));
        }
        String erased = found.erased() == 0 ? "" : ", %d of them erased".formatted(found.erased());
        String waiting = found.unsequenced() == 0
                ? ""
                : " " + Messages.count(found.unsequenced(), "event waits", "events wait") + " for a position.";
        return "Clean: %s%s.%s".formatted(asWritten(found.verified()), erased, waiting);
    }

    private static String asWritten(long positions) {
        return Messages.count(positions, "position is as it was written", "positions are as they were written");
    }
}
