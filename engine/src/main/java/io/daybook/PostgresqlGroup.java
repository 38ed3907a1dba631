package io.daybook;

import io.daybook.database.Database;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Appends a group on PostgreSQL through the function {@code append_group} (module migrations): one statement and one commit for all. */
final class PostgresqlGroup {

    private static final String APPEND_GROUP = """
            select outcome, unit_number, event, entity_number, entity_version, life
            from daybook.append_group(
                cast(? as uuid[]), ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?,
                ?, ?, ?, ?, ?, ?, cast(? as timestamptz[]), ?)
            """;

    private final UUID daybookId;
    private final Ids ids;
    private final Clock clock;
    private final int stripeClass;
    private final String appendGroup;

    PostgresqlGroup(Database database, UUID daybookId, Ids ids, Clock clock) {
        this.daybookId = daybookId;
        this.ids = ids;
        this.clock = clock;
        this.stripeClass = LockKeys.stripeClass(daybookId);
        this.appendGroup = database.sql(APPEND_GROUP);
    }

    /** A lock or an entity, and the number of the unit that it belongs to, from 1. */
    private record Of<T>(T what, int unit) {}

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
            statement.setArray(p++, units.of("text", m -> m.transactionId().toString()));
            statement.setArray(p++, units.of("text", m -> m.context().actor()));
            statement.setArray(p++, units.of("text", m -> m.context().reason()));
            statement.setArray(p++, units.of("text", m -> m.context().correlationId()));
            statement.setArray(p++, units.of("bigint", m -> m.context().causationPosition()));
            statement.setArray(
                    p++, units.of("text", m -> m.context().surroundings().json()));
            statement.setArray(p++, keyColumns.of("bigint", Of::what));
            statement.setArray(p++, keyColumns.of("integer", Of::unit));
            statement.setInt(p++, stripeClass);
            statement.setArray(p++, stripeColumns.of("integer", Of::what));
            statement.setArray(p++, stripeColumns.of("integer", Of::unit));
            statement.setArray(
                    p++, entityColumns.of("text", e -> e.what().entity.type().name()));
            statement.setArray(
                    p++, entityColumns.of("text", e -> e.what().entity.id()));
            statement.setArray(
                    p++, entityColumns.of("text", e -> e.what().requirement.name()));
            statement.setArray(p++, entityColumns.of("bigint", e -> e.what().expectedVersion));
            statement.setArray(p++, entityColumns.of("integer", Of::unit));
            statement.setArray(p++, changeColumns.of("integer", Of::unit));
            statement.setArray(p++, changeColumns.of("integer", c -> c.what().place()));
            statement.setArray(
                    p++, changeColumns.of("text", c -> change(c).operation().name()));
            statement.setArray(
                    p++, changeColumns.of("text", c -> change(c).attributeName().orElse(null)));
            statement.setArray(p++, changeColumns.of("text", c -> json(change(c).value())));
            statement.setArray(p++, changeColumns.of("text", c -> json(change(c).metadata())));
            statement.setArray(
                    p++,
                    changeColumns.of(
                            "text", c -> change(c).occurredAt().orElse(now).toString()));
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

    private static Change change(Of<Unit.Placed> placed) {
        return placed.what().change();
    }

    private static @Nullable String json(Optional<Value> value) {
        return value.map(Value::json).orElse(null);
    }
}
