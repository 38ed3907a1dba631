package io.daybook.doctor;

import io.daybook.database.Database;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.LedgerPoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Moves the cursors of a registration that do not fit the ledger back to a place that both histories have: never forwards, and never
 * to a place that is only hoped to be common. One use only.
 */
final class Recoverer {

    /**
     * A node that outlives the setting back of its database may write its old place once more, within seconds, beside events that are
     * new already. So the end of the ledger is believed to be the common end only if it is that much older than the cursor.
     */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final String CURSORS = """
            select c.partition, c.position, c.hash, c.epoch, c.saved
            from daybook.cursors c
            where c.registration = ?
            order by c.partition
            for update
            """;

    private static final String HEAD = """
            select l.position, l.hash, l.recorded_at
            from daybook.ledger l
            order by l.position desc
            limit 1
            """;

    private static final String POINT = """
            select l.position, l.hash
            from daybook.ledger l
            where l.position = ?
            """;

    private static final String MOVE = """
            update daybook.cursors
            set position = ?,
                hash = ?,
                owner = null,
                epoch = epoch + 1,
                saved = current_timestamp
            where registration = ?
              and partition = ?
              and epoch = ?
            """;

    private static final String FORGET_PARKED = """
            delete from daybook.parked_events
            where registration = ?
              and partition = ?
              and position > ?
            """;

    /** What a consumer of that name has done after the place was done in the other history. */
    private static final String FORGET_PROCESSED = """
            delete from daybook.processed_events
            where consumer = ?
              and position > ?
            """;

    private record Cursor(int partition, LedgerPoint place, long epoch, Instant saved) {}

    private record Head(LedgerPoint place, Instant recordedAt) {}

    private final Database database;
    private final Connection connection;
    private final String registration;
    private final OptionalLong to;

    private Recoverer(Database database, Connection connection, String registration, OptionalLong to) {
        this.database = database;
        this.connection = connection;
        this.registration = registration;
        this.to = to;
    }

    static List<Recovery> recover(Database database, String registration, OptionalLong to) {
        return database.transaction(
                "Recovering registration " + registration, c -> new Recoverer(database, c, registration, to).run());
    }

    private List<Recovery> run() throws SQLException {
        List<Cursor> cursors = cursors();
        if (cursors.isEmpty()) {
            throw new RecoveryRefused(
                    "There is no registration %s. `daybook registrations` lists them.".formatted(registration));
        }
        // After the cursors are locked, in a younger snapshot.
        Head head = head();
        List<Recovery> done = new ArrayList<>();
        long lowest = Long.MAX_VALUE;
        for (Cursor cursor : cursors) {
            if (!fits(cursor.place())) {
                Recovery recovery = move(cursor, target(cursor, head), head);
                lowest = Math.min(lowest, recovery.to());
                done.add(recovery);
            }
        }
        if (done.isEmpty() && to.isPresent()) {
            throw new RecoveryRefused(
                    "Registration %s is where the ledger says it is, so there is nothing to recover. Nothing was changed; a replay is another command."
                            .formatted(registration));
        }
        if (!done.isEmpty()) {
            try (PreparedStatement forget = prepare(FORGET_PROCESSED)) {
                forget.setString(1, registration);
                forget.setLong(2, lowest);
                forget.executeUpdate();
            }
        }
        return List.copyOf(done);
    }

