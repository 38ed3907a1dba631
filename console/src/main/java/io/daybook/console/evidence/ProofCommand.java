package io.daybook.console.evidence;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import io.daybook.evidence.Anchor;
import io.daybook.evidence.AnchorFiles;
import io.daybook.evidence.AnchorKey;
import io.daybook.evidence.EvidenceFile;
import io.daybook.evidence.ProvedHistory;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code daybook proof}. */
@Command(
        name = "proof",
        description = {
            "Proves what happened to one entity, in a file that `daybook verify-proof` checks without a database.",
            "",
            "The file SHOWS the values, reasons and actors of the entity's events, and nothing of other entities but hashes. It does not show"
                    + " that nothing happened after its last event."
        },
        footer = {
            "Examples:",
            "  daybook proof order o-1 --anchor anchors/anchor-0000000000000001200.json --to o-1.proof.json",
            "  daybook proof order o-1 --key anchor.key > o-1.proof.json",
            ""
        })
public final class ProofCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<type>", description = "Entity type, such as order.")
    private String type;

    @Parameters(index = "1", paramLabel = "<id>", description = "Entity id.")
    private String id;

    @ArgGroup(multiplicity = "1")
    private AnchorChoice choice = new AnchorChoice();

    @Option(
            names = "--to",
            paramLabel = "<file>",
            description =
                    "Write the proof there and not to standard output; a file that is there already is never overwritten.")
    private @Nullable Path to;

    /** An anchor that there is, or one that is made now. */
    private static final class AnchorChoice {
        @Option(
                names = "--anchor",
                paramLabel = "<file>",
                required = true,
                description = "File with the anchor that the proof leads to: what came after it is left out.")
        private @Nullable Path anchor;

        @Option(
                names = "--key",
                paramLabel = "<file>",
                required = true,
                description = "Private Ed25519 key to sign a new anchor of the present head with.")
        private @Nullable Path key;
    }

    /** Proves with what was chosen. */
    @FunctionalInterface
    private interface Proving {
        ProvedHistory prove(Daybook daybook, Writer out);
    }

    public ProofCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        try {
            EntityRef.of(type, id);
        } catch (InvalidEvent e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Proving proving = proving();
        try (Daybook daybook = shell.openToRead()) {
            if (shell.redaction(daybook).concerns(EntityType.of(type))) {
                throw new CommandFailed(
                        "A proof shows everything that was said of %s %s, and %s has sensitive attributes. Nothing was written; give --show-sensitive if that is what you want."
                                .formatted(type, id, type));
            }
            if (to == null) {
                proving.prove(daybook, shell.out());
                shell.out().flush();
            } else {
                Path file = to;
                say(EvidenceFile.write(file, out -> proving.prove(daybook, out)), file);
            }
        } catch (UncheckedIOException e) {
            throw new CommandFailed(
                    "The proof cannot be written: %s.".formatted(Messages.of(Objects.requireNonNull(e.getCause()))), e);
        }
        return ExitCode.OK;
    }

    private Proving proving() {
        if (choice.key != null) {
            AnchorKey key = Keys.read(choice.key);
            return (daybook, out) -> daybook.evidence().prove(type, id, key, out);
        }
        Anchor anchor = only(Objects.requireNonNull(choice.anchor));
        return (daybook, out) -> daybook.evidence().prove(type, id, anchor, out);
    }

    private static Anchor only(Path file) {
        AnchorFiles.Found found;
        try {
            found = AnchorFiles.read(List.of(file));
        } catch (UncheckedIOException e) {
            throw new CommandFailed(
                    "The anchor %s cannot be read: %s."
                            .formatted(file, Messages.of(Objects.requireNonNull(e.getCause()))),
                    e);
        }
        if (!found.problems().isEmpty() || found.anchors().size() != 1) {
            throw new CommandFailed(
                    found.problems().isEmpty()
                            ? "There are %d anchors in %s. Name a file with one."
                                    .formatted(found.anchors().size(), file)
                            : found.problems().get(0));
        }
        return found.anchors().get(0);
    }

    private void say(ProvedHistory proved, Path file) {
        if (shell.isJson()) {
            shell.say(new JsonLine()
                    .put("file", file.toString())
                    .put("versions", proved.versions())
                    .put("anchor_position", proved.anchor().position())
                    .toString());
        } else {
            shell.say("%s proves %s of %s as of position %d."
                    .formatted(
                            file,
                            Messages.count(proved.versions(), "version"),
                            Messages.shown(proved.entity().toString()),
                            proved.anchor().position()));
        }
    }
}
