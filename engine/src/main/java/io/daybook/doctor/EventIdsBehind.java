package io.daybook.doctor;

import io.daybook.event.DaybookException;

/**
 * The next event would get an id that an earlier one has, or that sorts before it, so its place in the ledger could come before
 * that of an event it builds on. The rows came in without the sequence: a copy of the tables, logical replication. Nothing was opened;
 * {@code daybook doctor --repair-sequences} sets the sequence behind the last id.
 */
public final class EventIdsBehind extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final long next;
    private final long last;

    EventIdsBehind(long next, long last, String schema) {
        super(
                ("The next event id would be %d, and there is an event %d already: new events would collide with old ones or be numbered"
                                + " before them. The daybook was not opened; run `daybook doctor --repair-sequences%s` as the owner of the"
                                + " tables, then open it again.")
                        .formatted(next, last, schema.equals("daybook") ? "" : " --schema " + schema));
        this.next = next;
        this.last = last;
    }

    /** The id that the next event would get. */
    public long next() {
        return next;
    }

    /** The last id that an event has. */
    public long last() {
        return last;
    }
}
