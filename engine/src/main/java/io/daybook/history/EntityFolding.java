package io.daybook.history;

import io.daybook.event.Event;
import java.util.Optional;

/**
 * Folds the events of one entity. Not thread-safe.
 *
 * @param <T> what is made of the entity
 */
public interface EntityFolding<T> {

    /** The next event, in the order of the versions. */
    void add(Event event);

    /** What the entity is after these events; empty = nothing to tell, it is passed over. */
    Optional<T> result();
}
