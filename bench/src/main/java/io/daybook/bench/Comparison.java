package io.daybook.bench;

import java.util.ArrayList;
import java.util.List;
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

    /**
     * The first of the sides beside each of the others, all in one run; each begins as often as the others.
     *
     * @return one for each of the others
     */
    static List<Comparison> ofSeveral(String name, Suite.Plan plan, Suite.Report report, List<Side> sides)
            throws Exception {
        List<Series> found = new ArrayList<>();
        sides.forEach(side -> found.add(new Series()));
        for (int i = 0; i < plan.pairs(); i++) {
            report.progress("%s: turn %d of %d".formatted(name, i + 1, plan.pairs()));
            for (int j = 0; j < sides.size(); j++) {
                int next = (i + j) % sides.size();
                found.get(next).add(sides.get(next).turn());
            }
        }
        return found.subList(1, found.size()).stream()
                .map(other -> new Comparison(found.get(0), other, quotients(found.get(0), other)))
                .toList();
    }

    static Series quotients(Series ours, Series theirs) {
        Series quotients = new Series();
        for (int i = 0; i < ours.size(); i++) {
            quotients.add(ours.get(i) / theirs.get(i));
        }
        return quotients;
    }

    /** {@code 2,600 (2,300–2,650) ÷ 2,800 (2,500–4,600) events/s}. */
    String detail(String unit, int decimals) {
        return String.format(Locale.ROOT, "%s ÷ %s %s", ours.text(decimals), theirs.text(decimals), unit);
    }
}
