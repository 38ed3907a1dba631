package io.daybook.sequencer;

import io.daybook.event.DaybookException;

/**
 * The ledger has holes, so it is not the one that was written, and a round must not go on from it: its numbers would be
 * wrong for ever. Nothing was written. {@code daybook verify} names the first bad position; restore the database.
 */
public final class LedgerBroken extends DaybookException {

    private static final long serialVersionUID = 1L;

    LedgerBroken(long head, long rows) {
        super(
                "The ledger ends at position %d but has %d rows, so positions are missing. Nothing was sequenced; run `daybook verify` to find the first one and restore the database."
                        .formatted(head, rows));
    }
}
