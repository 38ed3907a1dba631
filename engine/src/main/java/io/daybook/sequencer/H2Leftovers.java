package io.daybook.sequencer;

import io.daybook.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
 * <p>So such a row is one that a transaction sees that wrote nothing, and that nobody else sees.
 */
final class H2Leftovers {

    private static final Logger LOG = LoggerFactory.getLogger(H2Leftovers.class);

    private static final int MOST_TRANSACTIONS = 8;
    /** Where nobody knows how many connections there are. */
    private static final int FEW_CONNECTIONS = 4;

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

    /** What was in flight is among them, unless its transaction was open for longer than it took to write so many others. */
    private static final String NEWEST_EVENTS = """
            select event_id
            from daybook.events
            order by event_id desc
            limit 10000
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

    /** Without what an append was killed with, whose event is not there. */
    private static final String WAIT_AGAIN = """
            insert into daybook.pending (event_id)
            select e.event_id
            from daybook.events e
            where e.event_id = ?
              and not exists (select 1 from daybook.ledger l where l.event_id = e.event_id)
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
        takeBack(fenced);
        int spare = database.poolSize().orElse(FEW_CONNECTIONS) - 2;
        takeBackOf(Math.min(spare, MOST_TRANSACTIONS));
    }

    private boolean takeBackOf(int transactions) throws SQLException {
        return transactions > 0
                && database.inTransaction(suspect -> {
                    takeBack(suspect);
                    return takeBackOf(transactions - 1);
                });
    }

    /**
     * Takes back what this transaction sees.
     *
     * @param suspect in a transaction that wrote no events and no positions, while somebody holds the fence
     */
    void takeBack(Connection suspect) throws SQLException {
        // What is committed between two looks must be seen by the second one: the suspect looks last for what it may
        // not see, and first for what it alone may see.
        NavigableSet<Long> waiting = others(FIRST_PENDING);
        waiting.removeAll(range(suspect, PENDING, waiting));
        NavigableSet<Long> positions = numbers(suspect, NOT_SETTLED);
        positions.removeAll(others(POSITIONS, positions));
        NavigableSet<Long> events = numbers(suspect, NEWEST_EVENTS);
        events.removeAll(others(EVENTS, events));
        int takenBack = forEach(suspect, "delete from daybook.ledger where position = ?", positions)
                + forEach(suspect, "delete from daybook.pending where event_id = ?", events)
                + forEach(suspect, "delete from daybook.events where event_id = ?", events)
                + forEach(suspect, WAIT_AGAIN, waiting);
        if (takenBack > 0) {
            LOG.warn(
                    "H2 kept parts of transactions that were killed before they were committed: {} positions, {} events. Nobody was told of them; they are taken back.",
                    positions.size(),
                    events.size());
        }
    }

    private NavigableSet<Long> numbers(Connection connection, String sql) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(database.sql(sql))) {
            return numbers(query);
        }
    }

    private NavigableSet<Long> range(Connection connection, String sql, NavigableSet<Long> numbers)
            throws SQLException {
        if (numbers.isEmpty()) {
            return numbers;
        }
        try (PreparedStatement query = connection.prepareStatement(database.sql(sql))) {
            query.setLong(1, numbers.first());
            query.setLong(2, numbers.last());
            return numbers(query);
        }
    }

    private static NavigableSet<Long> numbers(PreparedStatement query) throws SQLException {
        NavigableSet<Long> numbers = new TreeSet<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
        }
        return numbers;
    }

    /** As a transaction sees it that begins now, and has another number than those that are open. */
    private NavigableSet<Long> others(String sql) throws SQLException {
        return database.inTransaction(other -> numbers(other, sql));
    }

    private NavigableSet<Long> others(String sql, NavigableSet<Long> numbers) throws SQLException {
        return database.inTransaction(other -> range(other, sql, numbers));
    }

    private int forEach(Connection connection, String sql, NavigableSet<Long> numbers) throws SQLException {
        if (numbers.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
            for (Long number : numbers) {
                statement.setLong(1, number);
                statement.addBatch();
            }
            return IntStream.of(statement.executeBatch()).sum();
        }
    }
}
