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
        // The database is asked for everything: which of the two moments an event counts at is decided here.
        return new Lives<>(pages, type, Moment.NOW, Folding::new);
    }

    private final class Folding implements EntityFolding<Difference> {

        private final EntityRef entity;
        private final EntityState.Fold before = new EntityState.Fold();
        private final EntityState.Fold after = new EntityState.Fold();

        Folding(EntityRef entity) {
            this.entity = entity;
        }

        @Override
        public void add(Event event) {
            if (from.includes(event)) {
                before.add(event);
            }
            if (to.includes(event)) {
                after.add(event);
            }
        }

        @Override
        public Optional<Difference> result() {
            return Difference.between(entity, before.result(entity), after.result(entity));
        }
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
