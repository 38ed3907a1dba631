package io.daybook.scenarios.react;

import io.daybook.event.Event;
import io.daybook.event.Value;
import io.daybook.scenarios.DataNode;
import java.util.Optional;

/** What to do when a data node was written. */
@FunctionalInterface
public interface DataCallback {

    /**
     * Acts on that event.
     *
     * @param dataNode as it is now, which may be later than the event
     * @param data what that very edit wrote, whatever was written since; what was there then, if the edit was only tracked. Empty if there was
     *     none, or it was erased
     * @throws Exception if it could not: what becomes of the event is for the failure policy to say
     */
    void on(Event event, DataNode dataNode, Optional<Value> data) throws Exception;
}
