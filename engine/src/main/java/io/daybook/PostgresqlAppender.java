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
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Appends on PostgreSQL: a unit of one change by a plain statement, all else through the functions {@code append} and {@code append_one}
 * (module migrations). One statement, one round trip, and in a transaction of its own no BEGIN and no COMMIT either.
 */
final class PostgresqlAppender implements Appender {

    private static final String APPEND = """
            select outcome, unit, event, entity_number, entity_version, life
            from daybook.append(
                ?, ?, ?, ?,
                ?, ?,
                ?, ?, ?, ?,
                cast(? as timestamptz[]), ?, ?,
                cast(? as uuid), ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?,
                ?, ?)
            """;

    /**
     * A unit of one change whose entity is plainly as required and whose locks are free, which is most: one plain statement, without even a
     * function. Its snapshot is older than its locks, so that what it saw of the entity may be gone; then the version it takes is taken
     * already, and the unique index refuses it: with an error where the transaction is nothing but this statement, and can be done again,
     * and with no row where it is a caller's.
     *
     * @param transactionId SQL with one parameter
     * @param conflict what to do where the version is taken
     */
    private static String atOnce(String transactionId, String conflict) {
        return """
                insert into daybook.events (
                    entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
                    transaction_id, actor, reason, correlation_id, causation_position, context, salt)
                select one.entity_type, one.entity_id, coalesce(newest.version, 0) + 1, ?, ?, cast(? as jsonb), cast(? as jsonb),
                       cast(? as timestamptz),
                       %s, ?, ?, ?, ?, cast(? as jsonb), ?
                from (values (cast(? as varchar), cast(? as varchar), cast(? as varchar), cast(? as bigint)))
                         as one (entity_type, entity_id, requirement, expected_version)
                         left join lateral (select e.version, e.operation
                                            from daybook.events e
                                            where e.entity_type = one.entity_type
                                              and e.entity_id = one.entity_id
                                            order by e.version desc
                                            limit 1) newest on true
                where (one.expected_version is null or one.expected_version = coalesce(newest.version, 0))
                  and (one.requirement = 'ANY'
                    or (one.requirement = 'ALIVE' and newest.operation in ('CREATION', 'UPDATE'))
                    or (one.requirement = 'NOT_ALIVE' and coalesce(newest.operation, 'DELETION') = 'DELETION'))
                  and pg_try_advisory_xact_lock(?)
                  and pg_try_advisory_xact_lock(?)
                  and pg_try_advisory_xact_lock_shared(?, ?)
                %s
                returning event_id, version, transaction_id
                """.formatted(transactionId, conflict);
    }

    private static final String OWN_AT_ONCE = atOnce("cast(? as uuid)", "");

    /** All units in one transaction share one transaction id, the first one's. An error here would cost the caller the transaction. */
    private static final String JOINED_AT_ONCE =
            atOnce("""
            cast(set_config('daybook.transaction_id',
                            coalesce(nullif(current_setting('daybook.transaction_id', true), ''), ?),
                            true) as uuid)""", "on conflict (entity_type, entity_id, version) do nothing");

    private static final String APPEND_ONE = """
            select unit, event, entity_version
            from daybook.append_one(
                ?, ?, ?, ?,
                ?, ?, ?, ?,
                cast(? as timestamptz), ?,
                cast(? as uuid), ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?,
                ?)
            """;

    private static final String AWAIT_END = """
            select set_config('lock_timeout', ?, true),
                   pg_advisory_xact_lock(?)
            """;

    private final Database database;
    private final EntityHistory history;
    private final UUID daybookId;
    private final Ids ids;
    private final Clock clock;
    private final String append;
    private final String ownAtOnce;
    private final String joinedAtOnce;
    private final String appendOne;
    private final int stripeClass;
    private final PostgresqlGroup group;

