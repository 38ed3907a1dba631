package io.daybook.notifier;

import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerPoint;

/**
 * How much of the ledger the next look of one that catches up takes in: so much that half a page of events is to be expected, judging by
 * the look before. Immutable.
 *
 * <p>What is looked at and not used is looked at again, when more was found than fits a page. That happens once after a beginning that had
 * little or nothing; from then on the reach grows at most four times from look to look, so that all looks together take in a few times the
 * ledger, however unevenly the events lie in it.
 *
 * @param positions how many to look at
 * @param cautious whether more was found than fitted some time
 */
record Reach(long positions, boolean cautious) {

    /** Events to read at once while catching up. */
    static final int PAGE = 1_000;

    private static final int WANTED = PAGE / 2;

    /** Nothing is known yet: little, in case there is much. */
    static final Reach FIRST = new Reach(10_000, false);

    private static final long SHORTEST = 2 * PAGE;

    /** Bounds the time of a statement, which looks at each of so many events a few times: that takes seconds at most, if they are small. */
    private static final long LONGEST = 2_000_000;

    /** From look to look, once more was found than fitted. */
    private static final int CAUTIOUS_GROWTH = 4;

    /** What that page, read from that place on, tells. */
    Reach after(LedgerPoint from, Ledger.Page page) {
        long looked = page.lookedUntil().position() - from.position();
        boolean cut = !page.atEnd() && looked < positions;
        int found = page.entries().size();
        boolean careful = cautious || cut;
        long most = careful ? Math.min(CAUTIOUS_GROWTH * positions, LONGEST) : LONGEST;
        long expected = found == 0 ? most : looked * WANTED / found;
        return new Reach(Math.max(SHORTEST, Math.min(expected, most)), careful);
    }
}
