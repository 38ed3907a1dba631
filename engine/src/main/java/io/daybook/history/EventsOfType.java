package io.daybook.history;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Walks through the events of all entities of a type, one entity after the other, with one page in memory. Not thread-safe. */
final class EventsOfType implements Iterator<Event> {

    private final EventPages pages;
    private final EntityType type;
    private final Moment moment;

    private Iterator<Event> events = Collections.emptyIterator();
    private boolean lastPage;

    /** Whether the events are those of one entity that went on behind the end of a page. */
    private boolean rest = true;

    private @Nullable Event last;

    EventsOfType(EventPages pages, EntityType type, Moment moment) {
        this.pages = pages;
        this.type = type;
        this.moment = moment;
    }

    @Override
    public boolean hasNext() {
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
        return events.hasNext();
    }

    @Override
    public Event next() {
        if (!hasNext()) {
            throw new NoSuchElementException("There are no more events of this type.");
        }
        Event event = events.next();
        last = event;
        return event;
    }
}
