package io.daybook.sequencer;

import io.daybook.database.Database;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.LedgerHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A round on H2, which has no transaction snapshots: each append puts the ids of its events into {@code pending}, in its own
 * transaction, and a round numbers what it sees there and takes it away. An append that is still open is not seen, and delays
 * nobody.
 */
final class H2Round implements Round {

    private static final String FENCE = """
            select id
            from daybook.sequencer
            where id = 1
            for update skip locked
            """;

    private static final String HEAD = """
            select l.position, l.hash, l.recorded_at, current_timestamp(6), d.id, h.position
            from daybook.daybook d
            cross join daybook.durable_head h
            left join (select position, hash, recorded_at
                       from daybook.ledger
                       order by position desc
                       limit 1) l on true
            """;

    /** In the order of event ids: a dependent event took its id after the first was committed and visible, so it is here too. */
    private static final String PENDING = """
            select %s
            from (select event_id
                  from daybook.pending
                  order by event_id
                  limit ?) p
            join daybook.events e on e.event_id = p.event_id
            order by e.event_id
            """.formatted(EventRow.COLUMNS);

    /** Events that came without an id in {@code pending}: a bulk load, or a copy of the tables. */
    private static final String SWEEP = """
            insert into daybook.pending (event_id)
            select e.event_id
            from daybook.events e
            where not exists (select 1 from daybook.ledger l where l.event_id = e.event_id)
              and not exists (select 1 from daybook.pending p where p.event_id = e.event_id)
            """;

    /** What waits for a position, or has one that is not known to be on disk (a round was killed in between). */
    private static final String DUE = """
            select 1
            where exists (select 1 from daybook.pending)
               or (select position from daybook.durable_head)
                  < (select position from daybook.ledger order by position desc limit 1)
            """;

    private static final String FLUSH = """
            update daybook.durable_head
            set flushes = flushes + 1
            """;

    private static final String SETTLE = """
            update daybook.durable_head
            set position = ?
            where position < ?
            """;

    private static final String AUDIT = """
            select coalesce(max(a.event_id), 0), coalesce(bool_or(not a.known), false)
            from (select e.event_id,
                         exists (select 1 from daybook.ledger l where l.event_id = e.event_id)
                         or exists (select 1 from daybook.pending p where p.event_id = e.event_id) as known
                  from daybook.events e
                  where e.event_id > ?
                  order by e.event_id
                  limit ?) a
            """;

    private static final int AUDIT_ROWS = 5_000;

    private final Database database;
    private final int bound;
    private final RoundStep.Bystander bystander;
    private final LedgerHash hash = new LedgerHash();
    private final H2Leftovers leftovers;

    /** Whether nothing that a killed process left in the file is there any more, as far as it can be found. */
    private boolean prepared;

    private long auditedUntil;

    H2Round(Database database, int bound, RoundStep.Bystander bystander) {
        this.database = database;
        this.bound = bound;
        this.bystander = bystander;
        this.leftovers = new H2Leftovers(database);
    }

    @Override
    public boolean isDue() {
        return database.call("Looking for events without position", c -> {
            try (PreparedStatement probe = c.prepareStatement(database.sql(DUE));
                    ResultSet row = probe.executeQuery()) {
                return row.next();
            }
        });
    }

    /** Whoever does not get the fence does it in the first round that does: somebody else sequences, or the lock itself is left over. */
    @Override
    public void prepare() throws SQLException {
        prepared = database.inTransaction(c -> {
            boolean fenced = takeFence(c);
            if (fenced) {
                leftovers.takeBackOfAll(c);
            }
            return fenced;
        });
    }

    @Override
    public RoundResult run() throws SQLException {
        try {
            RoundResult result = database.inTransaction(c -> {
                if (!takeFence(c)) {
                    return RoundResult.BUSY;
                }
                bystander.at(RoundStep.FENCED);
                if (!prepared) {
                    leftovers.takeBackOfAll(c);
                }
                return number(c);
            });
            prepared |= !result.busy();
            if (result.numbered() > 0) {
                bystander.at(RoundStep.COMMITTED);
                settle(result.head());
            }
            return result;
        } catch (SQLException | RuntimeException e) {
            // The process that had the file open may have been killed, and this one have it now.
            prepared = false;
            throw e;
        }
    }

