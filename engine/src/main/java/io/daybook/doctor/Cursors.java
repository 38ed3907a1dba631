package io.daybook.doctor;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether each cursor stands where the ledger says what it said when the cursor was written. */
final class Cursors implements Check {

    /** Most cursors that are named one by one. */
    private static final int NAMED = 20;

    /** Scalar subqueries, so that every plan looks the places up, however many cursors there are. */
    private static final String CURSORS = """
            select c.registration, c.partition, c.position, c.hash,
                   (select l.hash from daybook.ledger l where l.position = c.position) as found,
                   (select coalesce(max(l.position), 0) from daybook.ledger l) as head
            from daybook.cursors c
            order by c.registration, c.partition
            """;

    private static final String PROCESSED = """
            select p.consumer, count(*), max(p.position), (select coalesce(max(l.position), 0) from daybook.ledger l)
            from daybook.processed_events p
            where p.position > (select coalesce(max(l.position), 0) from daybook.ledger l)
            group by p.consumer
            order by p.consumer
            """;

    private final boolean atOpen;

    /** @param atOpen only what costs no scan */
    Cursors(boolean atOpen) {
        this.atOpen = atOpen;
    }

    @SuppressWarnings("ArrayRecordComponent") // Looked at once, never kept.
    private record Cursor(
            String registration,
            int partition,
            long position,
            byte @Nullable [] hash,
            byte @Nullable [] found,
            long head) {

        boolean fits() {
            return position == 0 ? hash == null : hash != null && Arrays.equals(hash, found);
        }
    }

    private record Processed(String consumer, long events, long last, long head) {}

    @Override
    public String name() {
        return "cursors";
    }

    @Override
    public void run(Examination examination) {
        List<Cursor> cursors = examination.rows(
                "Comparing cursors with the ledger",
                CURSORS,
                row -> new Cursor(
                        row.getString(1),
                        row.getInt(2),
                        row.getLong(3),
                        row.getBytes(4),
                        row.getBytes(5),
                        row.getLong(6)));
        List<Cursor> lost = cursors.stream().filter(cursor -> !cursor.fits()).toList();
        lost.stream().limit(NAMED).forEach(cursor -> tell(examination, cursor));
        if (lost.size() > NAMED) {
            examination.error(
                    "%d more cursors do not fit the ledger.".formatted(lost.size() - NAMED),
                    "As above.",
                    "Recover the registrations above first, then run `daybook doctor` again.");
        }
        if (lost.isEmpty()) {
            examination.fine(
                    "%s: every one at a place that the ledger has, with the same hash.",
                    Examination.count(cursors.size(), "cursor"));
        }
        if (!atOpen) {
            processed(examination);
        }
    }

    private static void tell(Examination examination, Cursor cursor) {
        String who = "Registration %s, partition %d,".formatted(cursor.registration(), cursor.partition());
        if (cursor.position() > cursor.head()) {
            examination.error(
                    "%s has finished position %d, but the ledger ends at %d."
                            .formatted(who, cursor.position(), cursor.head()),
                    "The database was set back (an older backup, a standby that lagged) after the registration had gone further. What it"
                            + " finished after the common part is gone, and new events take these positions. Nothing is delivered to it, so that nothing"
                            + " is skipped.",
                    "Run `daybook doctor --recover %s`: it goes on after position %d, where the ledger ends now. If events were appended"
                                    .formatted(cursor.registration(), cursor.head())
                            + " since the database was set back, add `--to <position>`, or `--to <when it was set back>`.");
        } else {
            examination.error(
                    "%s has finished position %d with hash %s, but there the ledger has %s."
                            .formatted(
                                    who,
                                    cursor.position(),
                                    shown(cursor.hash()),
                                    cursor.found() == null ? "nothing" : "hash " + shown(cursor.found())),
                    "The registration followed another history than this one: an older backup was restored or a standby promoted, and events"
                            + " were appended since; or history was changed (`daybook verify` tells). Where the two part is not known. Nothing is delivered"
                            + " to it, so that nothing is skipped.",
                    "Run `daybook doctor --recover %s --to <position>`, or `--to <when the database was set back>`: everything after it is"
                                    .formatted(cursor.registration())
                            + " delivered, some of it perhaps for the second time.");
        }
    }

    private static void processed(Examination examination) {
        List<Processed> beyond = examination.rows(
                "Comparing processed events with the ledger",
                PROCESSED,
                row -> new Processed(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)));
        for (Processed consumer : beyond) {
            examination.error(
                    "Consumer %s remembers %s after the head %d, up to position %d."
                            .formatted(
                                    consumer.consumer(),
                                    Examination.count(consumer.events(), "event"),
                                    consumer.head(),
                                    consumer.last()),
                    "The database was set back. New events take these positions, and the consumer would take them for done and skip them.",
                    "Before anything is appended: delete from %s.processed_events where position > %d;"
                            .formatted(examination.database.schema(), consumer.head()));
        }
    }

    private static String shown(byte @Nullable [] hash) {
        return hash == null || hash.length < 4 ? "-" : HexFormat.of().formatHex(hash, 0, 4);
    }
}
