package io.daybook.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whether events wait for their positions longer than they should. Nobody knows when a row was committed, so this looks twice: what had
 * no position, and still has none after the limit.
 */
final class Waiting implements Check {

    /** Events that one statement looks at. */
    private static final int RANGE = 50_000;

    /** Of more than so many, only the first are looked at again: they are numbered in about this order. */
    private static final int REMEMBERED = 1_000;

    private static final String NEXT_RANGE = """
            select count(*), max(r.event_id)
            from (select e.event_id
                  from daybook.events e
                  where e.event_id > ?
                  order by e.event_id
                  limit ?) r
            """;

    /** A scalar subquery: {@code not exists} can become one hash of the whole ledger, in every range. */
    private static final String WITHOUT_POSITION = """
            select e.event_id
            from daybook.events e
            where e.event_id > ?
              and e.event_id <= ?
              and (select l.position from daybook.ledger l where l.event_id = e.event_id) is null
            order by e.event_id
            """;

    private record Range(long events, long last) {}

    @Override
    public String name() {
        return "waiting";
    }

    @Override
    public void run(Examination examination) {
        List<Long> waiting = look(examination);
        long deadline = System.nanoTime() + examination.limits.waiting().toNanos();
        while (!waiting.isEmpty() && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            waiting = stillWaiting(examination, waiting);
        }
        if (waiting.isEmpty()) {
            examination.fine("No committed event waits for its position.");
        } else {
            String more = waiting.size() < REMEMBERED ? "" : " or more";
            examination.error(
                    "%s%s, the first of them event %d, have no position after %d s."
                            .formatted(
                                    Examination.count(waiting.size(), "committed event"),
                                    more,
                                    waiting.get(0),
                                    examination.limits.waiting().toSeconds()),
                    "They are durable, but no round of a sequencer numbers them, so they are delivered to nobody.",
                    "Open the daybook somewhere without sequencing(false) and keep it open. If it is, its log says why rounds fail"
                            + " (\"A round of the sequencer failed\"), and the other findings here may.");
        }
    }

    private static List<Long> look(Examination examination) {
        List<Long> waiting = new ArrayList<>();
        long after = 0;
        while (waiting.size() < REMEMBERED) {
            Range range = examination.row(
                    "Looking for events without position",
                    NEXT_RANGE,
                    row -> new Range(row.getLong(1), row.getLong(2)),
                    after,
                    RANGE);
            if (range.events() == 0) {
                break;
            }
            waiting.addAll(examination.rows(
                    "Looking for events without position",
                    WITHOUT_POSITION,
                    row -> row.getLong(1),
                    after,
                    range.last()));
            after = range.last();
        }
        return waiting.stream().limit(REMEMBERED).toList();
    }

    private static List<Long> stillWaiting(Examination examination, List<Long> before) {
        var positions = examination.ledger.positions(before);
        return before.stream().filter(id -> !positions.containsKey(id)).toList();
    }
}
