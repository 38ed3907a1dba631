package io.daybook.ledger;

import io.daybook.database.Database;
import io.daybook.event.InvalidEvent;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Recomputes the chain from the first position to the head, in bounded memory, and stops at the first position that is not
 * what it was. One use only; not thread-safe.
 */
public final class Verifier {

    private static final int PAGE = 10_000;

    private final Database database;
    private final Ledger ledger;
    private final LedgerHash hash = new LedgerHash();

    private long verified;
    private long erased;
    private byte[] previousHash = new byte[0];
    private @Nullable Instant previousRecordedAt;

    public Verifier(Database database, Ledger ledger) {
        this.database = database;
        this.ledger = ledger;
    }

    /** Verifies. @throws io.daybook.database.DatabaseFailure if the database cannot be read */
    public Verification run(Verification.Progress progress) {
        UUID daybookId = ledger.daybookId();
        LedgerPoint head = ledger.end();
        previousHash = hash.beginning(daybookId);
        Optional<Verification.Problem> problem = Optional.empty();
        while (problem.isEmpty() && verified < head.position()) {
            problem = verifyPage(Math.min(PAGE, head.position() - verified));
            progress.at(verified, head.position());
        }
        long unsequenced = problem.isEmpty() ? ledger.unsequenced() : 0;
        return new Verification(verified, head, unsequenced, erased, problem);
    }

    private Optional<Verification.Problem> verifyPage(long limit) {
        // Left joins: a ledger row without its event, and an event whose version before it is missing, must show
        // themselves.
        String sql = database.sql("""
                select %s, l.position, l.recorded_at, l.hash, l.event_id, before.position
                from daybook.ledger l
                left join daybook.events e on e.event_id = l.event_id
                left join daybook.events v on v.entity_type = e.entity_type
                                          and v.entity_id = e.entity_id
                                          and v.version = e.version - 1
                left join daybook.ledger before on before.event_id = v.event_id
                where l.position > ?
                order by l.position
                limit ?
                """.formatted(EventRow.COLUMNS));
        return database.transaction("Verifying the ledger after position " + verified, c -> {
            try (PreparedStatement query = c.prepareStatement(sql)) {
                query.setLong(1, verified);
                query.setLong(2, limit);
                query.setFetchSize(500);
                try (ResultSet rows = query.executeQuery()) {
                    long before = verified;
                    while (rows.next()) {
                        Verification.Problem problem = verifyRow(rows);
                        if (problem != null) {
                            return Optional.of(problem);
                        }
                        verified++;
                    }
                    return verified > before
                            ? Optional.empty()
                            : Optional.of(new Verification.Problem(
                                    verified + 1, "position %d went away".formatted(verified + 1)));
                }
            }
        });
    }

    private Verification.@Nullable Problem verifyRow(ResultSet row) throws SQLException {
        int next = EventRow.COLUMN_COUNT;
        long position = row.getLong(next + 1);
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
        String known = "event %d (version %d of %s %s)"
                .formatted(eventId, event.version(), event.entityType(), event.entityId());
        if (previousRecordedAt != null && recordedAt.isBefore(previousRecordedAt)) {
            return new Verification.Problem(
                    position, "%s was recorded at %s, before the position before it".formatted(known, recordedAt));
        }
        boolean hasDigests = event.valueDigest() != null || event.metadataDigest() != null;
        boolean hasContent = event.salt() != null || event.attributeValue() != null || event.metadata() != null;
        if (hasDigests == hasContent) {
            return new Verification.Problem(
                    position,
                    "%s is neither whole nor erased: it has %s"
                            .formatted(known, hasDigests ? "digests beside its content" : "neither salt nor digests"));
        }
        byte[] computed;
        try {
            computed = hash.of(previousHash, position, recordedAt, event);
        } catch (InvalidEvent e) {
            return new Verification.Problem(position, "%s is not legal: %s".formatted(known, e.getMessage()));
        }
        if (!Arrays.equals(computed, stored)) {
            return new Verification.Problem(
                    position, "the hash of %s does not fit its content and the hash before it".formatted(known));
        }
        long before = row.getLong(next + 5);
        if (event.version() > 1 && (row.wasNull() || before >= position)) {
            return new Verification.Problem(
                    position, "%s does not come after version %d of its entity".formatted(known, event.version() - 1));
        }
        if (hasDigests) {
            erased++;
        }
        previousHash = computed;
        previousRecordedAt = recordedAt;
        return null;
    }
}
