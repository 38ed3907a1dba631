package io.daybook.bench;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one suite.
 *
 * @param name as it was asked for
 * @param description one sentence
 * @param rows in the order in which they were found; what was found before a failure is there
 * @param curves in that order too
 * @param took from its beginning to its end
 * @param heap of this process
 * @param failure why it ended early; null if it did not
 */
record Section(
        String name,
        String description,
        List<Row> rows,
        List<Curve> curves,
        Duration took,
        Heap heap,
        @Nullable String failure) {

    Section {
        rows = List.copyOf(rows);
        curves = List.copyOf(curves);
    }
}
