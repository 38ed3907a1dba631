package io.daybook.scenarios.react;

import io.daybook.event.Event;
import io.daybook.event.Value;
import io.daybook.scenarios.Entity;
import java.util.List;
import java.util.Optional;

/**
 * What connected listeners are told.
 *
 * @param what as the application calls it
 * @param event what happened
 * @param entities what it happened to, as a callback of the same form gets it: of a submission what was submitted, then the submission; none
 *     where it was deleted, and of a broadcast by a filter
 * @param data of a data node that was written; empty otherwise
 */
public record Broadcast(String what, Event event, List<Entity<?>> entities, Optional<Value> data) {

    /** Keeps a copy of the list. */
    public Broadcast {
        entities = List.copyOf(entities);
    }
}
