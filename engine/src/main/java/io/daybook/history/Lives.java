package io.daybook.history;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Walks through all entities of a type, folding one after the other. In memory is one page of events and one entity. Not thread-safe.
 *
 * @param <T> what is made of an entity
 */
final class Lives<T> implements Iterator<T> {

    private final EventPages pages;
    private final EntityType type;
    private final Moment moment;
    private final Function<EntityRef, ? extends EntityFolding<T>> folding;

    private Iterator<Event> events = Collections.emptyIterator();
    private boolean lastPage;

    /** Whether the events are those of one entity that went on behind the end of a page. */
    private boolean rest = true;

    /** The newest that was taken from the pages. */
    private @Nullable Event last;

    /** The first of the next entity, once it was seen. */
    private Optional<Event> first = Optional.empty();

    private Optional<T> next = Optional.empty();

    /** @param folding what begins to fold that entity */
    Lives(EventPages pages, EntityType type, Moment moment, Function<EntityRef, ? extends EntityFolding<T>> folding) {
        this.pages = pages;
        this.type = type;
        this.moment = moment;
        this.folding = folding;
    }

    @Override
    public boolean hasNext() {
        if (next.isEmpty() && first.isEmpty()) {
            first = event();
        }
        while (next.isEmpty() && first.isPresent()) {
            EntityRef entity = first.get().entity();
            EntityFolding<T> folded = folding.apply(entity);
            while (first.filter(event -> event.entity().equals(entity)).isPresent()) {
                folded.add(first.get());
                first = event();
            }
            next = folded.result();
        }
        return next.isPresent();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("There are no more entities of this type.");
        }
        T found = next.orElseThrow();
        next = Optional.empty();
        return found;
    }

    /** The next one: those of one entity after the other in the order of their ids, each in the order of its versions. */
    private Optional<Event> event() {
        while (!events.hasNext() && !lastPage) {
            if (rest || last == null) {
                List<Event> page = pages.ofType(type, moment, last == null ? "" : last.entityId());
                lastPage = page.size() < EventPages.SIZE;
                events = page.iterator();
                rest = false;
            } else {
                EntityRef entity = last.entity();
                events = new History(version -> pages.ofEntity(entity, moment, version), last.version()).iterator();
                rest = true;
            }
        }
        if (!events.hasNext()) {
            return Optional.empty();
        }
        last = events.next();
        return Optional.of(last);
    }
}
