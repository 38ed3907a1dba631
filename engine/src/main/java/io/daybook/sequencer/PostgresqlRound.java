package io.daybook.sequencer;

import io.daybook.database.Database;
import io.daybook.ledger.EventRow;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerHash;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A round on PostgreSQL: a window between two snapshots.
 *
 * <p>The round before left the snapshot it saw (S_prev). What was committed since is exactly what is visible now and was not
 * then: rows of transactions that had not begun ({@code >= xmax}) or were still under way ({@code xip}). Nothing else can be
 * missing, however late a transaction commits, and a transaction that is still open delays nobody but itself.
 */
final class PostgresqlRound implements Round {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresqlRound.class);

    /**
     * Opens a round, three statements in one round trip. First the isolation level, whatever the pool's default is: each
     * statement must see what was committed before it.
     *
     * <p>Then takes the fence without waiting, and limits how long this session may hold it: a frozen node must not stop the
     * others. The first two limits leave a session that is stuck writing to a stopped client, which the TCP ones end. The planner
     * settings are for {@link #WINDOW}: planned once and not in every round, which costs three times of running it, so the plan
     * must be one that is right for every size of the tables, also if they were empty when it was made. All of it ends with
     * the transaction.
     *
     * <p>Last, where the ledger ends: a statement of its own, so that its snapshot is younger than the fence.
     */
    private static final String OPEN = """
            set transaction isolation level read committed;

            select set_config('idle_in_transaction_session_timeout', '5s', true),
                   set_config('statement_timeout', '30s', true),
                   set_config('tcp_user_timeout', '3s', true),
                   set_config('tcp_keepalives_idle', '2', true),
                   set_config('tcp_keepalives_interval', '1', true),
                   set_config('tcp_keepalives_count', '3', true),
                   set_config('plan_cache_mode', 'force_generic_plan', true),
                   set_config('enable_hashjoin', 'off', true),
                   set_config('enable_mergejoin', 'off', true),
                   set_config('enable_seqscan', 'off', true),
                   set_config('synchronous_commit',
                              case when current_setting('synchronous_commit') = 'remote_apply' then 'remote_apply' else 'on' end,
                              true)
            from daybook.sequencer
            where id = 1
            for update skip locked;

            select l.position, l.hash, l.recorded_at, l.snapshot,
                   (select system_identifier::text from pg_control_system()) as cluster,
                   clock_timestamp() as now,
                   d.id
            from daybook.daybook d
            left join (select position, hash, recorded_at, snapshot
                       from daybook.ledger
                       order by position desc
                       limit 1) l on true
            """;

    /**
     * The events of the window. The new snapshot and the rows MUST come from ONE statement: taken in two, a commit in between
     * is visible to the second only, is numbered now, and again by the next round.
     *
     * <p>Two branches, and ids first: written as one condition, or with the limit next to the table, a plan is possible that
     * scans all of {@code events}. The order within a branch is asked for only because the right index has it, so that no other
     * looks cheaper while the table is tiny. The anti-join below the floor is for ids that a sweep numbered, whose transaction
     * ids may be of another cluster and come round again here; it is a scalar subquery because {@code not exists} can become
     * one hash of the whole ledger.
     *
     * <p>Parameters: S_prev.xmax, S_prev.xip, floor, bound.
     */
    private static final String WINDOW = """
            with moment as materialized (
                select pg_current_snapshot() as snapshot
            ),
            candidate as materialized (
                (select e.event_id
                 from daybook.events e
                 where e.database_txid >= ?
                   and e.database_txid < (select pg_snapshot_xmax(snapshot)::text::bigint from moment)
                 order by e.database_txid)
                union all
                select e.event_id
                from daybook.events e
                where e.database_txid = any (?)
            ),
            chosen as materialized (
                select c.event_id
                from candidate c
                where c.event_id > ?
                   or (select l.position from daybook.ledger l where l.event_id = c.event_id) is null
                order by c.event_id
                limit ?
            )
            select %s, (select snapshot::text from moment)
            from chosen
            join daybook.events e on e.event_id = chosen.event_id
            order by e.event_id
            """.formatted(EventRow.COLUMNS);

    /**
     * The next piece of a window that was too large for one round: it still ends at the snapshot that it was opened with, so
     * that the pieces together are one window in the order of its event ids.
     *
     * <p>Parameters: S_prev.xmax, S_target, S_prev.xip, S_target, after, floor, bound.
     */
    private static final String PIECE = """
            with candidate as materialized (
                (select e.event_id
                 from daybook.events e
                 where e.database_txid >= ?
                   and pg_visible_in_snapshot(e.database_txid::text::xid8, ?::pg_snapshot)
                 order by e.database_txid)
                union all
                select e.event_id
                from daybook.events e
                where e.database_txid = any (?)
                  and pg_visible_in_snapshot(e.database_txid::text::xid8, ?::pg_snapshot)
            ),
            chosen as materialized (
                select c.event_id
                from candidate c
                where c.event_id > ?
                  and (c.event_id > ?
                       or (select l.position from daybook.ledger l where l.event_id = c.event_id) is null)
                order by c.event_id
                limit ?
            )
            select %s
            from chosen
            join daybook.events e on e.event_id = chosen.event_id
            order by e.event_id
            """.formatted(EventRow.COLUMNS);

    /** The truth, without any accelerator: every event that is visible and has no position. One statement, as above. */
    private static final String SWEEP = """
            select %s, pg_current_snapshot()::text
            from daybook.events e
            where not exists (select from daybook.ledger l where l.event_id = e.event_id)
            order by e.event_id
            """.formatted(EventRow.COLUMNS);

    /** The window again, only whether there is something in it. Parameters: S_prev.xmax, S_prev.xip, floor. */
    private static final String PROBE = """
            select exists (
                select
                from ((select e.event_id
                       from daybook.events e
                       where e.database_txid >= ?
                         and e.database_txid < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                       order by e.database_txid)
                      union all
                      select e.event_id
                      from daybook.events e
                      where e.database_txid = any (?)) c
                where c.event_id > ?
                   or (select l.position from daybook.ledger l where l.event_id = c.event_id) is null)
            """;

    /**
     * Whether a few events that the rounds should have seen have no position: visible to the last round, or of a transaction that
     * this cluster has not begun. What was committed since the last round is just on its way.
     *
     * <p>Parameters: S_prev, the last event id that was looked at, how many to look at.
     */
    private static final String AUDIT = """
            select coalesce(max(a.event_id), 0), coalesce(bool_or(not a.sequenced and a.was_due), false)
            from (select e.event_id,
                         exists (select from daybook.ledger l where l.event_id = e.event_id) as sequenced,
                         pg_visible_in_snapshot(e.database_txid::text::xid8, ?::pg_snapshot)
                         or e.database_txid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint as was_due
                  from daybook.events e
                  where e.event_id > ?
                  order by e.event_id
                  limit ?) a
            """;

    /**
     * Sessions that hold the fence and did nothing for seconds: a frozen process, whose time-outs the server could not enforce.
     */
    private static final String EVICT = """
            select a.pid, a.application_name, pg_terminate_backend(a.pid)
            from pg_locks l
            join pg_stat_activity a on a.pid = l.pid
            where l.locktype = 'relation'
              and l.relation = 'daybook.sequencer'::regclass
              and l.mode = 'RowShareLock'
              and l.granted
              and l.pid <> pg_backend_pid()
              -- A sweep may compute for minutes: only who waits for its client is frozen.
              and (a.state <> 'active' or a.wait_event_type = 'Client')
              and a.state_change < clock_timestamp() - interval '6 seconds'
            """;

    private static final int AUDIT_ROWS = 20_000;

    private final Database database;
    private final int bound;
    private final RoundStep.Bystander bystander;
    private final LedgerHash hash = new LedgerHash();

    /** What the last round of ours would start from; null = not known. Only saves the probe a look. */
    private @Nullable RoundSnapshot lastSeen;

    /**
     * A sweep that found nothing has no row to leave its snapshot on: it stays here, good for as long as the head stays there.
     */
    private @Nullable RoundSnapshot emptySweep;

    private long emptySweepHead;

    private long auditedUntil;

    /** @param bound most events to number in one round */
    PostgresqlRound(Database database, int bound, RoundStep.Bystander bystander) {
        this.database = database;
        this.bound = bound;
        this.bystander = bystander;
    }

    /** PostgreSQL leaves nothing of a transaction that was not committed. */
    @Override
    public void prepare() {}

    @Override
    public boolean isDue() {
        return database.call("Looking for events without position", c -> {
            RoundSnapshot snapshot = lastSeen;
            if (snapshot == null || snapshot.isPiece()) {
                return true;
            }
            try (PreparedStatement probe = c.prepareStatement(database.sql(PROBE))) {
                probe.setLong(1, snapshot.xmax());
                probe.setArray(2, bigints(c, snapshot.underWay()));
                probe.setLong(3, snapshot.floor());
                try (ResultSet row = probe.executeQuery()) {
                    row.next();
                    return row.getBoolean(1);
                }
            }
        });
    }

    @Override
    public RoundResult run() throws SQLException {
        return round((c, start) -> {
            RoundSnapshot snapshot = usable(start);
            if (snapshot == null) {
                return sweep(c, start);
            }
            lastSeen = snapshot;
            return snapshot.isPiece() ? piece(c, start, snapshot) : window(c, start, snapshot);
        });
    }

    @Override
    public RoundResult sweep() throws SQLException {
        return round(this::sweep);
    }

    private interface Fenced {
        RoundResult run(Connection connection, Start start) throws SQLException;
    }

    private RoundResult round(Fenced work) throws SQLException {
        try {
            RoundResult result = database.inTransaction(c -> {
                Start start = open(c);
                if (start == null) {
                    return RoundResult.BUSY;
                }
                bystander.at(RoundStep.FENCED);
                return work.run(c, start);
            });
            if (result.numbered() > 0) {
                bystander.at(RoundStep.COMMITTED);
            }
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            forget();
            throw e;
        }
    }

    /** Nobody knows whether the commit happened: look at the ledger again before believing anything. */
    private void forget() {
        lastSeen = null;
        emptySweep = null;
    }

    /** The snapshot that this round may start from; null = none that means anything in this cluster. */
    private @Nullable RoundSnapshot usable(Start start) {
        RoundSnapshot left = start.head().snapshot();
        if (left != null && left.cluster().equals(start.cluster())) {
            return left;
        }
        RoundSnapshot kept = emptySweep;
        return kept != null
                        && kept.cluster().equals(start.cluster())
                        && emptySweepHead == start.head().position()
                ? kept
                : null;
    }

    private record Start(LedgerWriter.Head head, LedgerWriter writer, String cluster) {}

    /** Takes the fence; null if somebody else has it. */
    private @Nullable Start open(Connection connection) throws SQLException {
        try (PreparedStatement open = connection.prepareStatement(database.sql(OPEN))) {
            open.execute();
            if (!nextResult(open).next()) {
                return null;
            }
            ResultSet row = nextResult(open);
            row.next();
            long position = row.getLong(1);
            boolean empty = row.wasNull();
            LedgerWriter.Head head = new LedgerWriter.Head(
                    position,
                    empty ? hash.beginning(row.getObject(7, java.util.UUID.class)) : row.getBytes(2),
                    empty ? null : EventRow.instant(row, 3),
                    RoundSnapshot.parse(row.getString(4)));
            LedgerWriter writer =
                    new LedgerWriter(connection, database, hash, head, head.notBefore(EventRow.instant(row, 6)));
            return new Start(head, writer, row.getString(5));
        }
    }

    private static ResultSet nextResult(PreparedStatement statement) throws SQLException {
        statement.getMoreResults();
        return Objects.requireNonNull(statement.getResultSet(), "A statement of the round has no result.");
    }

    private RoundResult window(Connection connection, Start start, RoundSnapshot previous) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(database.sql(WINDOW))) {
            query.setLong(1, previous.xmax());
            query.setArray(2, bigints(connection, previous.underWay()));
            query.setLong(3, previous.floor());
            query.setInt(4, bound + 1);
            Read read = read(query, start.writer(), bound);
            if (read.snapshot() == null) {
                return RoundResult.NOTHING;
            }
            RoundSnapshot next = read.more()
                    ? previous.piece(read.snapshot(), start.writer().lastEventId())
                    : RoundSnapshot.done(previous.cluster(), read.snapshot(), previous.floor());
            return finish(start, next, read.more());
        }
    }

    private RoundResult piece(Connection connection, Start start, RoundSnapshot previous) throws SQLException {
        String target = Objects.requireNonNull(previous.target());
        try (PreparedStatement query = connection.prepareStatement(database.sql(PIECE))) {
            query.setLong(1, previous.xmax());
            query.setString(2, target);
            query.setArray(3, bigints(connection, previous.underWay()));
            query.setString(4, target);
            query.setLong(5, previous.after());
            query.setLong(6, previous.floor());
            query.setInt(7, bound + 1);
            Read read = read(query, start.writer(), bound);
            // A window is cut only where something follows, so each piece has something to write its state on.
            RoundSnapshot next = read.more()
                    ? previous.piece(target, start.writer().lastEventId())
                    : RoundSnapshot.done(previous.cluster(), target, previous.floor());
            return finish(start, next, true);
        }
    }

    private RoundResult sweep(Connection connection, Start start) throws SQLException {
        refuseHoles(connection, start.head());
        try (PreparedStatement prepare = connection.prepareStatement(
                // A sweep reads everything there is: that takes its time, and wants the plans that a window must not
                // have.
                """
                select set_config('statement_timeout', '0', true),
                       set_config('enable_seqscan', 'on', true),
                       set_config('enable_mergejoin', 'on', true)
                """)) {
            prepare.execute();
        }
        String before = currentSnapshot(connection);
        long floor = maxEventId(connection);
        try (PreparedStatement query = connection.prepareStatement(database.sql(SWEEP))) {
            Read read = read(query, start.writer(), Integer.MAX_VALUE);
            if (read.snapshot() == null) {
                // Nothing without a position was visible to the sweep, so a window from the moment before it misses
                // nothing.
                emptySweep = RoundSnapshot.done(start.cluster(), before, floor);
                emptySweepHead = start.head().position();
                lastSeen = emptySweep;
                return RoundResult.NOTHING;
            }
            floor = Math.max(floor, start.writer().lastEventId());
            LOG.info(
                    "Sweep numbered {} events after position {}.",
                    start.writer().written(),
                    start.head().position());
            return finish(start, RoundSnapshot.done(start.cluster(), read.snapshot(), floor), false);
        }
    }

    private RoundResult finish(Start start, RoundSnapshot next, boolean more) throws SQLException {
        bystander.at(RoundStep.READ);
        start.writer().finish(next);
        bystander.at(RoundStep.WRITTEN);
        lastSeen = next;
        return new RoundResult(
                start.writer().written(),
                start.writer().position(),
                more,
                false,
                start.writer().numbered());
    }

    /** @param snapshot that the rows were seen in; null = there were none, or the statement does not tell */
    private record Read(@Nullable String snapshot, boolean more) {}

    private static Read read(PreparedStatement query, LedgerWriter writer, int atMost) throws SQLException {
        query.setFetchSize(64);
        try (ResultSet rows = query.executeQuery()) {
            boolean tellsSnapshot = rows.getMetaData().getColumnCount() > EventRow.COLUMN_COUNT;
            String snapshot = null;
            int count = 0;
            int measured = 0;
            long bytes = 0;
            while (rows.next()) {
                if (count == atMost) {
                    return new Read(snapshot, true);
                }
                EventRow row = EventRow.read(rows);
                if (tellsSnapshot && snapshot == null) {
                    snapshot = rows.getString(EventRow.COLUMN_COUNT + 1);
                }
                writer.add(row);
                count++;
                measured++;
                bytes += row.size();
                if (Ledger.adaptFetchSize(rows, measured, bytes)) {
                    measured = 0;
                    bytes = 0;
                }
            }
            return new Read(snapshot, false);
        }
    }

    private void refuseHoles(Connection connection, LedgerWriter.Head head) throws SQLException {
        try (PreparedStatement query =
                        connection.prepareStatement(database.sql("select count(*) from daybook.ledger"));
                ResultSet row = query.executeQuery()) {
            row.next();
            if (row.getLong(1) != head.position()) {
                throw new LedgerBroken(head.position(), row.getLong(1));
            }
        }
    }

    private static String currentSnapshot(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select pg_current_snapshot()::text");
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    private long maxEventId(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                        database.sql("select coalesce(max(event_id), 0) from daybook.events"));
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public boolean audit() throws SQLException {
        try {
            return database.inTransaction(this::auditFenced);
        } catch (SQLException | RuntimeException | Error e) {
            forget();
            throw e;
        }
    }

    /** Under the fence and right after a window: what a window leaves out now, it would leave out for ever. */
    private boolean auditFenced(Connection connection) throws SQLException {
        Start start = open(connection);
        if (start == null) {
            return false;
        }
        RoundSnapshot snapshot = usable(start);
        if (snapshot == null
                || snapshot.isPiece()
                || window(connection, start, snapshot).numbered() > 0) {
            return false;
        }
        try (PreparedStatement query = connection.prepareStatement(database.sql(AUDIT))) {
            query.setString(1, snapshot.snapshot());
            query.setLong(2, auditedUntil);
            query.setInt(3, AUDIT_ROWS);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                auditedUntil = row.getLong(1);
                return row.getBoolean(2);
            }
        }
    }

    @Override
    public void evictIdleHolder() {
        database.run("Looking for who holds the fence", c -> {
            try (PreparedStatement query = c.prepareStatement(database.sql(EVICT));
                    ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    LOG.warn(
                            "Ended session {} ({}), which held the fence of the sequencer and did nothing: its process is frozen.",
                            rows.getInt(1),
                            rows.getString(2));
                }
            }
        });
    }

    private static Array bigints(Connection connection, Long[] numbers) throws SQLException {
        return connection.createArrayOf("bigint", numbers);
    }
}
