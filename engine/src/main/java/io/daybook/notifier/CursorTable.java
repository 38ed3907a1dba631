package io.daybook.notifier;

import io.daybook.database.Database;
import io.daybook.database.DatabaseFailure;
import io.daybook.database.SqlStates;
import io.daybook.event.Topic;
import io.daybook.ledger.LedgerPoint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The tables {@code cursors}, {@code nodes} and {@code candidates}: who delivers what, and how far they are. Leases are on the clock of
 * the database. Thread-safe.
 */
final class CursorTable implements LeaseTable {

    private final Database database;
    private final NodeIdentity identity;
    private final String begin;
    private final String renew;
    private final String living;
    private final String look;
    /** Of the last look, by their text: a node looks at thousands of registrations every few seconds, and their topics hardly ever change. */
    private volatile Map<String, Set<Topic>> parsedTopics = Map.of();

    private final String candidates;
    private final String shares;
    private final String retries;
    private final String save;
    private final String fence;

    CursorTable(Database database, NodeIdentity identity) {
        this.database = database;
        this.identity = identity;
        // The clock of now, not of the beginning of a transaction.
        String now = database.isPostgresql() ? "clock_timestamp()" : "current_timestamp";
        String nowAndLease = database.isPostgresql()
                ? "clock_timestamp() + ? * interval '1 millisecond'"
                : "dateadd(millisecond, ?, current_timestamp)";
        this.begin = database.sql("""
                insert into daybook.nodes (node, process, host, pid, started, lease_until)
                values (?, ?, ?, ?, %s, %s)
                """.formatted(now, nowAndLease));
        // A lease that has ended stays ended: others may have taken what it stood for.
        this.renew = database.sql("""
                update daybook.nodes
                set lease_until = %s
                where node = ?
                  and lease_until > %s
                """.formatted(nowAndLease, now));
        this.living = database.sql("""
                select node
                from daybook.nodes
                where lease_until > %s
                """.formatted(now));
        this.look = database.sql("""
                select name, topics, paused is not null, drain_until
                from daybook.registrations
                where name = any (?)
                """);
        this.shares = database.sql("""
                select c.registration, c.partition, c.epoch, c.owner, coalesce(n.lease_until > %s, false)
                from daybook.cursors c
                left join daybook.nodes n on n.node = c.owner
                where c.registration = any (?)
                order by c.registration, c.partition
                """.formatted(now));
        this.candidates = database.sql("""
                select c.registration, c.node
                from daybook.candidates c
                join daybook.nodes n on n.node = c.node
                where c.registration = any (?)
                  and n.lease_until > %s
                order by c.number
                """.formatted(now));
        this.retries = database.sql("""
                select distinct registration, partition
                from daybook.parked_events
                where retry is not null
                  and registration = any (?)
                """);
        this.save = database.sql("""
                update daybook.cursors
                set position = ?,
                    hash = ?,
                    saved = %s
                where registration = ?
                  and partition = ?
                  and epoch = ?
                  and position between ? and ?
                  -- A node that outlived the restore of an older backup must not write a place of a history that is gone.
                  and exists (select 1
                              from daybook.ledger l
                              where l.position = ?
                                and l.hash = ?)
                """.formatted(now));
        this.fence = database.sql("""
                select epoch
                from daybook.cursors
                where registration = ?
                  and partition = ?
                  and epoch = ?
                  and position >= ?
                for update
                """);
    }

    @Override
    public void begin(String node, Duration lease) {
        database.transaction("Beginning as node " + node, c -> {
            cleanUp(c);
            try (PreparedStatement insert = c.prepareStatement(begin)) {
                insert.setString(1, node);
                insert.setString(2, identity.process());
                insert.setString(3, identity.host());
                insert.setLong(4, identity.pid());
                insert.setLong(5, lease.toMillis());
                return insert.executeUpdate();
            }
        });
    }

    /** Removes nodes that are surely no more, so that the table stays as small as the number of nodes that there are. */
    private void cleanUp(Connection connection) throws SQLException {
        if (!database.isPostgresql()) {
            removeKilled(connection);
        }
        try (PreparedStatement delete = connection.prepareStatement(database.sql(
                database.isPostgresql()
                        ? "delete from daybook.nodes where lease_until < clock_timestamp() - interval '1 hour'"
                        : "delete from daybook.nodes where lease_until < dateadd(hour, -1, current_timestamp)"))) {
            delete.executeUpdate();
        }
    }

