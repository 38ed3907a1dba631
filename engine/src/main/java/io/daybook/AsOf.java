package io.daybook;

import io.daybook.event.EntityRef;
import io.daybook.history.EntityHistory;
import io.daybook.history.EntityState;
import io.daybook.history.History;
import io.daybook.history.Moment;
import java.util.Optional;

/** The daybook as it was at some moment. Thread-safe; holds no connection. */
public final class AsOf {

    private final EntityHistory reading;
    private final Moment moment;

    AsOf(EntityHistory reading, Moment moment) {
        this.reading = reading;
        this.moment = moment;
    }

    /**
     * What that entity was then.
     *
     * @return empty if it did not exist: not created yet, or deleted
     * @throws io.daybook.event.InvalidEvent if type or id are not legal
     */
    public Optional<EntityState> state(String entityType, String entityId) {
        return reading.state(EntityRef.of(entityType, entityId), moment);
    }

    /**
     * What that entity had gone through by then, oldest first; empty if nothing.
     *
     * @throws io.daybook.event.InvalidEvent if type or id are not legal
     */
    public History history(String entityType, String entityId) {
        return reading.history(EntityRef.of(entityType, entityId), moment);
    }
}
