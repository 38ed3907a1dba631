package io.daybook.doctor;

import io.daybook.ledger.EventRow;
import java.time.Duration;
import java.time.Instant;

/** Whether the clock of the database and that of this node agree. */
final class Clocks implements Check {

    private static final Duration APART = Duration.ofSeconds(2);

    private static final int TRIES = 3;

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public void run(Examination examination) {
        String now = examination.database.isPostgresql() ? "select clock_timestamp()" : "select current_timestamp(6)";
        Duration best = Duration.ofDays(1);
        Duration apart = Duration.ZERO;
        // The quickest of a few answers tells best; the first may have opened a connection.
        for (int i = 0; i < TRIES; i++) {
            long started = System.nanoTime();
            Instant database = examination.row("Reading the clock", now, row -> EventRow.instant(row, 1));
            Instant here = examination.clock.instant();
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            if (took.compareTo(best) < 0) {
                best = took;
                apart = Duration.between(here, database);
            }
        }
        // Within the time the answer took nothing is known.
        Duration known = apart.abs().minus(best);
        if (known.compareTo(APART) > 0) {
            examination.warning(
                    "The clock of the database is %s %s that of this node."
                            .formatted(
                                    Examination.age(apart.abs().toSeconds()),
                                    apart.isNegative() ? "behind" : "ahead of"),
                    "Creation dates come from this node and recorded_at from the database, so events seem to be recorded before they happened,"
                            + " or long after. Order, delivery and leases do not depend on it.",
                    "Synchronise both clocks (NTP).");
        } else {
            examination.fine("The clocks of the database and of this node agree within %d s.", APART.toSeconds());
        }
    }
}
