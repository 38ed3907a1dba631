package io.daybook.history;

import io.daybook.event.EntityType;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * All entities of one type that existed at some moment, in the order of their ids as the database sorts them. They are folded from their
 * events while they are walked through, in one pass over the history of the type: it holds no connection and one entity in memory, takes
 * no closing, and may be walked through more than once. Thread-safe; each iterator belongs to one thread.
 */
public final class States implements Iterable<EntityState> {

    private final EventPages pages;
    private final EntityType type;
    private final Moment moment;

    States(EventPages pages, EntityType type, Moment moment) {
        this.pages = pages;
        this.type = type;
        this.moment = moment;
    }

    @Override
    public Iterator<EntityState> iterator() {
        return new Lives<>(pages, type, List.of(moment), (entity, states) -> states.get(0));
    }

    /** The same as a stream, lazy; needs no closing. */
    public Stream<EntityState> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /** All of them in memory, in the order of their ids. */
    public List<EntityState> toList() {
        return stream().toList();
    }
}
