package io.daybook.evidence;

import io.daybook.database.Database;
import io.daybook.event.DaybookException;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerHash;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Verification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Checks a range of the ledger, from the stored hash of the position before it, up to the first problem. One thread's, one use only. */
final class RangeCheck implements Callable<RangeCheck> {

    /** H2 has the whole result in the heap before the first row is read. */
    private static final int H2_PAGE = Ledger.FIRST_FETCH;

    private final Database database;
    private final String query;
    private final long after;
    private final long until;
    private final long[] checkpoints;
    private final AtomicBoolean stopped;
    private final LedgerHash hash = new LedgerHash();
    private final MerkleTree tree = new MerkleTree();
    private final Map<Long, Checkpoint> passed = new HashMap<>();

    private byte[] hashBefore;
    private byte[] previousHash;
    private @Nullable Instant previousRecordedAt;
    private long verified;
    private long erased;
    private int measured;
    private long bytes;
    private boolean begun;
    private Verification.@Nullable Problem problem;

    /**
     * @param after the position before the range; 0 = it begins with the ledger
     * @param until its last position
     * @param beginning what stands for the hash before the first position
     * @param stopped nobody wants the result any more
     */
    RangeCheck(Database database, long after, long until, byte[] beginning, long[] checkpoints, AtomicBoolean stopped) {
        this.database = database;
        this.after = after;
        this.until = until;
        this.checkpoints = checkpoints;
        this.stopped = stopped;
        this.hashBefore = beginning;
        this.previousHash = beginning;
        this.verified = after;
        this.begun = after == 0;
        // Left joins: a ledger row without its event, and an event whose version before it is missing, must show
        // themselves.
        this.query = database.sql("""
                select %s, l.position, l.recorded_at, l.hash, l.event_id, before.position
                from daybook.ledger l
                left join daybook.events e on e.event_id = l.event_id
                left join daybook.events v on v.entity_type = e.entity_type
                                          and v.entity_id = e.entity_id
                                          and v.version = e.version - 1
                left join daybook.ledger before on before.event_id = v.event_id
                where l.position > ?
                  and l.position <= ?
                order by l.position
                limit ?
                """.formatted(EventRow.COLUMNS));
    }

    @Override
    public RangeCheck call() {
        while (problem == null && verified < until && !stopped.get()) {
            // The row before the range comes along: its hash and its time are what the range goes on from.
            long from = begun ? verified : after - 1;
            int limit = database.isPostgresql() ? Integer.MAX_VALUE : H2_PAGE;
            long before = verified;
            database.transaction("Verifying the ledger after position " + verified, c -> {
                checkPage(c, from, limit);
                return true;
            });
            if (problem == null && verified == before && !stopped.get()) {
                problem = new Verification.Problem(verified + 1, "position %d is missing".formatted(verified + 1));
            }
        }
        return this;
    }

    private void checkPage(Connection connection, long from, int limit) throws SQLException {
        if (database.isPostgresql()) {
            // A plan that is kept for all ranges would be one for a two-hundredth of the ledger.
            for (String set : new String[] {"set local plan_cache_mode = force_custom_plan", "set local jit = off"}) {
                try (PreparedStatement statement = connection.prepareStatement(set)) {
                    statement.execute();
                }
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setLong(1, from);
            statement.setLong(2, until);
            statement.setInt(3, limit);
            statement.setFetchSize(Ledger.FIRST_FETCH);
            try (ResultSet rows = statement.executeQuery()) {
                while (problem == null && !stopped.get() && rows.next()) {
                    check(rows);
                    measured++;
                    if (Ledger.adaptFetchSize(rows, measured, bytes)) {
                        measured = 0;
                        bytes = 0;
                    }
                }
            }
        }
    }

    private void check(ResultSet row) throws SQLException {
        long position = row.getLong(EventRow.COLUMN_COUNT + 1);
        try {
            if (begun) {
                problem = problemOf(row, position);
            } else {
                begin(row, position);
            }
        } catch (RuntimeException e) {
            // Where somebody dropped constraints anything may stand, and the position has to be named all the same.
            problem = new Verification.Problem(
                    position,
                    "event %d, which stands here, has something that no event has (%s)"
                            .formatted(
                                    row.getLong(EventRow.COLUMN_COUNT + 4),
                                    e instanceof DaybookException ? e.getMessage() : e.toString()));
        }
    }

    private void begin(ResultSet row, long position) throws SQLException {
        int next = EventRow.COLUMN_COUNT;
        if (position != after) {
            // Whoever checks the range before says so too, and is heard first.
            problem = new Verification.Problem(after, "position %d is missing".formatted(after));
            return;
        }
        previousRecordedAt = EventRow.instant(row, next + 2);
        previousHash = row.getBytes(next + 3);
        hashBefore = previousHash;
        begun = true;
    }

    private Verification.@Nullable Problem problemOf(ResultSet row, long position) throws SQLException {
        int next = EventRow.COLUMN_COUNT;
        long expected = verified + 1;
        if (position != expected) {
            return new Verification.Problem(
                    expected, "position %d is missing, the ledger goes on at %d".formatted(expected, position));
        }
        Instant recordedAt = EventRow.instant(row, next + 2);
        byte[] stored = row.getBytes(next + 3);
        long eventId = row.getLong(next + 4);
        row.getLong(1);
        if (row.wasNull()) {
            return new Verification.Problem(position, "event %d, which stands here, is missing".formatted(eventId));
        }
        EventRow event = EventRow.read(row);
        bytes += event.size();
        String known = "event %d (version %d of %s %s)"
                .formatted(eventId, event.version(), event.entityType(), event.entityId());
        if (previousRecordedAt != null && recordedAt.isBefore(previousRecordedAt)) {
            return new Verification.Problem(
                    position, "%s was recorded at %s, before the position before it".formatted(known, recordedAt));
        }
        String unlike = EventForm.problem(event);
        if (unlike != null) {
            return new Verification.Problem(position, "%s %s".formatted(known, unlike));
        }
        byte[] computed = hash.of(previousHash, position, recordedAt, event);
        if (!Arrays.equals(computed, stored)) {
            return new Verification.Problem(
                    position, "the hash of %s does not fit its content and the hash before it".formatted(known));
        }
        if (event.version() < 1) {
            return new Verification.Problem(position, "%s has no version: they begin at 1".formatted(known));
        }
        long before = row.getLong(next + 5);
        if (event.version() > 1 && (row.wasNull() || before >= position)) {
            return new Verification.Problem(
                    position, "%s does not come after version %d of its entity".formatted(known, event.version() - 1));
        }
        if (EventForm.isErased(event)) {
            erased++;
        }
        tree.append(computed);
        verified = position;
        previousHash = computed;
        previousRecordedAt = recordedAt;
        if (Arrays.binarySearch(checkpoints, position) >= 0) {
            passed.put(position, new Checkpoint(new LedgerPoint(position, computed), recordedAt, tree.copy()));
        }
        return null;
    }

    /** The hash that it went on from: stored at the position before it. */
    byte[] hashBefore() {
        return hashBefore;
    }

    /** The hash of the last position that is as it was written. */
    byte[] lastHash() {
        return previousHash;
    }

    /** The last position that is as it was written. */
    long verified() {
        return verified;
    }

    long erased() {
        return erased;
    }

    /** The hashes of the range. */
    MerkleTree tree() {
        return tree;
    }

    /** The checkpoints in the range. */
    Map<Long, Checkpoint> passed() {
        return passed;
    }

    Optional<Verification.Problem> problem() {
        return Optional.ofNullable(problem);
    }
}
