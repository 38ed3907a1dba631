package io.daybook.database;

import io.daybook.event.DaybookException;

/**
 * This database would lose acknowledged commits when its process is killed, and Daybook refuses to write an audit trail
 * there. Measured on H2 with its default WRITE_DELAY: 28 % of the acknowledged commits were gone after {@code kill -9}.
 */
public final class NotDurable extends DaybookException {

    private static final long serialVersionUID = 1L;

    NotDurable(String writeDelay) {
        super(
                ("H2 writes a commit up to %s ms after it said yes (WRITE_DELAY=%s), so kill -9 would lose acknowledged appends, and"
                                + " this user may not change that. Add ;WRITE_DELAY=0 to the JDBC URL, or connect as an H2 administrator.")
                        .formatted(writeDelay, writeDelay));
    }
}
