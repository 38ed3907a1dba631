package io.daybook.history;

import io.daybook.event.Event;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The events of one entity in the order of their versions, read in pages while they are walked through: it holds no
 * connection, takes no closing, and may be walked through more than once (events appended meanwhile show up). Thread-safe;
 * each iterator belongs to one thread.
 */
public final class History implements Iterable<Event> {

    private final LongFunction<List<Event>> pageAfter;
    private final long after;

    /** @param pageAfter the events after a version, in order, some of them; empty at the end */
    History(LongFunction<List<Event>> pageAfter) {
        this(pageAfter, 0);
    }

    /** @param after the version after which it begins */
    History(LongFunction<List<Event>> pageAfter, long after) {
        this.pageAfter = pageAfter;
        this.after = after;
    }

    @Override
    public Iterator<Event> iterator() {
        return new Pages();
    }

    /** What came after that version of the entity; empty if nothing did. */
    public History after(long version) {
        return new History(pageAfter, Math.max(after, version));
    }

    /** The same as a stream, lazy; needs no closing. */
    public Stream<Event> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /** All of them in memory, oldest first. */
    public List<Event> toList() {
        return stream().toList();
    }

    private final class Pages implements Iterator<Event> {

        private Iterator<Event> page = pageAfter.apply(after).iterator();
        private long version;

        @Override
        public boolean hasNext() {
            if (!page.hasNext() && version > 0) {
                page = pageAfter.apply(version).iterator();
                version = 0;
            }
            return page.hasNext();
        }

        @Override
        public Event next() {
            if (!hasNext()) {
                throw new NoSuchElementException("The history ends here.");
            }
            Event event = page.next();
            version = event.version();
            return event;
        }
    }
}
