package io.daybook.console.look;

import io.daybook.Daybook;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Progress;
import io.daybook.console.shell.Shell;
import io.daybook.ledger.Verification;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code daybook verify}. */
@Command(
        name = "verify",
        description = {
            "Recomputes the hash chain of the whole ledger, and stops at the first position that is not as it was written.",
            "",
            "Finds changed, removed, inserted and reordered events. A tail that was cut off is found only against a hash of the head that"
                    + " was kept elsewhere: --json prints it."
        },
        footer = {"Example:", "  daybook verify --json", ""})
public final class VerifyCommand implements Callable<Integer> {

    private final Shell shell;

    public VerifyCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        Verification found;
        try (Daybook daybook = shell.openToRead();
                Progress progress = Progress.of("Verifying", -1)) {
            found = daybook.verify(progress::at);
        }
        shell.say(shell.isJson() ? json(found) : text(found));
        return found.isClean() ? ExitCode.OK : ExitCode.PROBLEM_FOUND;
    }

    private static String json(Verification found) {
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
        return line.toString();
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
