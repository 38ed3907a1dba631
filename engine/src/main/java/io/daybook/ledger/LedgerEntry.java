package io.daybook.ledger;

import io.daybook.event.Event;

/**
 * An event at its place.
 *
 * @param event with its position
 * @param point that position, and the ledger's hash there
 * @param size about how many bytes it takes in memory
 */
public record LedgerEntry(Event event, LedgerPoint point, int size) {

    public long position() {
        return point.position();
    }
}
