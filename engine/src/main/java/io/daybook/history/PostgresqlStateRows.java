package io.daybook.history;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One statement to read a batch, one to write it. */
final class PostgresqlStateRows implements StateRows {

    /** Shared: the batches of several partitions go on beside each other. */
    private static final String LOCK = """
            select r.name
            from daybook.registrations r
            where r.name = ?
            for share
            """;

    private static final String READ = """
            select s.entity_type, s.entity_id, %s
            from unnest(?, ?) as k (entity_type, entity_id)
            join daybook.entity_states s on s.entity_type = k.entity_type
                                        and s.entity_id = k.entity_id
            """.formatted(StateRow.COLUMNS);

    private static final String WRITE = """
            insert into daybook.entity_states as s (
                entity_type, entity_id, version, position, deleted, attributes, created, changed)
            select n.entity_type, n.entity_id, n.version, n.position, n.deleted, n.attributes::jsonb,
                   n.created::timestamp with time zone, n.changed::timestamp with time zone
            from unnest(?, ?, ?, ?, ?, ?, ?, ?) with ordinality
                as n (entity_type, entity_id, version, position, deleted, attributes, created, changed, place)
            order by n.place
            on conflict (entity_type, entity_id) do update
            set version = excluded.version,
                position = excluded.position,
                deleted = excluded.deleted,
                attributes = excluded.attributes,
                created = excluded.created,
                changed = excluded.changed
            where s.version < excluded.version
            """;

    private final String lock;
    private final String read;
    private final String write;

    PostgresqlStateRows(Database database) {
        this.lock = database.sql(LOCK);
        this.read = database.sql(READ);
        this.write = database.sql(WRITE);
    }

    @Override
    public void lock(Connection connection, String registration) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(lock)) {
            query.setString(1, registration);
            query.execute();
        }
    }

    @Override
    public Map<EntityRef, StateRow> read(Connection connection, Collection<EntityRef> entities) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(read)) {
            query.setArray(
                    1, array(connection, "varchar", entities, e -> e.type().name()));
            query.setArray(2, array(connection, "varchar", entities, EntityRef::id));
            Map<EntityRef, StateRow> found = new HashMap<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    EntityRef entity =
                            new EntityRef(new io.daybook.event.EntityType(rows.getString(1)), rows.getString(2));
                    found.put(entity, StateRow.read(entity, rows, 3));
                }
            }
            return found;
        }
    }

    @Override
    public void write(Connection connection, Collection<StateRow> rows) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(write)) {
            insert.setArray(
                    1, array(connection, "varchar", rows, r -> r.entity().type().name()));
            insert.setArray(
                    2, array(connection, "varchar", rows, r -> r.entity().id()));
            insert.setArray(3, array(connection, "bigint", rows, StateRow::version));
            insert.setArray(4, array(connection, "bigint", rows, StateRow::position));
            insert.setArray(5, array(connection, "boolean", rows, StateRow::deleted));
            insert.setArray(6, array(connection, "text", rows, StateRow::json));
            insert.setArray(7, array(connection, "text", rows, r -> text(r.created())));
            insert.setArray(8, array(connection, "text", rows, r -> text(r.changed())));
            insert.executeUpdate();
        }
    }

    /** ISO 8601 in UTC, which every session reads in the same way. */
    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    private static <T> Array array(
            Connection connection, String type, Collection<T> elements, Function<T, @Nullable Object> value)
            throws SQLException {
        return connection.createArrayOf(type, elements.stream().map(value).toArray());
    }
}
