package io.daybook.history;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks through all entities of a type, folding each of them up to several moments in the same pass. In memory is one page of events
 * and one entity. Not thread-safe.
 *
 * @param <T> what is made of an entity
 */
final class Lives<T> implements Iterator<T> {

    /** What becomes of an entity that was folded. */
    interface Telling<T> {
        /** From what it was at each of the moments; empty = nothing to tell. */
        Optional<T> of(EntityRef entity, List<Optional<EntityState>> states);
    }

    private final EventPages pages;
    private final EntityType type;
    private final List<Moment> moments;
    private final Moment widest;
    private final Telling<T> telling;

    private final Deque<Event> page = new ArrayDeque<>();
    private boolean lastPage;

    /** The entity of the events that were taken from the pages last; "" before the first. */
    private String id = "";

    private @Nullable T next;

    Lives(EventPages pages, EntityType type, List<Moment> moments, Telling<T> telling) {
        this.pages = pages;
        this.type = type;
        this.moments = moments;
        // With one moment the database leaves out what does not count; with several it is decided here.
        this.widest = moments.size() == 1 ? moments.get(0) : Moment.NOW;
        this.telling = telling;
    }

    @Override
    public boolean hasNext() {
        while (next == null && findPage()) {
            next = nextEntity().orElse(null);
        }
        return next != null;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("There are no more entities of this type.");
        }
        T found = Objects.requireNonNull(next);
        next = null;
        return found;
    }

    private boolean findPage() {
        if (page.isEmpty() && !lastPage) {
            List<Event> events = pages.ofType(type, widest, id);
            lastPage = events.size() < EventPages.SIZE;
            page.addAll(events);
        }
        return !page.isEmpty();
    }

    private Optional<T> nextEntity() {
        EntityRef entity = page.element().entity();
        id = entity.id();
        List<EntityState.Fold> folds = new ArrayList<>();
        moments.forEach(moment -> folds.add(new EntityState.Fold()));
        long version = 0;
        while (!page.isEmpty() && page.element().entityId().equals(id)) {
            Event event = page.remove();
            version = event.version();
            add(event, folds);
        }
        if (page.isEmpty() && !lastPage) {
            new History(after -> pages.ofEntity(entity, widest, after), version).forEach(event -> add(event, folds));
        }
        return telling.of(
                entity, folds.stream().map(fold -> fold.result(entity)).toList());
    }

    private void add(Event event, List<EntityState.Fold> folds) {
        for (int i = 0; i < folds.size(); i++) {
            if (moments.get(i).includes(event)) {
                folds.get(i).add(event);
            }
        }
    }
}
