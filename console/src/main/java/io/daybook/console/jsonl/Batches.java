package io.daybook.console.jsonl;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts lines into units of work: consecutive lines with the same transaction are one. A line that cannot be read may be of the unit
 * before it or of the one after it: nobody knows, so both are bad, unless they are lines without transaction.
 */
final class Batches {

    private final Lines lines;
    private @Nullable Entry ahead;
    /** An unreadable line that stood right before {@link #ahead}. */
    private @Nullable Entry doubtful;

    Batches(Lines lines) throws IOException {
        this.lines = lines;
        this.ahead = read();
    }

    private @Nullable Entry read() throws IOException {
        Lines.Line line = lines.next();
        while (line != null && isBlank(line)) {
            line = lines.next();
        }
        return line == null ? null : EntryParser.parse(line);
    }

    static boolean isBlank(Lines.Line line) {
        for (byte b : line.bytes()) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** The next one; null at the end. */
    @Nullable
    Batch next() throws IOException {
        Entry first = ahead;
        if (first == null) {
            return null;
        }
        Batch batch = new Batch(first);
        if (doubtful != null && batch.hasTransaction()) {
            batch.spoil(doubtful.line(), doubt(doubtful));
        }
        doubtful = isUnreadable(first) ? first : null;
        ahead = read();
        while (ahead != null && batch.takes(ahead)) {
            batch.add(ahead);
            ahead = read();
        }
        if (ahead != null && isUnreadable(ahead) && batch.hasTransaction()) {
            batch.spoil(ahead.line(), doubt(ahead));
        }
        return batch;
    }

    private static boolean isUnreadable(Entry entry) {
        return entry.problem() != null && entry.transaction() == null;
    }

    private static String doubt(Entry entry) {
        return "%s; it may be of the unit of work beside it, which is left out too".formatted(entry.problem());
    }
}
