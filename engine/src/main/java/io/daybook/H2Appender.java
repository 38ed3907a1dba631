package io.daybook;

import io.daybook.database.Database;
import io.daybook.database.SqlStates;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import io.daybook.history.EntityHistory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Appends on H2, statement by statement: the database is in this process, a round trip costs nothing.
 *
 * <p>H2 has no advisory locks. A row that a transaction inserted and deleted again makes every other transaction that inserts the
 * same key wait until the first one ends, and leaves nothing behind: that is the lock of an entity.
 */
final class H2Appender implements Appender {

    private static final String LOCK = """
            insert into daybook.entity_locks (lock_key)
            values (?)
            """;

    private static final String UNLOCK = """
            delete from daybook.entity_locks
            where lock_key = ?
            """;

    private static final String INSERT = """
            insert into daybook.events (
                entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
                transaction_id, actor, reason, correlation_id, causation_position, context, salt)
            values (?, ?, ?, ?, ?, ? format json, ? format json, ?, ?, ?, ?, ?, ?, ? format json, ?)
            """;

    private static final String PENDING = """
            insert into daybook.pending (event_id)
            values (?)
            """;

    /** The shortest wait there is, in milliseconds: H2 takes 0 for its own default. */
    private static final int NO_WAIT = 1;

    private final Database database;
    private final EntityHistory history;
    private final UUID daybookId;
    private final Ids ids;
    private final Clock clock;
    private final Newest newest;

    H2Appender(Database database, EntityHistory history, UUID daybookId, Ids ids, Clock clock) {
        this.database = database;
        this.history = history;
        this.daybookId = daybookId;
        this.ids = ids;
        this.clock = clock;
        this.newest = new Newest(database);
    }

    @Override
    public Receipt own(Unit unit, UUID transactionId, Context context, Duration timeout) throws SQLException {
        return inOwnTransaction(connection -> append(connection, unit, transactionId, context, timeout));
    }

    @Override
    public List<Group.Fate> together(List<Group.Member> members) throws SQLException {
        return inOwnTransaction(connection -> append(connection, members));
    }

