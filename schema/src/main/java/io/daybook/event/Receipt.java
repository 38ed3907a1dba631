package io.daybook.event;

import java.util.List;
import java.util.UUID;

/**
 * What a unit of work appended. Events have no position yet when the receipt is handed out: the sequencer gives it to them
 * after the commit.
 *
 * @param transactionId groups the events; ask by it whether a unit of work with an unknown outcome was committed
 * @param events what was appended, in the order it was said; empty if the unit of work said nothing
 * @param repeated whether the events were there already, from an earlier try with the same key, and nothing was appended now
 */
public record Receipt(UUID transactionId, List<Appended> events, boolean repeated) {

    public Receipt {
        events = List.copyOf(events);
    }

    /**
     * One event that was appended.
     *
     * @param eventId number given when it was inserted
     * @param entity whom it is about
     * @param version place of the event in its entity
     */
    public record Appended(long eventId, EntityRef entity, long version) {}
}