    private LedgerPoint target(Cursor cursor, Head head) throws SQLException {
        long position = cursor.place().position();
        boolean beyond = position > head.place().position();
        if (to.isPresent()) {
            return asked(cursor, head.place().position(), to.getAsLong());
        }
        if (!beyond) {
            throw new RecoveryRefused(
                    ("Partition %d of registration %s has finished position %d of a history that parts from this ledger at an unknown position"
                                    + " before. Nothing was changed; say where it shall go on with --to <position> or --to <when the database was"
                                    + " set back>. Everything after it is delivered: a position that is too early repeats events, one that is too"
                                    + " late skips some.")
                            .formatted(cursor.partition(), registration, position));
        }
        if (Duration.between(head.recordedAt(), cursor.saved()).compareTo(MARGIN) < 0) {
            throw new RecoveryRefused(
                    ("Partition %d of registration %s has finished position %d, the ledger ends at %d, and its last event was recorded at %s:"
                                    + " later than a minute before the cursor was written (%s), so it may have been appended after the database was"
                                    + " set back, and going on after it could skip events. Nothing was changed; say when the database was set back"
                                    + " with --to <instant>, or the last position that is older with --to <position>. %d if nothing was"
                                    + " appended since.")
                            .formatted(
                                    cursor.partition(),
                                    registration,
                                    position,
                                    head.place().position(),
                                    head.recordedAt(),
                                    cursor.saved(),
                                    head.place().position()));
        }
        return head.place();
    }

    private LedgerPoint asked(Cursor cursor, long head, long position) throws SQLException {
        if (position >= cursor.place().position() || position > head || position < 0) {
            throw new RecoveryRefused(
                    "Partition %d of registration %s can go back to a position from 0 to %d, not to %d. Nothing was changed."
                            .formatted(
                                    cursor.partition(),
                                    registration,
                                    Math.min(head, cursor.place().position() - 1),
                                    position));
        }
        return point(position)
                .orElseThrow(() -> new RecoveryRefused(
                        "Position %d of the ledger is missing. Nothing was changed; run `daybook doctor`, and restore the database."
                                .formatted(position)));
    }

    private Recovery move(Cursor cursor, LedgerPoint target, Head head) throws SQLException {
        try (PreparedStatement move = prepare(MOVE)) {
            move.setLong(1, target.position());
            move.setBytes(2, target.hash());
            move.setString(3, registration);
            move.setInt(4, cursor.partition());
            move.setLong(5, cursor.epoch());
            if (move.executeUpdate() != 1) {
                throw new RecoveryRefused(
                        "Partition %d of registration %s was moved by somebody else meanwhile. Nothing was changed; look again."
                                .formatted(cursor.partition(), registration));
            }
        }
        int forgotten;
        try (PreparedStatement forget = prepare(FORGET_PARKED)) {
            forget.setString(1, registration);
            forget.setInt(2, cursor.partition());
            forget.setLong(3, target.position());
            forgotten = forget.executeUpdate();
        }
        long from = cursor.place().position();
        String why = from > head.place().position()
                ? "The ledger ended at %d.".formatted(head.place().position())
                : "The ledger had another hash at %d.".formatted(from);
        return new Recovery(registration, cursor.partition(), from, target.position(), forgotten, why);
    }

    private List<Cursor> cursors() throws SQLException {
        try (PreparedStatement query = prepare(CURSORS)) {
            query.setString(1, registration);
            List<Cursor> cursors = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    cursors.add(new Cursor(
                            row.getInt(1),
                            new LedgerPoint(row.getLong(2), row.getBytes(3)),
                            row.getLong(4),
                            EventRow.instant(row, 5)));
                }
            }
            return cursors;
        }
    }

    private Head head() throws SQLException {
        try (PreparedStatement query = prepare(HEAD);
                ResultSet row = query.executeQuery()) {
            return row.next()
                    ? new Head(new LedgerPoint(row.getLong(1), row.getBytes(2)), EventRow.instant(row, 3))
                    : new Head(LedgerPoint.BEGINNING, Instant.EPOCH);
        }
    }

    private Optional<LedgerPoint> point(long position) throws SQLException {
        if (position == 0) {
            return Optional.of(LedgerPoint.BEGINNING);
        }
        try (PreparedStatement query = prepare(POINT)) {
            query.setLong(1, position);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(new LedgerPoint(row.getLong(1), row.getBytes(2))) : Optional.empty();
            }
        }
    }

    private boolean fits(LedgerPoint place) throws SQLException {
        return point(place.position()).filter(place::equals).isPresent();
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        return connection.prepareStatement(database.sql(sql));
    }
}