    /**
     * Says that the ledger is on disk up to there. H2 shows a transaction to others before it has written it: whoever hears of
     * a position then, before a crash, has heard of what never was. So this is a transaction of its own, after the commit of
     * the one that numbered has returned.
     */
    private void settle(long position) throws SQLException {
        database.inTransaction(c -> {
            try (PreparedStatement update = c.prepareStatement(database.sql(SETTLE))) {
                update.setLong(1, position);
                update.setLong(2, position);
                return update.executeUpdate();
            }
        });
    }

    private boolean takeFence(Connection connection) throws SQLException {
        try (PreparedStatement fence = connection.prepareStatement(database.sql(FENCE));
                ResultSet row = fence.executeQuery()) {
            return row.next();
        }
    }

    private RoundResult number(Connection connection) throws SQLException {
        Start start = start(connection);
        if (start.isUnsettled()) {
            leftovers.takeBackPositions(connection);
            start = start(connection);
        }
        LedgerWriter writer = new LedgerWriter(connection, database, hash, start.head(), start.recordedAt());
        List<Long> numbered = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(database.sql(PENDING))) {
            query.setInt(1, bound);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    EventRow row = EventRow.read(rows);
                    writer.add(row);
                    numbered.add(row.eventId());
                }
            }
        }
        if (numbered.isEmpty()) {
            return start.isUnsettled() ? flush(connection, start) : RoundResult.NOTHING;
        }
        bystander.at(RoundStep.READ);
        writer.finish(null);
        try (PreparedStatement delete =
                connection.prepareStatement(database.sql("delete from daybook.pending where event_id = ?"))) {
            for (Long eventId : numbered) {
                delete.setLong(1, eventId);
                delete.addBatch();
            }
            delete.executeBatch();
        }
        bystander.at(RoundStep.WRITTEN);
        return new RoundResult(numbered.size(), writer.position(), numbered.size() == bound, false, null);
    }

    /** What another round has numbered and not settled, killed in between or not: a write of our own brings it to disk first. */
    private RoundResult flush(Connection connection, Start start) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(database.sql(FLUSH))) {
            update.executeUpdate();
        }
        long head = start.head().position();
        return new RoundResult(Math.toIntExact(head - start.durable()), head, false, false, null);
    }

    /**
     * Where a round begins.
     *
     * @param recordedAt the time to write
     * @param durable up to where the ledger is known to be on disk
     */
    private record Start(LedgerWriter.Head head, Instant recordedAt, long durable) {

        /** Whether the last round was killed between its commit and saying that it is on disk, or before, and left something. */
        boolean isUnsettled() {
            return head.position() > durable;
        }
    }

    private Start start(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(database.sql(HEAD));
                ResultSet row = query.executeQuery()) {
            row.next();
            long position = row.getLong(1);
            boolean empty = row.wasNull();
            LedgerWriter.Head head = new LedgerWriter.Head(
                    position,
                    empty ? hash.beginning(row.getObject(5, UUID.class)) : row.getBytes(2),
                    empty ? null : EventRow.instant(row, 3),
                    null);
            return new Start(head, head.notBefore(EventRow.instant(row, 4)), row.getLong(6));
        }
    }

    @Override
    public RoundResult sweep() throws SQLException {
        return database.inTransaction(c -> {
            if (!takeFence(c)) {
                return RoundResult.BUSY;
            }
            try (PreparedStatement sweep = c.prepareStatement(database.sql(SWEEP))) {
                return new RoundResult(0, -1, sweep.executeUpdate() > 0, false, null);
            }
        });
    }

    @Override
    public boolean audit() throws SQLException {
        return database.inTransaction(c -> {
            try (PreparedStatement query = c.prepareStatement(database.sql(AUDIT))) {
                query.setLong(1, auditedUntil);
                query.setInt(2, AUDIT_ROWS);
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    auditedUntil = row.getLong(1);
                    return row.getBoolean(2);
                }
            }
        });
    }

    /** H2's locks die with the process or connection that holds them, and it tells nobody who that is. */
    @Override
    public void evictIdleHolder() {}
}
