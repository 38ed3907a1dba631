package io.daybook;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.event.Operation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where entities stand: their version, and whether they live. Thread-safe. */
final class Newest {

    /** An entity as it was found; version 0 = it has no events. */
    record Found(long version, Unit.Life life) {}

    /** Of an entity that has none. */
    static final Found NO_EVENTS = new Found(0, Unit.Life.ABSENT);

    /** The table may have been empty when a plan was made, and have millions of rows when it is used. */
    private static final String PLAN = """
            select set_config('plan_cache_mode', 'force_generic_plan', true),
                   set_config('enable_seqscan', 'off', true),
                   set_config('enable_bitmapscan', 'off', true)
            """;

    private static final String OF_MANY = """
            select a.entity_type, a.entity_id, newest.version, change.operation
            from unnest(?, ?) as a (entity_type, entity_id)
                     join lateral (select e.version
                                   from daybook.events e
                                   where e.entity_type = a.entity_type
                                     and e.entity_id = a.entity_id
                                   order by e.version desc
                                   limit 1) newest on true
                     left join lateral (select e.operation
                                        from daybook.events e
                                        where e.entity_type = a.entity_type
                                          and e.entity_id = a.entity_id
                                          and e.operation in ('CREATION', 'UPDATE', 'DELETION')
                                        order by e.version desc
                                        limit 1) change on true
            """;

    /**
     * H2 walks an index backwards only if all its columns are in the order; without the first two it reads every version of the entity,
     * each time.
     */
    private static final String OF_ONE = """
            select version, operation
            from daybook.events
            where entity_type = ?
              and entity_id = ?
            order by entity_type desc, entity_id desc, version desc
            limit 1
            """;

    /** Where the newest event is an act, which changes no state, the one before it that does decides. */
    private static final String CHANGE_OF_ONE = """
            select version, operation
            from daybook.events
            where entity_type = ?
              and entity_id = ?
              and operation in ('CREATION', 'UPDATE', 'DELETION')
            order by entity_type desc, entity_id desc, version desc
            limit 1
            """;

    private final Database database;

    Newest(Database database) {
        this.database = database;
    }

    /** Those of the entities that have events, as that transaction sees them. */
    Map<EntityRef, Found> of(Connection transaction, Collection<EntityRef> entities) throws SQLException {
        return database.isPostgresql() ? atOnce(transaction, entities) : oneByOne(transaction, entities);
    }

    private Map<EntityRef, Found> atOnce(Connection transaction, Collection<EntityRef> entities) throws SQLException {
        try (PreparedStatement plan = transaction.prepareStatement(PLAN)) {
            plan.execute();
        }
        List<EntityRef> list = List.copyOf(entities);
        Map<EntityRef, Found> found = new HashMap<>();
        try (PreparedStatement query = transaction.prepareStatement(database.sql(OF_MANY))) {
            query.setArray(
                    1,
                    transaction.createArrayOf(
                            "varchar", list.stream().map(e -> e.type().name()).toArray(String[]::new)));
            query.setArray(
                    2,
                    transaction.createArrayOf(
                            "varchar", list.stream().map(EntityRef::id).toArray(String[]::new)));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    EntityRef entity =
                            new EntityRef(new io.daybook.event.EntityType(rows.getString(1)), rows.getString(2));
                    found.put(entity, new Found(rows.getLong(3), life(rows.getString(4))));
                }
            }
        }
        return found;
    }

    private Map<EntityRef, Found> oneByOne(Connection transaction, Collection<EntityRef> entities) throws SQLException {
        Map<EntityRef, Found> found = new HashMap<>();
        try (PreparedStatement newest = transaction.prepareStatement(database.sql(OF_ONE));
                PreparedStatement newestChange = transaction.prepareStatement(database.sql(CHANGE_OF_ONE))) {
            for (EntityRef entity : entities) {
                Said said = first(newest, entity);
                if (said != null) {
                    Said change = new Operation(said.operation()).changesState() ? said : first(newestChange, entity);
                    found.put(entity, new Found(said.version(), life(change == null ? null : change.operation())));
                }
            }
        }
        return found;
    }

    private record Said(long version, String operation) {}

    private static @Nullable Said first(PreparedStatement query, EntityRef entity) throws SQLException {
        query.setString(1, entity.type().name());
        query.setString(2, entity.id());
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? new Said(row.getLong(1), row.getString(2)) : null;
        }
    }

    private static Unit.Life life(@Nullable String newestChange) {
        if (newestChange == null) {
            return Unit.Life.ABSENT;
        }
        return after(new Operation(newestChange), Unit.Life.ABSENT);
    }

    /** What an entity that was so is after an event of that operation. */
    static Unit.Life after(Operation operation, Unit.Life before) {
        if (!operation.changesState()) {
            return before;
        }
        return operation.equals(Operation.DELETION) ? Unit.Life.DELETED : Unit.Life.ALIVE;
    }
}
