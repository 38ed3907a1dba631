package io.daybook.sequencer;

import io.daybook.database.Database;
import io.daybook.database.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back what rounds and appends that were killed left in the file of H2.
 *
 * <p>H2 writes table by table while transactions go on (its issue 2080), so the file may hold rows of a transaction without the
 * log that would undo them. Such rows carry the number of the transaction, the lowest that was free then, and H2 gives the same
 * numbers again: whoever gets that one sees the rows as his own, everybody else does not see them, and stumbles over them in a
 * unique index. A round would number on behind positions that nobody else can see and leave a hole, or fail for ever; an append
 * would take the version after one that is not there.
 *
 * <p>So a row is such a one if a transaction sees it that wrote nothing, and another transaction, that began later, does not. How far
 * this goes, and what it cannot find, is in docs/decisions/0007.
 */
final class H2Leftovers {

    private static final Logger LOG = LoggerFactory.getLogger(H2Leftovers.class);

    private static final int MANY_TRANSACTIONS = 9;
    /** Where each is a connection of the application's, which may need the others, and whose pool may wait for ever. */
    private static final int FEW_TRANSACTIONS = 2;

    private static final String NOT_SETTLED = """
            select position
            from daybook.ledger
            where position > (select position from daybook.durable_head)
            """;

    private static final String POSITIONS = """
            select position
            from daybook.ledger
            where position between ? and ?
            """;

    private static final String EVENTS_NOT_SETTLED = """
            select event_id
            from daybook.ledger
            where position > (select position from daybook.durable_head)
            """;

    /**
     * What was in flight is among them, unless its transaction was open while so many others were written. No more than these: H2 reads the
     * values, too.
     */
    private static final String NEWEST_EVENTS = """
            select event_id
            from daybook.events
            order by event_id desc
            limit 1000
            """;

    private static final String EVENTS = """
            select event_id
            from daybook.events
            where event_id between ? and ?
            """;

    /** As many as a round would have numbered. */
    private static final String FIRST_PENDING = """
            select event_id
            from daybook.pending
            order by event_id
            limit 10000
            """;

    private static final String PENDING = """
            select event_id
            from daybook.pending
            where event_id between ? and ?
            """;

    private static final String TAKE_POSITION_BACK = """
            delete from daybook.ledger
            where position = ?
            """;

    private static final String TAKE_EVENT_BACK = """
            delete from daybook.events
            where event_id = ?
            """;

    private static final String DO_NOT_WAIT = """
            delete from daybook.pending
            where event_id = ?
            """;

    /** Without what an append was killed with, whose event is not there. */
    private static final String WAIT_AGAIN = """
            insert into daybook.pending (event_id)
            select e.event_id
            from daybook.events e
            where e.event_id = ?
              and not exists (select 1 from daybook.pending p where p.event_id = e.event_id)
            """;

    /** What has its position after all, so that now it is gone for everybody. */
    private static final String HAS_POSITION = """
            delete from daybook.pending p
            where p.event_id = ?
              and exists (select 1 from daybook.ledger l where l.event_id = p.event_id)
            """;

    private final Database database;

    H2Leftovers(Database database) {
        this.database = database;
    }

    /**
     * Takes back what transactions of the lowest numbers see: as many as are open at once have as many numbers.
     *
     * @param fenced holds the fence, so nobody else writes the ledger meanwhile
     */
    void takeBackOfAll(Connection fenced) throws SQLException {
        if (canLook()) {
            takeBackIfItCan(fenced);
            takeBackOf((database.canConnectOutsideThePool() ? MANY_TRANSACTIONS : FEW_TRANSACTIONS) - 1);
        }
    }

    /** Beside the one that holds the fence there must be one for another transaction, that sees or does not see the same. */
    private boolean canLook() {
        return database.poolSize().orElse(Integer.MAX_VALUE) > 1;
    }

    /** Each transaction stays open while the next one looks, so that this one gets another number. */
    private void takeBackOf(int transactions) throws SQLException {
        if (transactions == 0) {
            return;
        }
        database.inTransactionOutsideThePool(suspect -> {
            takeBackIfItCan(suspect);
            try {
                takeBackOf(transactions - 1);
            } catch (SQLException e) {
                LOG.warn("Looked for what a killed process left with fewer transactions: {}.", SqlStates.message(e));
            }
            return transactions;
        });
    }

