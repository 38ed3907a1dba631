package io.daybook.sequencer;

import io.daybook.event.DaybookException;
import io.daybook.ledger.EventRow;

/**
 * An event has something that Daybook never writes and that has no hash, so somebody inserted it around Daybook. It cannot have a
 * position, and no event after it gets one: leaving it out is for somebody to decide. docs/operations.md says how.
 */
public final class EventNotHashable extends DaybookException {

    private static final long serialVersionUID = 1L;

    EventNotHashable(EventRow event, RuntimeException cause) {
        super(
                "Event %d was inserted around Daybook and cannot be hashed (%s). Nothing was sequenced, and nothing will be while it is there; as the owner of the tables, look at it and delete it from events (on H2 also from pending)."
                        .formatted(event.eventId(), cause.getMessage()),
                cause);
    }
}
