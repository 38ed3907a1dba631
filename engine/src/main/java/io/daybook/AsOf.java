package io.daybook;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.history.Difference;
import io.daybook.history.Differences;
import io.daybook.history.EntityHistory;
import io.daybook.history.EntityState;
import io.daybook.history.History;
import io.daybook.history.Moment;
import io.daybook.history.States;
import java.time.Instant;
import java.util.Optional;

/**
 * The daybook as it was at some moment, in two times: what was known, and when it had happened. What was known on the first of March about the
 * first of February is {@code daybook.asOfRecorded(march).occurredBy(february)}. Events that came late, or were imported with dates of the
 * past, count from the moment that they were recorded, for all that is asked about their date. Immutable, thread-safe; holds no connection.
 */
public final class AsOf {

    private final EntityHistory reading;
    private final Moment moment;

    AsOf(EntityHistory reading, Moment moment) {
        this.reading = reading;
        this.moment = moment;
    }

    /** The same, by what stands in the ledger up to that position, if that is less. */
    public AsOf atPosition(long position) {
        return new AsOf(reading, moment.atPosition(position));
    }

    /** The same, by what had entered the ledger by then (clock of the database), if that is earlier: what could be known. */
    public AsOf recordedBy(Instant instant) {
        return new AsOf(reading, moment.recordedBy(instant));
    }

    /** The same, by what had happened by then (creation dates), if that is earlier. */
    public AsOf occurredBy(Instant instant) {
        return new AsOf(reading, moment.occurredBy(instant));
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

    /**
     * All entities of that type that existed then; empty if none did. It reads the whole history of the type.
     *
     * @throws io.daybook.event.InvalidEvent if the type is not legal
     */
    public States states(String entityType) {
        return reading.states(new EntityType(entityType), moment);
    }

    /**
     * In what that entity differs at a second moment from what it was then.
     *
     * @return empty if in nothing, or if it existed at neither
     * @throws io.daybook.event.InvalidEvent if type or id are not legal
     */
    public Optional<Difference> difference(String entityType, String entityId, AsOf to) {
        return reading.difference(EntityRef.of(entityType, entityId), moment, to.moment);
    }

    /**
     * In what the entities of that type differ at a second moment from what they were then; empty if in nothing. It reads the whole history
     * of the type, once.
     *
     * @throws io.daybook.event.InvalidEvent if the type is not legal
     */
    public Differences differences(String entityType, AsOf to) {
        return reading.differences(new EntityType(entityType), moment, to.moment);
    }
}
