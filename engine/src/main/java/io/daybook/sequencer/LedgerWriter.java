package io.daybook.sequencer;

import io.daybook.database.Database;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.LedgerHash;
import io.daybook.ledger.LedgerPoint;
import io.daybook.ledger.Numbered;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Extends the ledger from its head, event by event, within one round. Rows wait in memory until {@link #flush}; the last one of
 * the round is only written by {@link #finish}, with what the round leaves for the next.
 */
final class LedgerWriter {

    private static final int FLUSH_ROWS = 1_000;

    private static final String INSERT = """
            insert into daybook.ledger (position, event_id, hash, recorded_at, snapshot)
            select r.position, r.event_id, r.hash, cast(? as timestamp with time zone),
                   case when r.position = ? then cast(? as varchar) end
            from unnest(?, ?, ?) as r (position, event_id, hash)
            """;

    private final Connection connection;
    private final String insert;
    private final String bytesType;
    private final LedgerHash hash;
    private final Instant recordedAt;
    private final List<Row> waiting = new ArrayList<>();
    private final LedgerPoint start;
    /** All rows of the round, as long as they are small enough to be kept. */
    private final List<Numbered.Row> kept = new ArrayList<>();

    private long keptBytes;

    private long position;
    private byte[] previousHash;
    private int written;

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Row(long position, long eventId, byte[] hash) {}

    LedgerWriter(Connection connection, Database database, LedgerHash hash, Head head, Instant recordedAt) {
        this.connection = connection;
        this.insert = database.sql(INSERT);
        this.bytesType = database.isPostgresql() ? "bytea" : "varbinary";
        this.hash = hash;
        this.position = head.position();
        this.start = head.position() == 0 ? LedgerPoint.BEGINNING : new LedgerPoint(head.position(), head.hash());
        this.previousHash = head.hash();
        this.recordedAt = recordedAt;
    }

    /**
     * Where a round begins.
     *
     * @param hash what the next hash is chained to
     * @param recordedAt of the head; null if the ledger is empty
     * @param snapshot what the round before left; null if nothing
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Head(
            long position,
            byte[] hash,
            @Nullable Instant recordedAt,
            @Nullable RoundSnapshot snapshot) {

        /** The time to write, which never goes back, whatever the clock of the database does. */
        Instant notBefore(Instant now) {
            return recordedAt != null && recordedAt.isAfter(now) ? recordedAt : now;
        }
    }

    void add(EventRow event) throws SQLException {
        if (waiting.size() >= FLUSH_ROWS) {
            flush(waiting, null);
            waiting.clear();
        }
        position++;
        try {
            previousHash = hash.of(previousHash, position, recordedAt, event);
        } catch (RuntimeException e) {
            throw new EventNotHashable(event, e);
        }
        waiting.add(new Row(position, event.eventId(), previousHash));
        written++;
        keep(event);
    }

    private void keep(EventRow event) {
        keptBytes += event.size();
        if (keptBytes > Numbered.MOST_BYTES) {
            kept.clear();
        } else {
            kept.add(new Numbered.Row(event, previousHash));
        }
    }

    /** What was written, for whoever follows the ledger, once it is committed; null if it is too large to be kept. */
    @Nullable
    Numbered numbered() {
        return kept.isEmpty() ? null : new Numbered(start, recordedAt, kept);
    }

    /** Writes what waits; the last row carries what the round leaves for the next. */
    void finish(@Nullable RoundSnapshot snapshot) throws SQLException {
        flush(waiting, snapshot);
        waiting.clear();
    }

    private void flush(List<Row> rows, @Nullable RoundSnapshot snapshotOfLast) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        Row last = rows.get(rows.size() - 1);
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            statement.setObject(1, recordedAt.atOffset(ZoneOffset.UTC));
            statement.setLong(2, last.position());
            statement.setString(3, snapshotOfLast == null ? null : snapshotOfLast.text());
            statement.setArray(
                    4, array("bigint", rows.stream().map(Row::position).toArray(Long[]::new)));
            statement.setArray(
                    5, array("bigint", rows.stream().map(Row::eventId).toArray(Long[]::new)));
            statement.setArray(6, array(bytesType, rows.stream().map(Row::hash).toArray(byte[][]::new)));
            statement.executeUpdate();
        }
    }

    private Array array(String type, Object[] elements) throws SQLException {
        return connection.createArrayOf(type, elements);
    }

    int written() {
        return written;
    }

    long position() {
        return position;
    }

    long lastEventId() {
        return waiting.get(waiting.size() - 1).eventId();
    }
}
