package io.daybook;

import io.daybook.database.Database;
import io.daybook.database.SqlStates;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Appends a group on PostgreSQL through the function {@code append_group} (module migrations): one statement and one commit for all. */
final class PostgresqlGroup {

    private static final String APPEND_GROUP = """
            select outcome, unit_number, event, entity_number, entity_version, life
            from daybook.append_group(
                cast(? as uuid[]), ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?, ?, cast(? as timestamptz[]), ?, ?)
            """;

    /**
     * Units of one change each, whose entities are plainly as required and whose locks are free: one plain statement, in a third of the time of
     * the function. As for a unit alone ({@link PostgresqlAppender}), the unique index refuses the whole statement where it saw too little.
     *
     * <p>What all units have in common is said once, and its column is empty.
     */
    private static final String AT_ONCE = """
            insert into daybook.events (
                entity_type, entity_id, version, operation, attribute_name, attribute_value, metadata, creation_date,
                transaction_id, actor, reason, correlation_id, causation_position, context, salt)
            select c.entity_type, c.entity_id, coalesce(newest.version, 0) + 1, c.operation, c.attribute_name,
                   cast(c.attribute_value as jsonb), cast(c.metadata as jsonb), coalesce(c.creation_date, cast(? as timestamptz)),
                   c.transaction_id, coalesce(c.actor, ?), coalesce(c.reason, ?), coalesce(c.correlation_id, ?),
                   coalesce(c.causation_position, ?), coalesce(cast(c.context as jsonb), cast(? as jsonb)), c.salt
            from unnest(?, ?, ?, ?, ?, ?, ?, ?, cast(? as timestamptz[]),
                        cast(? as uuid[]), ?, ?, ?, ?, ?, ?,
                        ?, ?, ?)
                     with ordinality as c (
                         entity_type, entity_id, requirement, expected_version, operation, attribute_name, attribute_value, metadata, creation_date,
                         transaction_id, actor, reason, correlation_id, causation_position, context, salt,
                         unit_lock, entity_lock, stripe, ordinal)
                     left join lateral (select e.version, e.operation
                                        from daybook.events e
                                        where e.entity_type = c.entity_type
                                          and e.entity_id = c.entity_id
                                        order by e.version desc
                                        limit 1) newest on true
            where (c.expected_version is null or c.expected_version = coalesce(newest.version, 0))
              and (c.requirement = 'ANY'
                or (c.requirement = 'ALIVE' and newest.operation in ('CREATION', 'UPDATE'))
                or (c.requirement = 'NOT_ALIVE' and coalesce(newest.operation, 'DELETION') = 'DELETION'))
              and pg_try_advisory_xact_lock(c.unit_lock)
              and pg_try_advisory_xact_lock(c.entity_lock)
              and pg_try_advisory_xact_lock_shared(?, c.stripe)
            -- Ids are taken in the order of the units: a round sorts by event_id. (Costs nothing: unnest is known to come in this order.)
            order by c.ordinal
            returning event_id, version, transaction_id
            """;

    private final UUID daybookId;
    private final Ids ids;
    private final Clock clock;
    private final int stripeClass;
    private final String appendGroup;
    private final String atOnce;

    PostgresqlGroup(Database database, UUID daybookId, Ids ids, Clock clock) {
        this.daybookId = daybookId;
        this.ids = ids;
        this.clock = clock;
        this.stripeClass = LockKeys.stripeClass(daybookId);
        this.appendGroup = database.sql(APPEND_GROUP);
        this.atOnce = database.sql(AT_ONCE);
    }

    /** A lock or an entity, and the number of the unit that it belongs to, from 1. */
    private record Of<T>(T what, int unit) {}