    private <T> T inOwnTransaction(Database.SqlCall<T> work) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            boolean before = connection.getAutoCommit();
            int lockTimeoutBefore = lockTimeout(connection);
            connection.setAutoCommit(false);
            try {
                T result = work.on(connection);
                commit(connection);
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                Database.rollBack(connection, e);
                throw e;
            } finally {
                if (!connection.isClosed()) {
                    setLockTimeout(connection, lockTimeoutBefore);
                    connection.setAutoCommit(before);
                }
            }
        }
    }

    private List<Group.Fate> append(Connection connection, List<Group.Member> members) throws SQLException {
        setLockTimeout(connection, NO_WAIT);
        List<List<Long>> keys = members.stream()
                .map(member -> LockKeys.all(member.unit(), daybookId, member.transactionId()))
                .toList();
        // In one order, as everybody takes them: where transactions stand in a circle H2 ends one, even if another one
        // would not have
        // waited.
        NavigableSet<Long> inOrder = new TreeSet<>();
        keys.forEach(inOrder::addAll);
        Set<Long> held = tryLock(connection, inOrder);
        Set<EntityRef> entities = new LinkedHashSet<>();
        members.forEach(member -> member.unit().entities().forEach(touched -> entities.add(touched.entity)));
        Map<EntityRef, Newest.Found> found = newest.of(connection, entities);
        List<Group.Fate> fates = new ArrayList<>(members.size());
        for (int i = 0; i < members.size(); i++) {
            fates.add(
                    held.containsAll(keys.get(i)) ? append(connection, members.get(i), found) : new Group.Fate.Busy());
        }
        return fates;
    }

    private Group.Fate append(Connection connection, Group.Member member, Map<EntityRef, Newest.Found> found)
            throws SQLException {
        Map<Unit.Touched, Long> versions = new HashMap<>();
        for (Unit.Touched touched : member.unit().entities()) {
            Newest.Found before = found.getOrDefault(touched.entity, Newest.NO_EVENTS);
            if (Unit.refuses(touched, before.version(), before.life())) {
                return new Group.Fate.Refused(touched, before.version(), before.life());
            }
            versions.put(touched, before.version());
        }
        return new Group.Fate.Appended(
                insert(connection, member.unit(), versions, member.transactionId(), member.context()));
    }

    /** Gives those that were free. */
    private Set<Long> tryLock(Connection connection, NavigableSet<Long> keys) throws SQLException {
        Set<Long> held = new HashSet<>();
        for (Long key : keys) {
            try {
                lock(connection, List.of(key));
                held.add(key);
            } catch (SQLException e) {
                if (!SqlStates.isLockTimeout(e)) {
                    throw e;
                }
            }
        }
        return held;
    }

    private static void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new CommitFailed(e);
        }
    }

    @Override
    public Receipt joined(Connection connection, Unit unit, UUID transactionId, Context context, Duration timeout)
            throws SQLException {
        boolean once = context.onceKey() != null;
        UUID shared = once ? transactionId : sharedTransactionId(connection, transactionId);
        int callers = lockTimeout(connection);
        // In this process a savepoint costs nothing, and leaves the caller's transaction whole whatever fails in
        // between.
        Savepoint savepoint = connection.setSavepoint();
        try {
            Receipt receipt = append(connection, unit, shared, context, timeout);
            if (!once) {
                rememberTransactionId(connection, shared);
            }
            return receipt;
        } catch (SQLException e) {
            if (!SqlStates.isDeadlock(e)) {
                rollBackTo(connection, savepoint, e);
            }
            throw e;
        } finally {
            setLockTimeout(connection, callers);
        }
    }

    private static void rollBackTo(Connection connection, Savepoint savepoint, SQLException failure)
            throws SQLException {
        try {
            connection.rollback(savepoint);
        } catch (SQLException e) {
            failure.addSuppressed(e);
            if (SqlStates.isRolledBackFromOutside(e)) {
                throw SqlStates.deadlock(failure);
            }
            throw failure;
        }
    }

    private Receipt append(Connection connection, Unit unit, UUID transactionId, Context context, Duration timeout)
            throws SQLException {
        setLockTimeout(connection, milliseconds(timeout));
        lock(connection, LockKeys.all(unit, daybookId, transactionId));
        if (context.onceKey() != null) {
            Optional<Receipt> earlier = history.receipt(connection, transactionId);
            if (earlier.isPresent()) {
                return earlier.get();
            }
        }
        Map<Unit.Touched, Long> versions = check(connection, unit);
        return insert(connection, unit, versions, transactionId, context);
    }

    private void lock(Connection connection, List<Long> keys) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(database.sql(LOCK));
                PreparedStatement unlock = connection.prepareStatement(database.sql(UNLOCK))) {
            for (Long key : keys) {
                lock.setLong(1, key);
                lock.executeUpdate();
                unlock.setLong(1, key);
                unlock.executeUpdate();
            }
        }
    }

    private Map<Unit.Touched, Long> check(Connection connection, Unit unit) throws SQLException {
        Map<EntityRef, Newest.Found> found = newest.of(
                connection,
                unit.entities().stream().map(touched -> touched.entity).toList());
        Map<Unit.Touched, Long> versions = new HashMap<>();
        for (Unit.Touched touched : unit.entities()) {
            Newest.Found before = found.getOrDefault(touched.entity, Newest.NO_EVENTS);
            if (Unit.refuses(touched, before.version(), before.life())) {
                throw unit.refusal(touched, before.version(), before.life());
            }
            versions.put(touched, before.version());
        }
        return versions;
    }

    private Receipt insert(
            Connection connection, Unit unit, Map<Unit.Touched, Long> versions, UUID transactionId, Context context)
            throws SQLException {
        List<Unit.Placed> changes = unit.changes();
        byte[][] salts = ids.salts(changes.size());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<Receipt.Appended> events = new ArrayList<>(changes.size());
        try (PreparedStatement insert = connection.prepareStatement(database.sql(INSERT), new String[] {"EVENT_ID"});
                PreparedStatement pending = connection.prepareStatement(database.sql(PENDING))) {
            for (int i = 0; i < changes.size(); i++) {
                Unit.Placed placed = changes.get(i);
                Change change = placed.change();
                long version = versions.getOrDefault(placed.touched(), 0L) + placed.place();
                int p = 1;
                insert.setString(p++, change.entity().type().name());
                insert.setString(p++, change.entity().id());
                insert.setLong(p++, version);
                insert.setString(p++, change.operation().name());
                insert.setString(p++, change.attributeName().orElse(null));
                insert.setString(p++, change.value().map(Value::json).orElse(null));
                insert.setString(p++, change.metadata().map(Value::json).orElse(null));
                insert.setObject(p++, change.occurredAt().orElse(now).atOffset(ZoneOffset.UTC));
                insert.setObject(p++, transactionId);
                insert.setString(p++, context.actor());
                insert.setString(p++, context.reason());
                insert.setString(p++, context.correlationId());
                insert.setObject(p++, context.causationPosition(), Types.BIGINT);
                insert.setString(p++, context.surroundings().json());
                insert.setBytes(p, salts[i]);
                insert.executeUpdate();
                long eventId = generatedId(insert);
                pending.setLong(1, eventId);
                pending.executeUpdate();
                events.add(new Receipt.Appended(eventId, change.entity(), version));
            }
        }
        return new Receipt(transactionId, events, false);
    }

    private static long generatedId(PreparedStatement insert) throws SQLException {
        try (ResultSet keys = insert.getGeneratedKeys()) {
            keys.next();
            return keys.getLong(1);
        }
    }

    /**
     * One id per database transaction: a session variable of H2 remembers it together with the number of the transaction, so that
     * the next transaction of the session does not take it for its own.
     */
    private static UUID sharedTransactionId(Connection connection, UUID otherwise) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select transaction_id(), @daybook_unit");
                ResultSet row = query.executeQuery()) {
            row.next();
            String transaction = row.getString(1);
            String remembered = row.getString(2);
            return transaction != null && remembered != null && remembered.startsWith(transaction + "/")
                    ? UUID.fromString(remembered.substring(transaction.length() + 1))
                    : otherwise;
        }
    }

    private static void rememberTransactionId(Connection connection, UUID transactionId) throws SQLException {
        try (PreparedStatement set =
                connection.prepareStatement("set @daybook_unit = transaction_id() || '/' || cast(? as varchar)")) {
            set.setString(1, transactionId.toString());
            set.execute();
        }
    }

    private static int lockTimeout(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select lock_timeout()");
                ResultSet row = query.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void setLockTimeout(Connection connection, int milliseconds) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement("set lock_timeout ?")) {
            set.setInt(1, milliseconds);
            set.execute();
        }
    }

    @Override
    public void awaitEnd(Connection connection, UUID transactionId, Duration timeout) throws SQLException {
        int before = lockTimeout(connection);
        setLockTimeout(connection, milliseconds(timeout));
        try {
            lock(connection, List.of(LockKeys.ofTransaction(daybookId, transactionId)));
        } finally {
            setLockTimeout(connection, before);
        }
    }

    private static int milliseconds(Duration timeout) {
        return (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
    }
}
