package io.daybook.console.evidence;

import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.evidence.Anchor;
import io.daybook.evidence.AnchorTrust;
import io.daybook.evidence.InvalidEvidence;
import io.daybook.evidence.Proof;
import io.daybook.evidence.ProvedHistory;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook verify-proof}. */
@Command(
        name = "verify-proof",
        description = {
            "Checks a proof that `daybook proof` wrote, without a database.",
            "",
            "Exit code 0 if it proves what it says, 3 if it does not."
        },
        footer = {
            "Example:",
            "  daybook verify-proof o-1.proof.json --public-key anchor.key.pub --daybook 3f2c9a51-6f0e-4c55-9d0c-1f6c4f0a7b11",
            ""
        })
public final class VerifyProofCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<file>", description = "The proof.")
    private Path file;

    @Mixin
    private TrustOptions trustOptions;

    @ArgGroup(multiplicity = "1")
    private DaybookChoice choice = new DaybookChoice();

    /** Whoever signs for several daybooks could otherwise prove for one what happened in another. */
    @SuppressWarnings("UnusedVariable") // any: that it was said is enough.
    private static final class DaybookChoice {
        @Option(
                names = "--daybook",
                paramLabel = "<id>",
                required = true,
                description = "The daybook that it has to be of (Id of daybook status).")
        private @Nullable UUID daybookId;

        @Option(
                names = "--any-daybook",
                required = true,
                description =
                        "Take the daybook that the anchor names, whichever it is: where the key signs for one daybook only.")
        private boolean any;
    }

    public VerifyProofCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        AnchorTrust trust = trustOptions.trust(spec);
        try {
            ProvedHistory proved = Proof.check(file, trust, choice.daybookId);
            shell.say(shell.isJson() ? json(proved) : text(proved));
            return ExitCode.OK;
        } catch (InvalidEvidence e) {
            String why = Messages.shown(String.valueOf(e.getMessage()));
            shell.say(
                    shell.isJson()
                            ? new JsonLine()
                                    .put("proved", false)
                                    .put("problem", why)
                                    .toString()
                            : "NOT PROVED: " + why);
            return ExitCode.PROBLEM_FOUND;
        } catch (UncheckedIOException e) {
            throw new CommandFailed(
                    "The proof %s cannot be read: %s."
                            .formatted(file, Messages.of(Objects.requireNonNull(e.getCause()))),
                    e);
        }
    }

    private static String json(ProvedHistory proved) {
        Anchor anchor = proved.anchor();
        return new JsonLine()
                .put("proved", proved.signed())
                .put("entity_type", proved.entity().type().name())
                .put("entity_id", proved.entity().id())
                .put("versions", proved.versions())
                .put("first_position", proved.firstPosition())
                .put("last_position", proved.lastPosition())
                .put("erased", proved.erased())
                .put("daybook", anchor.daybookId().toString())
                .put("anchor_position", anchor.position())
                .put("anchor_recorded_at", anchor.recordedAt().toString())
                .put("anchor_signed_at", anchor.signedAt().toString())
                .put("key", anchor.keyId())
                .put("signature_checked", proved.signed())
                .toString();
    }

    private static String text(ProvedHistory proved) {
        Anchor anchor = proved.anchor();
        String versions = proved.versions() == 1
                ? "version 1 (position %d)".formatted(proved.firstPosition())
                : "versions 1 to %d (positions %d to %d)"
                        .formatted(proved.versions(), proved.firstPosition(), proved.lastPosition());
        String erased = proved.erased() == 0
                ? ""
                : "%n%s erased: proved by digests, without values."
                        .formatted(Messages.count(proved.erased(), "of them is", "of them are"));
        String signature = proved.signed()
                ? "signed at %s with key %s".formatted(anchor.signedAt(), anchor.keyId())
                : "SIGNED BY AN UNKNOWN KEY (%s, not checked): this proves nothing against anybody who can write an anchor"
                        .formatted(anchor.keyId());
        return """
                %s: %s of %s are as they were written, from the first one on and without a gap.%s
                As of position %d of daybook %s, recorded at %s; %s.
                Not proved: that nothing happened to it after version %d.""".formatted(
                        proved.signed() ? "Proved" : "Consistent, and NOT PROVED",
                        versions,
                        Messages.shown(proved.entity().toString()),
                        erased,
                        anchor.position(),
                        anchor.daybookId(),
                        anchor.recordedAt(),
                        signature,
                        proved.versions());
    }
}
