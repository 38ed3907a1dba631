package io.daybook.history;

import io.daybook.event.EntityType;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The entities of one type that are not the same at two moments, in the order of their ids as the database sorts them. Read like {@link
 * States}: in one pass, holding no connection. Thread-safe; each iterator belongs to one thread.
 */
public final class Differences implements Iterable<Difference> {

    private final EventPages pages;
    private final EntityType type;
    private final Moment from;
    private final Moment to;

    Differences(EventPages pages, EntityType type, Moment from, Moment to) {
        this.pages = pages;
        this.type = type;
        this.from = from;
        this.to = to;
    }

    @Override
    public Iterator<Difference> iterator() {
        return new Lives<>(
                pages,
                type,
                List.of(from, to),
                (entity, states) -> Difference.between(entity, states.get(0), states.get(1)));
    }

    /** The same as a stream, lazy; needs no closing. */
    public Stream<Difference> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /** All of them in memory, in the order of their ids. */
    public List<Difference> toList() {
        return stream().toList();
    }
}
