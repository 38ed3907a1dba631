package io.daybook.history;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
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
        return new Lives<>(pages, type, moment, Folding::new);
    }

    private static final class Folding implements EntityFolding<EntityState> {

        private final EntityRef entity;
        private final EntityState.Fold fold = new EntityState.Fold();

        Folding(EntityRef entity) {
            this.entity = entity;
        }

        @Override
        public void add(Event event) {
            fold.add(event);
        }

        @Override
        public Optional<EntityState> result() {
            return fold.result(entity);
        }
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
