package io.daybook.bench;

import java.util.Locale;

/**
 * Two sides that do the same work take turns, and begin by turns, so that what else goes on in the machine meets both.
 *
 * @param ours once per turn
 * @param theirs once per turn
 * @param ratios ours ÷ theirs, turn by turn
 */
record Comparison(Series ours, Series theirs, Series ratios) {

    /** One of the two. */
    interface Side {
        /** Takes its turn. @return what it reached, such as events per second */
        double turn() throws Exception;
    }

    /** @param name for somebody who waits */
    static Comparison of(String name, Suite.Plan plan, Suite.Report report, Side ours, Side theirs) throws Exception {
        Comparison comparison = new Comparison(new Series(), new Series(), new Series());
        for (int i = 0; i < plan.pairs(); i++) {
            report.progress("%s: turn %d of %d".formatted(name, i + 1, plan.pairs()));
            if (i % 2 == 0) {
                comparison.ours.add(ours.turn());
                comparison.theirs.add(theirs.turn());
            } else {
                comparison.theirs.add(theirs.turn());
                comparison.ours.add(ours.turn());
            }
            comparison.ratios.add(comparison.ours.last() / comparison.theirs.last());
        }
        return comparison;
    }

    /** {@code 2,600 (2,300–2,650) ÷ 2,800 (2,500–4,600) events/s}. */
    String detail(String unit, int decimals) {
        return String.format(Locale.ROOT, "%s ÷ %s %s", ours.text(decimals), theirs.text(decimals), unit);
    }
}
