package io.daybook.console.demo;

import io.daybook.event.Event;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.util.List;

/** Walks through a stretch of the ledger. */
final class LedgerWalk {

    private static final int PAGE = 1_000;

    private LedgerWalk() {}

    /** What to do with an event. */
    interface Step<E extends Exception> {
        void on(Event event) throws E;
    }

    /** Every event after {@code from}, up to {@code to}, in order. */
    static <E extends Exception> void through(Ledger ledger, long from, long to, Step<E> step) throws E {
        LedgerPoint place = ledger.point(from)
                .orElseThrow(() -> new IllegalArgumentException("The ledger has no position %d.".formatted(from)));
        while (place.position() < to) {
            List<LedgerEntry> page = ledger.after(place, PAGE, "The demo");
            if (page.isEmpty()) {
                return;
            }
            for (LedgerEntry entry : page) {
                if (entry.position() > to) {
                    return;
                }
                step.on(entry.event());
                place = entry.point();
            }
        }
    }
}
