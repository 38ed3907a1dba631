package io.daybook.console.evidence;

import io.daybook.console.shell.CommandFailed;
import io.daybook.console.shell.Messages;
import io.daybook.evidence.AnchorKey;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;

/** The key that a command signs with. */
final class Keys {

    private Keys() {}

    static AnchorKey read(Path file) {
        try {
            return AnchorKey.read(file);
        } catch (UncheckedIOException e) {
            throw new CommandFailed(
                    "The key %s cannot be read: %s. Make one with daybook anchor --make-key <file>."
                            .formatted(file, Messages.of(Objects.requireNonNull(e.getCause()))),
                    e);
        }
    }
}
