package io.daybook.console.shell;

import io.daybook.notifier.Start;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Places in the ledger as they are written on the command line. */
public final class Places {

    private Places() {}

    /** What {@code beginning}, {@code now}, a position or an instant (ISO 8601 with a zone) stands for; empty if it is none of these. */
    public static Optional<Start> parse(String text) {
        if (text.equals("beginning")) {
            return Optional.of(Start.beginning());
        }
        if (text.equals("now")) {
            return Optional.of(Start.now());
        }
        if (text.matches("[0-9]{1,18}")) {
            return Optional.of(Start.at(Long.parseLong(text)));
        }
        try {
            return Optional.of(Start.at(OffsetDateTime.parse(text).toInstant()));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
