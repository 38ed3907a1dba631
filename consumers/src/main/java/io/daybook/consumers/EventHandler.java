package io.daybook.consumers;

import io.daybook.event.Event;

/** What to do with an event. */
@FunctionalInterface
public interface EventHandler {

    /**
     * Acts on that event.
     *
     * @throws Exception if it could not: the event is offered again after a while
     */
    void handle(Event event) throws Exception;
}