    /**
     * Who opens an H2 file is on the machine of the file: whose process is gone from there need not be waited for until its lease ends. (On
     * PostgreSQL the name of a host says too little: two containers may have the same.)
     */
    private void removeKilled(Connection connection) throws SQLException {
        List<String> killed = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(
                database.sql("select node, pid from daybook.nodes where host = ? and process <> ?"))) {
            query.setString(1, identity.host());
            query.setString(2, identity.process());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    if (identity.isKilled(rows.getLong(2))) {
                        killed.add(rows.getString(1));
                    }
                }
            }
        }
        for (String node : killed) {
            update(connection, "delete from daybook.nodes where node = ?", node);
        }
    }

    /** Nodes whose leases last. */
    Set<String> livingNodes() {
        return database.call("Reading which nodes there are", c -> {
            try (PreparedStatement query = c.prepareStatement(living);
                    ResultSet rows = query.executeQuery()) {
                Set<String> nodes = new HashSet<>();
                while (rows.next()) {
                    nodes.add(rows.getString(1));
                }
                return nodes;
            }
        });
    }

    @Override
    public boolean renew(String node, Duration lease) {
        return database.call("Renewing the lease of node " + node, c -> {
            try (PreparedStatement update = c.prepareStatement(renew)) {
                update.setLong(1, lease.toMillis());
                update.setString(2, node);
                return update.executeUpdate() == 1;
            }
        });
    }

    @Override
    public void end(String node) {
        database.transaction("Ending node " + node, c -> {
            update(c, "update daybook.cursors set owner = null where owner = ?", node);
            return update(c, "delete from daybook.nodes where node = ?", node);
        });
    }

    @Override
    public boolean compete(String node, String registration) {
        try {
            return database.inTransaction(c -> {
                update(c, """
                        insert into daybook.candidates (registration, node)
                        select r.name, n.node
                        from daybook.registrations r, daybook.nodes n
                        where r.name = ?
                          and n.node = ?
                          and not exists (select 1
                                          from daybook.candidates c
                                          where c.registration = r.name
                                            and c.node = n.node)
                        """, registration, node);
                try (PreparedStatement query =
                        c.prepareStatement(database.sql("select 1 from daybook.registrations where name = ?"))) {
                    query.setString(1, registration);
                    try (ResultSet row = query.executeQuery()) {
                        return row.next();
                    }
                }
            });
        } catch (SQLException e) {
            if (SqlStates.isParentMissing(e)) {
                // Unregistered at this very moment; or the node was cleaned up, and asks again.
                return find(registration);
            }
            throw new DatabaseFailure("Competing for registration " + registration, e);
        }
    }

    private boolean find(String registration) {
        return !cursors(registration).isEmpty();
    }

    @Override
    public void withdraw(String node, String registration) {
        database.transaction("Giving up registration " + registration, c -> {
            update(
                    c,
                    "update daybook.cursors set owner = null where owner = ? and registration = ?",
                    node,
                    registration);
            return update(c, "delete from daybook.candidates where node = ? and registration = ?", node, registration);
        });
    }

    private int update(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(database.sql(sql))) {
            for (int i = 0; i < parameters.length; i++) {
                update.setString(i + 1, parameters[i]);
            }
            return update.executeUpdate();
        }
    }

    @Override
    public List<Look> look(Collection<String> registrations) {
        return database.call("Looking who delivers what", c -> {
            Map<String, List<String>> competing = new HashMap<>();
            rows(
                    c,
                    candidates,
                    registrations,
                    row -> competing
                            .computeIfAbsent(row.getString(1), r -> new ArrayList<>())
                            .add(row.getString(2)));
            Set<String> toRetry = new HashSet<>();
            rows(c, retries, registrations, row -> toRetry.add(row.getString(1) + '\0' + row.getInt(2)));
            Map<String, List<Share>> divided = new HashMap<>();
            rows(
                    c,
                    shares,
                    registrations,
                    row -> divided.computeIfAbsent(row.getString(1), r -> new ArrayList<>())
                            .add(new Share(
                                    row.getInt(2),
                                    row.getLong(3),
                                    row.getString(4),
                                    row.getBoolean(5),
                                    toRetry.contains(row.getString(1) + '\0' + row.getInt(2)))));
            List<Look> looks = new ArrayList<>();
            Map<String, Set<Topic>> before = parsedTopics;
            Map<String, Set<Topic>> parsed = new HashMap<>();
            rows(c, look, registrations, row -> {
                String name = row.getString(1);
                String text = row.getString(2);
                Set<Topic> known = before.get(text);
                Set<Topic> topics = known == null ? Topics.parse(text) : known;
                parsed.put(text, topics);
                Long drainUntil = row.getObject(4, Long.class);
                looks.add(new Look(
                        name,
                        topics,
                        row.getBoolean(3),
                        drainUntil == null ? OptionalLong.empty() : OptionalLong.of(drainUntil),
                        divided.getOrDefault(name, List.of()),
                        competing.getOrDefault(name, List.of())));
            });
            parsedTopics = parsed;
            return looks;
        });
    }

    private interface RowAction {
        void on(ResultSet row) throws SQLException;
    }

    private static void rows(Connection connection, String sql, Collection<String> registrations, RowAction action)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setArray(1, connection.createArrayOf("varchar", registrations.toArray(String[]::new)));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    action.on(rows);
                }
            }
        }
    }

    @Override
    public Optional<Taken> take(String registration, int partition, long seenEpoch, String node) {
        return database.transaction("Taking partition %d of registration %s".formatted(partition, registration), c -> {
            try (PreparedStatement update = c.prepareStatement(database.sql("""
                    update daybook.cursors
                    set owner = ?,
                        epoch = epoch + 1
                    where registration = ?
                      and partition = ?
                      and epoch = ?
                    """))) {
                update.setString(1, node);
                update.setString(2, registration);
                update.setInt(3, partition);
                update.setLong(4, seenEpoch);
                if (update.executeUpdate() == 0) {
                    return Optional.empty();
                }
            }
            // The row is locked now, so this is where the owner before has brought it.
            try (PreparedStatement query = c.prepareStatement(database.sql("""
                    select position, hash
                    from daybook.cursors
                    where registration = ?
                      and partition = ?
                    """))) {
                query.setString(1, registration);
                query.setInt(2, partition);
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    return Optional.of(new Taken(seenEpoch + 1, new LedgerPoint(row.getLong(1), row.getBytes(2))));
                }
            }
        });
    }

    @Override
    public void release(String registration, int partition, long epoch) {
        database.run("Giving up partition %d of registration %s".formatted(partition, registration), c -> {
            try (PreparedStatement update = c.prepareStatement(database.sql("""
                    update daybook.cursors
                    set owner = null
                    where registration = ?
                      and partition = ?
                      and epoch = ?
                    """))) {
                update.setString(1, registration);
                update.setInt(2, partition);
                update.setLong(3, epoch);
                update.executeUpdate();
            }
        });
    }

    @Override
    public List<Move> save(Collection<Move> moves) {
        List<Move> inOrder = new ArrayList<>(moves);
        // By name, so that two nodes that save at once lock rows in the same order.
        inOrder.sort(Comparator.comparing(Move::registration).thenComparing(Move::partition));
        int[] written = database.transaction("Saving cursors", c -> {
            try (PreparedStatement update = c.prepareStatement(save)) {
                for (Move move : inOrder) {
                    bind(update, move);
                    update.addBatch();
                }
                return update.executeBatch();
            }
        });
        List<Move> refused = new ArrayList<>();
        for (int i = 0; i < written.length; i++) {
            if (written[i] == 0) {
                refused.add(inOrder.get(i));
            }
        }
        return refused;
    }

    /**
     * Moves the cursor in the caller's transaction.
     *
     * @return false if it belongs to another epoch now, or is not where it may be: the transaction must be rolled back
     */
    boolean save(Connection connection, Move move) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(save)) {
            bind(update, move);
            return update.executeUpdate() == 1;
        }
    }

    private static void bind(PreparedStatement update, Move move) throws SQLException {
        update.setLong(1, move.to().position());
        update.setBytes(2, move.to().hash());
        update.setString(3, move.registration());
        update.setInt(4, move.partition());
        update.setLong(5, move.epoch());
        update.setLong(6, move.atLeast());
        update.setLong(7, move.atMost());
        update.setLong(8, move.to().position());
        update.setBytes(9, move.to().hash());
    }

    /**
     * Makes sure, until the end of the caller's transaction, that the epoch is still the same, and the cursor as far as it was.
     *
     * @return false if it is not: the transaction must be rolled back
     */
    boolean fence(Connection connection, String registration, int partition, long epoch, long atLeast)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(fence)) {
            query.setString(1, registration);
            query.setInt(2, partition);
            query.setLong(3, epoch);
            query.setLong(4, atLeast);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    /** How far every partition of that registration is, by number; empty if it is not known. */
    List<LedgerPoint> cursors(String registration) {
        return database.call("Reading the cursors of registration " + registration, c -> cursors(c, registration));
    }

    private List<LedgerPoint> cursors(Connection connection, String registration) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(database.sql("""
                select position, hash
                from daybook.cursors
                where registration = ?
                order by partition
                """))) {
            query.setString(1, registration);
            List<LedgerPoint> points = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    points.add(new LedgerPoint(rows.getLong(1), rows.getBytes(2)));
                }
            }
            return points;
        }
    }
}
