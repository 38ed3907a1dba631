package io.daybook.ledger;

import io.daybook.event.DaybookException;
import org.jspecify.annotations.Nullable;

/**
 * The ledger no longer says what it said: at a known place there is another hash now, or nothing. The database was restored
 * from a backup, or is another one. Whoever goes on from here would skip events or hear them twice, so nobody does until an
 * operator decided where to go on.
 */
public final class LedgerDiverged extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final transient LedgerPoint expected;
    private final transient @Nullable LedgerPoint found;

    public LedgerDiverged(String who, LedgerPoint expected, @Nullable LedgerPoint found) {
        super(("%s was at position %d with hash %s, and the ledger there now has %s: it was restored or is another one."
                        + " Nothing was delivered. Run `daybook doctor`, which tells how to go on; for one that is only in memory, register it anew.")
                .formatted(
                        who,
                        expected.position(),
                        expected.shortHash(),
                        found == null ? "nothing" : "hash " + found.shortHash()));
        this.expected = expected;
        this.found = found;
    }

    public LedgerPoint expected() {
        return expected;
    }

    /** What is there now; null = the ledger ends before. */
    public @Nullable LedgerPoint found() {
        return found;
    }
}
