package io.daybook.scenarios.react;

import io.daybook.event.Event;
import io.daybook.scenarios.Entity;

/**
 * What to do when something happened to an entity.
 *
 * @param <E> its type
 */
@FunctionalInterface
public interface EntityCallback<E extends Entity<E>> {

    /**
     * Acts on that event.
     *
     * @param entity as it is now, which may be later than the event
     * @throws Exception if it could not: what becomes of the event is for the failure policy to say
     */
    void on(Event event, E entity) throws Exception;
}
