package io.daybook.migrations;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The schema lacks migrations: nobody has run them yet, or this database user may not. Remedy: run {@link #command} as a
 * user who may create tables there.
 */
public final class MigrationsMissing extends MigrationException {

    private static final long serialVersionUID = 1;

    private final @Nullable Integer currentVersion;
    private final List<Integer> pending;
    private final String command;

    MigrationsMissing(
            String schema,
            OptionalInt currentVersion,
            List<Integer> pending,
            String command,
            @Nullable Throwable cause) {
        super(schema, message(schema, currentVersion, pending, command, cause), cause);
        this.currentVersion = currentVersion.isPresent() ? currentVersion.getAsInt() : null;
        this.pending = List.copyOf(pending);
        this.command = command;
    }

    private static String message(
            String schema,
            OptionalInt currentVersion,
            List<Integer> pending,
            String command,
            @Nullable Throwable cause) {
        String has =
                currentVersion.isPresent() ? "is at version " + currentVersion.getAsInt() : "has had no migration yet";
        String may = cause == null ? "" : ", and this session may not run migrations";
        return "Schema %s %s; this version of Daybook needs version %d%s. Run: %s"
                .formatted(schema, has, pending.get(pending.size() - 1), may, command);
    }

    /** Version the schema is at; empty where no migration has run. */
    public OptionalInt currentVersion() {
        return currentVersion == null ? OptionalInt.empty() : OptionalInt.of(currentVersion);
    }

    /** Versions that are missing, oldest first. */
    public List<Integer> pending() {
        return pending;
    }

    /** The command that runs them, with the URL of this database, passwords masked. */
    public String command() {
        return command;
    }
}