    PostgresqlAppender(Database database, EntityHistory history, UUID daybookId, Ids ids, Clock clock) {
        this.database = database;
        this.history = history;
        this.daybookId = daybookId;
        this.ids = ids;
        this.clock = clock;
        this.append = database.sql(APPEND);
        this.ownAtOnce = database.sql(OWN_AT_ONCE);
        this.joinedAtOnce = database.sql(JOINED_AT_ONCE);
        this.appendOne = database.sql(APPEND_ONE);
        this.stripeClass = LockKeys.stripeClass(daybookId);
        this.group = new PostgresqlGroup(database, daybookId, ids, clock);
    }

    @Override
    public Receipt own(Unit unit, UUID transactionId, Context context, Duration timeout) throws SQLException {
        LockKeys locks = LockKeys.of(unit, daybookId, transactionId);
        return inOneStatement(connection -> append(connection, unit, transactionId, context, timeout, locks, false));
    }

    @Override
    public List<Group.Fate> together(List<Group.Member> members) throws SQLException {
        List<Group.@Nullable Fate> fates = inOneStatement(connection -> atOnce(connection, members));
        List<Group.Member> left = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            if (fates.get(i) == null) {
                left.add(members.get(i));
            }
        }
        if (!left.isEmpty()) {
            Iterator<Group.Fate> decided =
                    decided(left, left.size() < members.size()).iterator();
            fates.replaceAll(fate -> fate == null ? decided.next() : fate);
        }
        return fates.stream().map(Objects::requireNonNull).toList();
    }

    /** What can be appended in the shortest way; null where the other way shall decide. */
    private List<Group.@Nullable Fate> atOnce(Connection connection, List<Group.Member> members) throws SQLException {
        List<Group.@Nullable Fate> fates = new ArrayList<>(Collections.nCopies(members.size(), null));
        if (members.stream().allMatch(member -> isOfOneChange(member.unit()))) {
            if (members.size() > 1) {
                group.appendAtOnce(connection, members, fates);
            } else {
                Group.Member member = members.get(0);
                Receipt receipt = appendAtOnce(
                        connection,
                        ownAtOnce,
                        member.unit(),
                        member.transactionId(),
                        member.context(),
                        LockKeys.of(member.unit(), daybookId, member.transactionId()));
                fates.set(0, receipt == null ? null : new Group.Fate.Appended(receipt));
            }
        }
        return fates;
    }

    /** @param others whether some of the group are written already: then a failure is these members' alone */
    private List<Group.Fate> decided(List<Group.Member> members, boolean others) throws SQLException {
        try {
            return inOneStatement(connection -> group.append(connection, members));
        } catch (SQLException e) {
            if (!others) {
                throw e;
            }
            return Collections.nCopies(members.size(), new Group.Fate.Failed(e));
        }
    }

    private static boolean isOfOneChange(Unit unit) {
        return unit.changes().size() == 1 && unit.entities().size() == 1;
    }

    /** One statement is the whole transaction: where the connection broke, it may have been committed. */
    private <T> T inOneStatement(Database.SqlCall<T> statement) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            boolean before = connection.getAutoCommit();
            if (!before) {
                connection.setAutoCommit(true);
            }
            try {
                return statement.on(connection);
            } catch (SQLException e) {
                throw SqlStates.isConnectionLost(e) ? new CommitFailed(e) : e;
            } finally {
                if (!before && !connection.isClosed()) {
                    connection.setAutoCommit(false);
                }
            }
        }
    }

    @Override
    public Receipt joined(Connection connection, Unit unit, UUID transactionId, Context context, Duration timeout)
            throws SQLException {
        // The id is locked here too: the first try of a unit with a key may be under way in another transaction,
        // and somebody may ask for the outcome of this one. (Of the units in one transaction the first one's id
        // counts, which stays locked.)
        LockKeys locks = LockKeys.of(unit, daybookId, transactionId);
        return append(connection, unit, transactionId, context, timeout, locks, true);
    }

    private Receipt append(
            Connection connection,
            Unit unit,
            UUID transactionId,
            Context context,
            Duration timeout,
            LockKeys locks,
            boolean joined)
            throws SQLException {
        boolean once = context.onceKey() != null;
        if (isOfOneChange(unit) && !once) {
            Receipt receipt =
                    appendAtOnce(connection, joined ? joinedAtOnce : ownAtOnce, unit, transactionId, context, locks);
            if (receipt != null) {
                return receipt;
            }
            receipt = appendOne(connection, unit, transactionId, context, timeout, locks, joined);
            if (receipt != null) {
                return receipt;
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(append)) {
            bind(connection, statement, unit, transactionId, context, timeout, locks, joined && !once, once);
            try (ResultSet rows = statement.executeQuery()) {
                return outcome(connection, rows, unit, transactionId);
            }
        }
    }

    /** A unit of one change, in the shortest way; null where {@code append_one} shall decide. */
    private @Nullable Receipt appendAtOnce(
            Connection connection, String sql, Unit unit, UUID transactionId, Context context, LockKeys locks)
            throws SQLException {
        Unit.Touched touched = unit.changes().get(0).touched();
        Change change = unit.changes().get(0).change();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int p = 1;
            statement.setString(p++, change.operation().name());
            statement.setString(p++, change.attributeName().orElse(null));
            statement.setString(p++, json(change, Change::value));
            statement.setString(p++, json(change, Change::metadata));
            statement.setString(p++, occurred(change).toString());
            p = bindUnit(statement, p, transactionId, context);
            statement.setBytes(p++, ids.salts(1)[0]);
            statement.setString(p++, touched.entity.type().name());
            statement.setString(p++, touched.entity.id());
            statement.setString(p++, touched.requirement.name());
            statement.setObject(p++, touched.expectedVersion, Types.BIGINT);
            for (Long key : locks.keys()) {
                statement.setLong(p++, key);
            }
            statement.setInt(p++, stripeClass);
            statement.setInt(p, locks.stripes().first());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new Receipt(
                                row.getObject(3, UUID.class),
                                List.of(new Receipt.Appended(row.getLong(1), touched.entity, row.getLong(2))),
                                false)
                        : null;
            }
        } catch (SQLException e) {
            if (SqlStates.isDuplicateKey(e)) {
                return null;
            }
            throw e;
        }
    }

    private Instant occurred(Change change) {
        return change.occurredAt().orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.MICROS));
    }

    /** A unit of one change, in the short way; null where {@code append} shall decide. */
    private @Nullable Receipt appendOne(
            Connection connection,
            Unit unit,
            UUID transactionId,
            Context context,
            Duration timeout,
            LockKeys locks,
            boolean joined)
            throws SQLException {
        Unit.Touched touched = unit.changes().get(0).touched();
        Change change = unit.changes().get(0).change();
        try (PreparedStatement statement = connection.prepareStatement(appendOne)) {
            int p = 1;
            statement.setString(p++, touched.entity.type().name());
            statement.setString(p++, touched.entity.id());
            statement.setString(p++, touched.requirement.name());
            statement.setObject(p++, touched.expectedVersion, Types.BIGINT);
            statement.setString(p++, change.operation().name());
            statement.setString(p++, change.attributeName().orElse(null));
            statement.setString(p++, json(change, Change::value));
            statement.setString(p++, json(change, Change::metadata));
            statement.setString(p++, occurred(change).toString());
            statement.setBytes(p++, ids.salts(1)[0]);
            p = bindUnit(statement, p, transactionId, context);
            for (Long key : locks.keys()) {
                statement.setLong(p++, key);
            }
            statement.setInt(p++, stripeClass);
            statement.setInt(p++, locks.stripes().first());
            statement.setString(p++, timeout.toMillis() + "ms");
            statement.setBoolean(p, joined);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                UUID unitId = row.getObject(1, UUID.class);
                return unitId == null
                        ? null
                        : new Receipt(
                                unitId,
                                List.of(new Receipt.Appended(row.getLong(2), touched.entity, row.getLong(3))),
                                false);
            }
        }
    }

    private void bind(
            Connection connection,
            PreparedStatement statement,
            Unit unit,
            UUID transactionId,
            Context context,
            Duration timeout,
            LockKeys locks,
            boolean joined,
            boolean once)
            throws SQLException {
        List<Unit.Touched> entities = List.copyOf(unit.entities());
        List<Unit.Placed> changes = unit.changes();
        Columns<Unit.Touched> entityColumns = new Columns<>(connection, entities);
        Columns<Unit.Placed> changeColumns = new Columns<>(connection, changes);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        int p = 1;
        statement.setArray(p++, entityColumns.text(t -> t.entity.type().name()));
        statement.setArray(p++, entityColumns.text(t -> t.entity.id()));
        statement.setArray(p++, entityColumns.text(t -> t.requirement.name()));
        statement.setArray(p++, entityColumns.bigint(t -> t.expectedVersion));
        statement.setArray(p++, changeColumns.integer(c -> c.touched().number));
        statement.setArray(p++, changeColumns.integer(Unit.Placed::place));
        p = PostgresqlGroup.bindChanges(statement, p, changeColumns, Unit.Placed::change);
        statement.setObject(p++, now.atOffset(ZoneOffset.UTC));
        statement.setArray(p++, connection.createArrayOf("bytea", ids.salts(changes.size())));
        p = bindUnit(statement, p, transactionId, context);
        statement.setInt(p++, stripeClass);
        statement.setArray(
                p++, connection.createArrayOf("integer", locks.stripes().toArray(Integer[]::new)));
        statement.setBoolean(p++, locks.wholeStripes());
        statement.setArray(p++, connection.createArrayOf("bigint", locks.keys().toArray(Long[]::new)));
        statement.setString(p++, timeout.toMillis() + "ms");
        statement.setBoolean(p++, joined);
        statement.setBoolean(p, once);
    }

    /** What all events of a unit have in common. @return the place of the parameter after it */
    private static int bindUnit(PreparedStatement statement, int first, UUID transactionId, Context context)
            throws SQLException {
        int p = first;
        statement.setString(p++, transactionId.toString());
        statement.setString(p++, context.actor());
        statement.setString(p++, context.reason());
        statement.setString(p++, context.correlationId());
        statement.setObject(p++, context.causationPosition(), Types.BIGINT);
        statement.setString(p++, context.surroundings().json());
        return p;
    }

    private static @Nullable String json(Change change, Function<Change, java.util.Optional<Value>> part) {
        return part.apply(change).map(Value::json).orElse(null);
    }

    private Receipt outcome(Connection connection, ResultSet rows, Unit unit, UUID transactionId) throws SQLException {
        List<Receipt.Appended> events = new ArrayList<>(unit.changes().size());
        UUID unitId = transactionId;
        while (rows.next()) {
            switch (rows.getString(1)) {
                case "APPENDED" -> {
                    unitId = rows.getObject(2, UUID.class);
                    EntityRef entity = unit.changes().get(events.size()).touched().entity;
                    events.add(new Receipt.Appended(rows.getLong(3), entity, rows.getLong(5)));
                }
                case "REFUSED" -> {
                    Unit.Touched touched = List.copyOf(unit.entities()).get(rows.getInt(4) - 1);
                    throw unit.refusal(touched, rows.getLong(5), Unit.Life.valueOf(rows.getString(6)));
                }
                default -> {
                    return history.receipt(connection, transactionId).orElseThrow();
                }
            }
        }
        return new Receipt(unitId, events, false);
    }

    @Override
    public void awaitEnd(Connection connection, UUID transactionId, Duration timeout) throws SQLException {
        try (PreparedStatement wait = connection.prepareStatement(AWAIT_END)) {
            wait.setString(1, timeout.toMillis() + "ms");
            wait.setLong(2, LockKeys.ofTransaction(daybookId, transactionId));
            wait.execute();
        }
    }
}
