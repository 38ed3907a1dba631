package io.daybook.scenarios.react;

import io.daybook.event.Event;

/** What to do when something happened. */
@FunctionalInterface
public interface EventCallback {

    /**
     * Acts on that event.
     *
     * @throws Exception if it could not: what becomes of the event is for the failure policy to say
     */
    void on(Event event) throws Exception;
}
