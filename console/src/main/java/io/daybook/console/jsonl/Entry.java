package io.daybook.console.jsonl;

import io.daybook.event.Change;
import org.jspecify.annotations.Nullable;

/**
 * What a line says, or why it says nothing.
 *
 * @param line its number
 * @param bytes the line
 * @param transaction its unit of work; null = a unit of its own, or unreadable
 * @param change null = the line is bad
 * @param problem why it is bad; null = it is good
 */
@SuppressWarnings("ArrayRecordComponent") // In transit, never compared.
record Entry(
        long line,
        byte[] bytes,
        @Nullable String transaction,
        @Nullable Change change,
        @Nullable String actor,
        @Nullable String reason,
        @Nullable String correlationId,
        @Nullable String problem) {

    /** A line of which nothing can be told, not even which unit of work it is of. */
    static Entry unreadable(Lines.Line line, String problem) {
        return new Entry(line.number(), line.bytes(), null, null, null, null, null, problem);
    }

    /** A line that is not what it should be; which unit of work it is of can be told. */
    static Entry bad(Lines.Line line, @Nullable String transaction, String problem) {
        return new Entry(line.number(), line.bytes(), transaction, null, null, null, null, problem);
    }
}
