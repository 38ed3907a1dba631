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

    /**
     * And where they are so rare that looking costs much more than reading: what does not fit is looked for again, so more has to fit. As many
     * as wait in memory anyway.
     */
    static final int RARE_PAGE = 4_000;

    private static final int PAGES_IN_RARE_PAGE = RARE_PAGE / PAGE;

    /** From so many positions for a page of events on they are rare. */
    private static final long RARE = 200L * PAGE;

    /** Nothing is known yet: little, in case there is much. */
    static final Reach FIRST = new Reach(10_000, false);

    private static final long SHORTEST = 2 * PAGE;

    /** Bounds the time of a statement, which looks at each of so many events a few times: that takes seconds, if they are small. */
    private static final long LONGEST = 10_000_000;

    /** From look to look, once more was found than fitted. */
    private static final int CAUTIOUS_GROWTH = 4;

    /** The most events that the look brings. */
    int page() {
        return positions > RARE * PAGES_IN_RARE_PAGE / 2 ? RARE_PAGE : PAGE;
    }

    /** What that page, read from that place on, tells. */
    Reach after(LedgerPoint from, Ledger.Page page) {
        long looked = page.lookedUntil().position() - from.position();
        boolean cut = !page.atEnd() && looked < positions;
        int found = page.entries().size();
        boolean careful = cautious || cut;
        long most = careful ? Math.min(CAUTIOUS_GROWTH * positions, LONGEST) : LONGEST;
        long expected = found == 0 ? most : halfOf(looked * PAGE / found);
        return new Reach(Math.max(SHORTEST, Math.min(expected, most)), careful);
    }

    /** @param positions that a page of events is to be expected in */
    private static long halfOf(long positions) {
        return (positions > RARE ? positions * PAGES_IN_RARE_PAGE : positions) / 2;
    }
}
