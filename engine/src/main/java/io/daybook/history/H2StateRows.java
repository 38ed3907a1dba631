package io.daybook.history;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Row by row: the database is in this process, a round trip costs nothing. */
final class H2StateRows implements StateRows {

    /** H2 has no shared locks of rows, so batches of several partitions take turns. */
    private static final String LOCK = """
            select r.name
            from daybook.registrations r
            where r.name = ?
            for update
            """;

    private static final String READ = """
            select %s
            from daybook.entity_states s
            where s.entity_type = ?
              and s.entity_id = ?
            """.formatted(StateRow.COLUMNS);

    private static final String WRITE = """
            merge into daybook.entity_states s
            using (select cast(? as varchar) as entity_type,
                          cast(? as varchar) as entity_id,
                          cast(? as bigint) as version,
                          cast(? as bigint) as position,
                          cast(? as boolean) as deleted,
                          cast(? format json as json) as attributes,
                          cast(? as timestamp(6) with time zone) as created,
                          cast(? as timestamp(6) with time zone) as changed) n
            on s.entity_type = n.entity_type
               and s.entity_id = n.entity_id
            when matched and s.version < n.version then update
            set version = n.version,
                position = n.position,
                deleted = n.deleted,
                attributes = n.attributes,
                created = n.created,
                changed = n.changed
            when not matched then insert (
                entity_type, entity_id, version, position, deleted, attributes, created, changed)
            values (n.entity_type, n.entity_id, n.version, n.position, n.deleted, n.attributes, n.created, n.changed)
            """;

    private final String lock;
    private final String read;
    private final String write;

    H2StateRows(Database database) {
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
        Map<EntityRef, StateRow> found = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement(read)) {
            for (EntityRef entity : entities) {
                query.setString(1, entity.type().name());
                query.setString(2, entity.id());
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        found.put(entity, StateRow.read(entity, row, 1));
                    }
                }
            }
        }
        return found;
    }

    @Override
    public void write(Connection connection, Collection<StateRow> rows) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement(write)) {
            for (StateRow row : rows) {
                merge.setString(1, row.entity().type().name());
                merge.setString(2, row.entity().id());
                merge.setLong(3, row.version());
                merge.setLong(4, row.position());
                merge.setBoolean(5, row.deleted());
                merge.setString(6, row.json());
                set(merge, 7, row.created());
                set(merge, 8, row.changed());
                merge.addBatch();
            }
            merge.executeBatch();
        }
    }

    private static void set(PreparedStatement statement, int parameter, @Nullable Instant instant) throws SQLException {
        if (instant == null) {
            statement.setNull(parameter, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
            statement.setObject(parameter, instant.atOffset(ZoneOffset.UTC));
        }
    }
}
