package io.daybook.bench.peers;

import io.daybook.bench.Row;
import io.daybook.bench.Series;
import io.daybook.bench.Suite;
import io.daybook.bench.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A peer, plain JDBC and Daybook do the same by turns, and each begins as often as the others. */
final class Contest {

    private final Named peer;
    private final Named plain;
    private final List<Named> ours;
    private final Map<Named, Series> rates = new LinkedHashMap<>();
    private final Map<Named, Series> toPlain = new LinkedHashMap<>();
    private final Map<Named, Series> toPeer = new LinkedHashMap<>();

    /** A side as the rows call it. */
    record Named(String name, Side side) {}

    /** @param ours one or more ways of doing it with Daybook */
    Contest(Named peer, Side plain, List<Named> ours) {
        this.peer = peer;
        this.plain = new Named("plain JDBC", plain);
        this.ours = List.copyOf(ours);
        for (Named side : sides()) {
            rates.put(side, new Series());
            toPlain.put(side, new Series());
            toPeer.put(side, new Series());
        }
    }

    private List<Named> sides() {
        List<Named> sides = new ArrayList<>(List.of(peer, plain));
        sides.addAll(ours);
        return sides;
    }

    void run(int turns) throws Exception {
        List<Named> sides = sides();
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < sides.size(); i++) {
                Named next = sides.get((turn + i) % sides.size());
                of(rates, next).add(next.side().turn());
            }
            for (Named side : sides) {
                double rate = of(rates, side).last();
                of(toPlain, side).add(rate / of(rates, plain).last());
                of(toPeer, side).add(rate / of(rates, peer).last());
            }
        }
    }

    /**
     * A row for each side but plain JDBC, divided by it, and one for each way of Daybook, divided by the peer.
     *
     * @param what was done, such as {@code append 1 × 1}
     * @param unit of what a turn answers, such as {@code events/s}
     * @param comment where like is not compared with like; may be empty
     */
    void report(Suite.Report report, String what, String unit, String comment) {
        for (Named side : sides()) {
            if (!side.equals(plain)) {
                report.row(
                        Row.ratio(title(what, side, plain), of(toPlain, side), Target.none(), both(side, plain, unit)));
            }
        }
        for (Named side : ours) {
            report.row(Row.ratio(
                    title(what, side, peer),
                    of(toPeer, side),
                    Target.atLeast(1),
                    both(side, peer, unit) + (comment.isEmpty() ? "" : "; " + comment)));
        }
    }

    private String title(String what, Named one, Named other) {
        return "%s: %s, %s ÷ %s".formatted(peer.name(), what, one.name(), other.name());
    }

    private String both(Named one, Named other, String unit) {
        return "%s ÷ %s %s".formatted(of(rates, one).text(0), of(rates, other).text(0), unit);
    }

    private static Series of(Map<Named, Series> series, Named side) {
        Series found = series.get(side);
        if (found == null) {
            throw new IllegalArgumentException("No side of this contest: " + side.name());
        }
        return found;
    }
}
