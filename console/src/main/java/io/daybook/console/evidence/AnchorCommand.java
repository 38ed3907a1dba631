package io.daybook.console.evidence;

import io.daybook.Daybook;
import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.ExitCode;
import io.daybook.console.shell.JsonLine;
import io.daybook.console.shell.Messages;
import io.daybook.console.shell.Shell;
import io.daybook.evidence.Anchor;
import io.daybook.evidence.AnchorFiles;
import io.daybook.evidence.AnchorKey;
import io.daybook.evidence.EvidenceFile;
import java.io.File;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code daybook anchor}. */
@Command(
        name = "anchor",
        description = {
            "Signs what the ledger is now: position, hash and Merkle root. Keep the line where the owner of the database cannot change it.",
            "",
            "`daybook verify --anchor` then proves that the history up to it is unchanged and not cut. Keep the private key away from the"
                    + " database and from whoever could rewrite it; give the public key to whoever verifies."
        },
        footer = {
            "Examples:",
            "  daybook anchor --make-key anchor.key",
            "  daybook anchor --key anchor.key --public-key",
            "  daybook anchor --key anchor.key >> /mnt/elsewhere/anchors.jsonl",
            "  daybook anchor --key anchor.key --to /mnt/elsewhere/anchors/",
            ""
        })
public final class AnchorCommand implements Callable<Integer> {

    private final Shell shell;

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private KeyChoice choice = new KeyChoice();

    @Option(
            names = "--to",
            paramLabel = "<file or directory>",
            description =
                    "Write the anchor there and not to standard output. In a directory it is named by its position; with a slash at the end it is"
                            + " made if it is missing. A file that is there already is never overwritten.")
    private @Nullable String to;

    @Option(names = "--public-key", description = "With --key: only print the public half of the key, as PEM.")
    private boolean publicKey;

    /** Make a key, or use one. */
    private static final class KeyChoice {
        @Option(
                names = "--make-key",
                paramLabel = "<file>",
                required = true,
                description =
                        "Make a new Ed25519 key: the private half in that file (PKCS#8, for its owner only), the public half beside it,"
                                + " in <file>.pub.")
        private @Nullable Path makeKey;

        @Option(
                names = "--key",
                paramLabel = "<file>",
                required = true,
                description = "Private Ed25519 key to sign with (PEM, PKCS#8).")
        private @Nullable Path key;
    }

    public AnchorCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        if (choice.makeKey != null) {
            if (publicKey || to != null) {
                throw new ParameterException(spec.commandLine(), "--to and --public-key go with --key <file>.");
            }
            return make(choice.makeKey);
        }
        AnchorKey key = Keys.read(Objects.requireNonNull(choice.key));
        if (publicKey) {
            shell.out().print(key.publicKey().pem());
            shell.out().flush();
            return ExitCode.OK;
        }
        Anchor anchor;
        try (Daybook daybook = shell.openToRead()) {
            anchor = daybook.evidence().anchor(key);
        }
        if (to == null) {
            shell.say(anchor.json());
        } else {
            say(anchor, write(anchor, to));
        }
        return ExitCode.OK;
    }

    private int make(Path file) {
        AnchorKey key = AnchorKey.generate(new SecureRandom());
        Path beside;
        try {
            beside = key.write(file);
        } catch (UncheckedIOException e) {
            throw new CommandFailed(
                    "The key %s cannot be made: %s.".formatted(file, Messages.of(Objects.requireNonNull(e.getCause()))),
                    e);
        }
        if (shell.isJson()) {
            shell.say(new JsonLine()
                    .put("key", key.publicKey().id())
                    .put("private", file.toString())
                    .put("public", beside.toString())
                    .toString());
        } else {
            shell.say("Key %s: the private half is in %s, the public half in %s."
                    .formatted(key.publicKey().id(), file, beside));
        }
        return ExitCode.OK;
    }

    private static Path write(Anchor anchor, String to) {
        Path path = Path.of(to);
        try {
            // A Path forgets the slash, and without it the first anchor would take the name of the directory.
            if (to.endsWith("/") || to.endsWith(File.separator) || Files.isDirectory(path)) {
                return AnchorFiles.write(path, anchor);
            }
            return EvidenceFile.write(path, out -> {
                out.write(anchor.json() + "\n");
                return path;
            });
        } catch (UncheckedIOException e) {
            throw new CommandFailed(
                    "The anchor cannot be written to %s: %s."
                            .formatted(to, Messages.of(Objects.requireNonNull(e.getCause()))),
                    e);
        }
    }

    private void say(Anchor anchor, Path file) {
        if (shell.isJson()) {
            shell.say(new JsonLine()
                    .put("position", anchor.position())
                    .put("file", file.toString())
                    .toString());
        } else {
            shell.say("Position %d, hash %s, is anchored in %s."
                    .formatted(anchor.position(), anchor.point().shortHash(), file));
        }
    }
}
