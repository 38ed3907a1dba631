package io.daybook.notifier;

import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Numbered;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rounds of this process numbered and its reader has not come to: it saves the reader a look at the database, which it shortens the way of an
 * event by. Bounded; what is not kept here is read. Thread-safe.
 */
final class Handover {

    private final Deque<Numbered> waiting = new ArrayDeque<>();
    private long bytes;

    /** By the thread of the sequencer. */
    synchronized void add(Numbered numbered) {
        if (bytes + numbered.bytes() <= Numbered.MOST_BYTES) {
            waiting.add(numbered);
            bytes += numbered.bytes();
        }
    }

    /**
     * The next entries after that place, by the thread of the reader; what comes before them is forgotten.
     *
     * @param most how many at once
     * @return null if they are not here: then they are to be read
     */
    synchronized @Nullable List<LedgerEntry> after(LedgerPoint place, int most) {
        for (Numbered first = waiting.peek(); first != null; first = waiting.peek()) {
            if (place.position() < first.start().position()) {
                return null;
            }
            List<LedgerEntry> entries = first.after(place, most);
            if (entries != null && !entries.isEmpty()) {
                return entries;
            }
            // The reader is behind it, or in another history.
            waiting.remove();
            bytes -= first.bytes();
        }
        return null;
    }

    /** Whether the rounds that are here end at that place. */
    synchronized boolean endsAt(LedgerPoint place) {
        Numbered last = waiting.peekLast();
        return last != null && last.end().equals(place);
    }

    synchronized void clear() {
        waiting.clear();
        bytes = 0;
    }
}
