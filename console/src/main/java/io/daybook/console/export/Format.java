package io.daybook.console.export;

import io.daybook.transfer.Exported;
import java.util.List;
import java.util.OptionalLong;

/** How an exported event is written. The same event is always the same text. Not thread-safe. */
sealed interface Format permits JsonLines, Csv {

    /** As it is named on the command line. */
    String name();

    /** What stands before the first event; empty = nothing. */
    String header();

    /** The event, with the end of its line. {@code redacted} names what was left out of it. */
    String record(Exported event, List<String> redacted);

    /** The position that a record, as it stands in a file, begins with; empty if it is none. */
    OptionalLong position(String record);

    /** Whether a line feed may stand within a record, between quotes. */
    boolean isQuoted();
}
