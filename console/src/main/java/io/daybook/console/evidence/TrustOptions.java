package io.daybook.console.evidence;

import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.Messages;
import io.daybook.evidence.AnchorPublicKey;
import io.daybook.evidence.AnchorTrust;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Whose anchors are believed: a key has to be named, or the command line has to say that none is known. */
public final class TrustOptions {

    @Option(
            names = "--public-key",
            paramLabel = "<file>",
            description = "Public key (PEM) of whoever may sign anchors; may be given more than once.")
    private List<Path> publicKeys = new ArrayList<>();

    @Option(
            names = "--accept-unknown-keys",
            description =
                    "Also compare anchors of keys that were not named, without looking at their signatures: against accidents, not against"
                            + " anybody who can write an anchor.")
    private boolean acceptUnknownKeys;

    /** Whether anything was said. */
    public boolean isGiven() {
        return acceptUnknownKeys || !publicKeys.isEmpty();
    }

    /** What was said. @throws ParameterException if nothing was */
    public AnchorTrust trust(CommandSpec spec) {
        if (!isGiven()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Whose signature is to be believed? Give --public-key <file>, from whoever signs the anchors and not from where they lie:"
                            + " anybody can make a key. Without one --accept-unknown-keys compares them and proves less.");
        }
        Set<AnchorPublicKey> keys = new HashSet<>();
        for (Path file : publicKeys) {
            try {
                keys.add(AnchorPublicKey.read(file));
            } catch (UncheckedIOException e) {
                throw new CommandFailed(
                        "The public key %s cannot be read: %s."
                                .formatted(file, Messages.of(Objects.requireNonNull(e.getCause()))),
                        e);
            }
        }
        return new AnchorTrust(keys, acceptUnknownKeys);
    }
}
