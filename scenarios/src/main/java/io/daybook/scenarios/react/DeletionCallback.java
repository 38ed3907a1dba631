package io.daybook.scenarios.react;

import io.daybook.event.Event;

/** What to do when something was deleted. */
@FunctionalInterface
public interface DeletionCallback {

    /**
     * Acts on that event.
     *
     * @param entityId of what is there no more
     * @throws Exception if it could not: what becomes of the event is for the failure policy to say
     */
    void on(Event event, String entityId) throws Exception;
}