    /**
     * On a connection in autocommit mode: the statement is the transaction.
     *
     * @param members of one change each
     * @param fates set for those who are in the database, and left alone for those whom {@link #append} shall decide
     */
    void appendAtOnce(Connection connection, List<Group.Member> members, List<Group.@Nullable Fate> fates)
            throws SQLException {
        Map<UUID, Integer> places = new HashMap<>();
        List<LockKeys> locks = new ArrayList<>(members.size());
        for (int i = 0; i < members.size(); i++) {
            Group.Member member = members.get(i);
            places.put(member.transactionId(), i);
            locks.add(LockKeys.of(member.unit(), daybookId, member.transactionId()));
        }
        Columns<Unit.Placed> changes = new Columns<>(
                connection,
                members.stream().map(member -> member.unit().changes().get(0)).toList());
        Columns<Group.Member> units = new Columns<>(connection, members);
        Columns<LockKeys> keys = new Columns<>(connection, locks);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        try (PreparedStatement statement = connection.prepareStatement(atOnce)) {
            int p = 1;
            String actor = units.inCommon(m -> m.context().actor());
            String reason = units.inCommon(m -> m.context().reason());
            String correlationId = units.inCommon(m -> m.context().correlationId());
            Long causation = units.inCommon(m -> m.context().causationPosition());
            String context = units.inCommon(m -> m.context().surroundings().json());
            statement.setObject(p++, now.atOffset(ZoneOffset.UTC));
            statement.setString(p++, actor);
            statement.setString(p++, reason);
            statement.setString(p++, correlationId);
            statement.setObject(p++, causation, Types.BIGINT);
            // Not known to be text: then it is read as JSON once, and not for every row.
            statement.setObject(p++, context, Types.OTHER);
            statement.setArray(p++, changes.text(c -> c.touched().entity.type().name()));
            statement.setArray(p++, changes.text(c -> c.touched().entity.id()));
            statement.setArray(p++, changes.text(c -> c.touched().requirement.name()));
            statement.setArray(p++, changes.bigint(c -> c.touched().expectedVersion));
            p = bindChanges(statement, p, changes, Unit.Placed::change);
            statement.setArray(p++, units.text(m -> m.transactionId().toString()));
            statement.setArray(p++, units.text(m -> actor == null ? m.context().actor() : null));
            statement.setArray(p++, units.text(m -> reason == null ? m.context().reason() : null));
            statement.setArray(
                    p++, units.text(m -> correlationId == null ? m.context().correlationId() : null));
            statement.setArray(
                    p++, units.bigint(m -> causation == null ? m.context().causationPosition() : null));
            statement.setArray(
                    p++,
                    units.text(m -> context == null ? m.context().surroundings().json() : null));
            statement.setArray(p++, connection.createArrayOf("bytea", ids.salts(members.size())));
            statement.setArray(p++, keys.bigint(k -> k.keys().get(0)));
            statement.setArray(p++, keys.bigint(k -> k.keys().get(1)));
            statement.setArray(p++, keys.integer(k -> k.stripes().first()));
            statement.setInt(p, stripeClass);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    UUID transactionId = rows.getObject(3, UUID.class);
                    int place = Objects.requireNonNull(places.get(transactionId));
                    Unit.Touched touched = changes.rows().get(place).touched();
                    List<Receipt.Appended> events =
                            List.of(new Receipt.Appended(rows.getLong(1), touched.entity, rows.getLong(2)));
                    fates.set(place, new Group.Fate.Appended(new Receipt(transactionId, events, false)));
                }
            }
        } catch (SQLException e) {
            if (!SqlStates.isDuplicateKey(e)) {
                throw e;
            }
        }
    }

    /**
     * What is said in each change: operation, attribute, value, metadata, and the time where it is said.
     *
     * @return the place of the parameter after it
     */
    static <T> int bindChanges(PreparedStatement statement, int first, Columns<T> rows, Function<T, Change> change)
            throws SQLException {
        int p = first;
        statement.setArray(p++, rows.text(row -> change.apply(row).operation().name()));
        statement.setArray(
                p++, rows.text(row -> change.apply(row).attributeName().orElse(null)));
        statement.setArray(p++, rows.text(row -> json(change.apply(row).value())));
        statement.setArray(p++, rows.text(row -> json(change.apply(row).metadata())));
        statement.setArray(
                p++,
                rows.text(row ->
                        change.apply(row).occurredAt().map(Instant::toString).orElse(null)));
        return p;
    }

    /** @return the place of the parameter after it */
    private static int bindUnits(PreparedStatement statement, int first, Columns<Group.Member> units)
            throws SQLException {
        int p = first;
        statement.setArray(p++, units.text(m -> m.transactionId().toString()));
        statement.setArray(p++, units.text(m -> m.context().actor()));
        statement.setArray(p++, units.text(m -> m.context().reason()));
        statement.setArray(p++, units.text(m -> m.context().correlationId()));
        statement.setArray(p++, units.bigint(m -> m.context().causationPosition()));
        statement.setArray(p++, units.text(m -> m.context().surroundings().json()));
        return p;
    }

    /** On a connection in autocommit mode: the statement is the transaction. */
    List<Group.Fate> append(Connection connection, List<Group.Member> members) throws SQLException {
        List<Of<Long>> keys = new ArrayList<>();
        List<Of<Integer>> stripes = new ArrayList<>();
        List<Of<Unit.Touched>> entities = new ArrayList<>();
        List<Of<Unit.Placed>> changes = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            Group.Member member = members.get(i);
            int number = i + 1;
            LockKeys locks = LockKeys.of(member.unit(), daybookId, member.transactionId());
            locks.keys().forEach(key -> keys.add(new Of<>(key, number)));
            locks.stripes().forEach(stripe -> stripes.add(new Of<>(stripe, number)));
            int before = entities.size();
            member.unit().entities().forEach(touched -> entities.add(new Of<>(touched, number)));
            member.unit().changes().forEach(placed -> changes.add(new Of<>(placed, before + placed.touched().number)));
        }
        Columns<Group.Member> units = new Columns<>(connection, members);
        Columns<Of<Long>> keyColumns = new Columns<>(connection, keys);
        Columns<Of<Integer>> stripeColumns = new Columns<>(connection, stripes);
        Columns<Of<Unit.Touched>> entityColumns = new Columns<>(connection, entities);
        Columns<Of<Unit.Placed>> changeColumns = new Columns<>(connection, changes);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        try (PreparedStatement statement = connection.prepareStatement(appendGroup)) {
            int p = 1;
            p = bindUnits(statement, p, units);
            statement.setArray(p++, keyColumns.bigint(Of::what));
            statement.setArray(p++, keyColumns.integer(Of::unit));
            statement.setInt(p++, stripeClass);
            statement.setArray(p++, stripeColumns.integer(Of::what));
            statement.setArray(p++, stripeColumns.integer(Of::unit));
            statement.setArray(
                    p++, entityColumns.text(e -> e.what().entity.type().name()));
            statement.setArray(p++, entityColumns.text(e -> e.what().entity.id()));
            statement.setArray(p++, entityColumns.text(e -> e.what().requirement.name()));
            statement.setArray(p++, entityColumns.bigint(e -> e.what().expectedVersion));
            statement.setArray(p++, entityColumns.integer(Of::unit));
            statement.setArray(p++, changeColumns.integer(Of::unit));
            statement.setArray(p++, changeColumns.integer(c -> c.what().place()));
            p = bindChanges(statement, p, changeColumns, c -> c.what().change());
            statement.setObject(p++, now.atOffset(ZoneOffset.UTC));
            statement.setArray(p, connection.createArrayOf("bytea", ids.salts(changes.size())));
            try (ResultSet rows = statement.executeQuery()) {
                return fates(rows, members, entities);
            }
        }
    }

    private static List<Group.Fate> fates(ResultSet rows, List<Group.Member> members, List<Of<Unit.Touched>> entities)
            throws SQLException {
        List<Group.@Nullable Fate> refused = new ArrayList<>();
        List<List<Receipt.Appended>> appended = new ArrayList<>();
        for (Group.Member member : members) {
            refused.add(null);
            appended.add(new ArrayList<>(member.unit().changes().size()));
        }
        while (rows.next()) {
            int unit = rows.getInt(2) - 1;
            switch (rows.getString(1)) {
                case "APPENDED" -> {
                    List<Receipt.Appended> events = appended.get(unit);
                    EntityRef entity = members.get(unit)
                            .unit()
                            .changes()
                            .get(events.size())
                            .touched()
                            .entity;
                    events.add(new Receipt.Appended(rows.getLong(3), entity, rows.getLong(5)));
                }
                case "REFUSED" -> {
                    // The first entity that is not as required is the one to tell of, as in a transaction of its own.
                    if (refused.get(unit) == null) {
                        Unit.Touched touched = entities.get(rows.getInt(4) - 1).what();
                        refused.set(
                                unit,
                                new Group.Fate.Refused(touched, rows.getLong(5), Unit.Life.valueOf(rows.getString(6))));
                    }
                }
                default -> refused.set(unit, new Group.Fate.Busy());
            }
        }
        List<Group.Fate> fates = new ArrayList<>(members.size());
        for (int i = 0; i < members.size(); i++) {
            Group.Fate fate = refused.get(i);
            fates.add(
                    fate == null
                            ? new Group.Fate.Appended(
                                    new Receipt(members.get(i).transactionId(), appended.get(i), false))
                            : fate);
        }
        return fates;
    }

    private static @Nullable String json(Optional<Value> value) {
        return value.map(Value::json).orElse(null);
    }
}
