package io.daybook.repository;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.history.History;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What one entity went through, oldest first, read in pages while it is walked through: it holds no connection, takes no closing, and may be
 * walked through more than once. Walking throws {@link UnreadableEntity} at the first version that does not fit the class. Thread-safe; each
 * iterator belongs to one thread.
 */
public final class EntityVersions<T> implements Iterable<EntityVersion<T>> {

    private final EntityRef entity;
    private final EntityMapper<T> mapper;
    private final History events;

    EntityVersions(EntityRef entity, EntityMapper<T> mapper, History events) {
        this.entity = entity;
        this.mapper = mapper;
        this.events = events;
    }

    @Override
    public Iterator<EntityVersion<T>> iterator() {
        EntityFold<T> fold = new EntityFold<>(entity, mapper);
        Iterator<Event> iterator = events.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return iterator.hasNext();
            }

            @Override
            public EntityVersion<T> next() {
                Event event = iterator.next();
                fold.add(event);
                return new EntityVersion<>(event, fold.current());
            }
        };
    }

    /** The same as a stream, lazy; needs no closing. */
    public Stream<EntityVersion<T>> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /** All of them in memory, oldest first. */
    public List<EntityVersion<T>> toList() {
        return stream().toList();
    }
}