    /** What cannot be taken back from one transaction must not keep the others from it. */
    private void takeBackIfItCan(Connection suspect) throws SQLException {
        Savepoint before = suspect.setSavepoint();
        try {
            int takenBack = takeBackEvents(suspect);
            while (takenBack > 0) {
                takenBack = takeBackEvents(suspect);
            }
            takeBackPositions(suspect);
        } catch (SQLException e) {
            suspect.rollback(before);
            LOG.warn(
                    "Could not take back what a killed process left in the H2 file: {}. See daybook verify and daybook doctor.",
                    SqlStates.message(e));
        }
    }

    private int takeBackEvents(Connection suspect) throws SQLException {
        NavigableSet<Long> events = ids(suspect, NEWEST_EVENTS);
        events.removeAll(seenByAnother(another -> ids(another, EVENTS, events)));
        forEach(suspect, DO_NOT_WAIT, events);
        int takenBack = forEach(suspect, TAKE_EVENT_BACK, events);
        if (takenBack > 0) {
            LOG.warn("H2 kept {} events of an append that was killed. Nobody was told of them: they go.", takenBack);
        }
        return takenBack;
    }

    /**
     * Takes back the positions, and the waiting of their events: what is committed between two looks must be seen by the second one, so the
     * suspect looks first for what it alone may see, and last for what it may not see. It has its number since its first look, without which
     * the other transaction would get the same.
     */
    void takeBackPositions(Connection suspect) throws SQLException {
        if (!canLook()) {
            return;
        }
        NavigableSet<Long> positions = ids(suspect, NOT_SETTLED);
        positions.removeAll(seenByAnother(another -> ids(another, POSITIONS, positions)));
        NavigableSet<Long> waiting = seenByAnother(another -> ids(another, FIRST_PENDING));
        waiting.removeAll(ids(suspect, PENDING, waiting));
        NavigableSet<Long> unnumbered = ids(suspect, EVENTS_NOT_SETTLED);
        int takenBack = forEach(suspect, TAKE_POSITION_BACK, positions);
        unnumbered.removeAll(ids(suspect, EVENTS_NOT_SETTLED));
        waiting.addAll(unnumbered);
        int waitAgain = forEach(suspect, WAIT_AGAIN, waiting) - forEach(suspect, HAS_POSITION, waiting);
        if (takenBack > 0 || waitAgain > 0) {
            LOG.warn(
                    "H2 kept parts of a round that was killed: {} positions, that nobody has heard of, go; {} events wait for theirs again.",
                    takenBack,
                    waitAgain);
        }
    }

    private NavigableSet<Long> ids(Connection connection, String sql) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(database.sql(sql))) {
            return ids(query);
        }
    }

    /** @param between between the first and the last of them; nothing if there are none */
    private NavigableSet<Long> ids(Connection connection, String sql, NavigableSet<Long> between) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(database.sql(sql))) {
            query.setLong(1, between.isEmpty() ? 0 : between.first());
            query.setLong(2, between.isEmpty() ? -1 : between.last());
            return ids(query);
        }
    }

    private static NavigableSet<Long> ids(PreparedStatement query) throws SQLException {
        NavigableSet<Long> ids = new TreeSet<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    /**
     * What a transaction sees that begins now, and has another number than those that are open. A pool may hand out a connection with a
     * transaction that is open already: with a snapshot it would not see what was committed since, and committed events would be taken for
     * leftovers.
     */
    private NavigableSet<Long> seenByAnother(Database.SqlCall<NavigableSet<Long>> look) throws SQLException {
        return database.inTransaction(another -> {
            another.rollback();
            return look.on(another);
        });
    }

    private int forEach(Connection connection, String sql, NavigableSet<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
            for (Long id : ids) {
                statement.setLong(1, id);
                statement.addBatch();
            }
            return IntStream.of(statement.executeBatch()).sum();
        }
    }
}
