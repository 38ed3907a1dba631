package io.daybook.doctor;

import io.daybook.ledger.EventRow;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whether the ledger has every position from 1 to its head, each with its event. That nothing was changed is {@code verify}'s. */
final class LedgerWhole implements Check {

    /** Positions that one statement looks at. */
    private static final long RANGE = 50_000;

    /** How many of the last positions are looked at when a daybook is opened. */
    private static final long LATEST = 1_000;

    /** How far the head's time may be ahead: clocks of a server that was replaced are a little apart. */
    private static final Duration AHEAD = Duration.ofSeconds(5);

    private static final String ENDS = """
            select coalesce((select min(position) from daybook.ledger), 0),
                   coalesce((select max(position) from daybook.ledger), 0)
            """;

    /**
     * A scalar subquery, because a join or {@code exists} can become a scan of all events, in every range: 960 ms in place of 100 at
     * two million events.
     */
    private static final String RANGE_QUERY = """
            select count(*), count(r.event_id)
            from (select (select e.event_id from daybook.events e where e.event_id = l.event_id) as event_id
                  from daybook.ledger l
                  where l.position > ?
                    and l.position <= ?) r
            """;

    private static final String FIRST_MISSING = """
            select min(l.position) + 1
            from daybook.ledger l
            where l.position >= ?
              and l.position < ?
              and (select n.position from daybook.ledger n where n.position = l.position + 1) is null
            """;

    private static final String FIRST_WITHOUT_EVENT = """
            select min(l.position)
            from daybook.ledger l
            where l.position > ?
              and l.position <= ?
              and (select e.event_id from daybook.events e where e.event_id = l.event_id) is null
            """;

    private static final String HEAD_TIME = """
            select l.recorded_at, current_timestamp
            from daybook.ledger l
            where l.position = ?
            """;

    private final boolean atOpen;

    /** @param atOpen only the last positions */
    LedgerWhole(boolean atOpen) {
        this.atOpen = atOpen;
    }

    @Override
    public String name() {
        return "ledger";
    }

    private record Ends(long first, long head) {}

    private record Counted(long positions, long events) {}

    private record Times(Instant recorded, Instant now) {}

    @Override
    public void run(Examination examination) {
        Ends ends = examination.row(
                "Reading the ends of the ledger", ENDS, row -> new Ends(row.getLong(1), row.getLong(2)));
        if (ends.head() == 0 && ends.first() == 0) {
            examination.fine("The ledger is empty.");
            return;
        }
        String broken = broken(examination, ends);
        if (broken == null) {
            examination.fine(
                    atOpen
                            ? "The last positions up to %d are there, each with its event."
                            : "Positions 1 to %d are all there, each with its event.",
                    ends.head());
        } else {
            examination.error(
                    broken,
                    "Rows were deleted, or the backup was not whole. Registrations do not receive what is not there, and a sweep of the"
                            + " sequencer refuses to number anything.",
                    "Run `daybook verify`, which names the first position that is not as it was written, and restore the database from a"
                            + " whole backup (docs/operations.md).");
        }
        time(examination, ends.head());
    }

    private @Nullable String broken(Examination examination, Ends ends) {
        if (ends.first() != 1) {
            return "The ledger begins at position %d, not at 1.".formatted(ends.first());
        }
        long from = atOpen ? Math.max(0, ends.head() - LATEST) : 0;
        while (from < ends.head()) {
            long until = Math.min(from + RANGE, ends.head());
            long begin = from;
            Counted counted = examination.row(
                    "Counting positions",
                    RANGE_QUERY,
                    row -> new Counted(row.getLong(1), row.getLong(2)),
                    begin,
                    until);
            if (counted.positions() != until - begin) {
                long missing = examination.row(
                        "Looking for the missing position", FIRST_MISSING, row -> row.getLong(1), begin, until);
                return "Position %d of the ledger is missing; it ends at %d.".formatted(missing, ends.head());
            }
            if (counted.events() != counted.positions()) {
                long missing = examination.row(
                        "Looking for the missing event", FIRST_WITHOUT_EVENT, row -> row.getLong(1), begin, until);
                return "The event of position %d is missing.".formatted(missing);
            }
            examination.progress.at(until, ends.head());
            from = until;
        }
        return null;
    }

    private static void time(Examination examination, long head) {
        Times times = examination.row(
                "Reading when the head was recorded",
                HEAD_TIME,
                row -> new Times(EventRow.instant(row, 1), EventRow.instant(row, 2)),
                head);
        Duration ahead = Duration.between(times.now(), times.recorded());
        if (ahead.compareTo(AHEAD) > 0) {
            examination.warning(
                    "The head was recorded at %s, which is %s after the present time of the database."
                            .formatted(times.recorded(), Examination.age(ahead.toSeconds())),
                    "The clock of the database was set back, or another server with another clock was promoted. Until it has caught up,"
                            + " new positions are all recorded at the time of the head, so asOfRecorded cannot tell them apart.",
                    "Set the clock of the database server right (NTP).");
        }
    }
}
