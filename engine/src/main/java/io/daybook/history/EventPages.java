package io.daybook.history;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.ledger.EventRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** Reads events by entity, a page at a time, along the index of their versions. Thread-safe; each statement is rendered once. */
final class EventPages {

    /** The most events that a page has. A shorter one is the last. */
    static final int SIZE = 500;

    private final Database database;
    private final Map<Shape, String> statements = new ConcurrentHashMap<>();

    EventPages(Database database) {
        this.database = database;
    }

    /** All that a statement depends on. */
    private record Shape(boolean oneEntity, boolean position, boolean recorded, boolean occurred) {}

    /** The events of an entity after that version, in the order of versions. */
    List<Event> ofEntity(EntityRef entity, Moment moment, long afterVersion) {
        return database.call("Reading the history of " + entity, c -> ofEntity(c, entity, moment, afterVersion));
    }

    /** The same, on the caller's connection. */
    List<Event> ofEntity(Connection connection, EntityRef entity, Moment moment, long afterVersion)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql(true, moment))) {
            query.setString(1, entity.type().name());
            query.setString(2, entity.id());
            query.setLong(3, afterVersion);
            bind(query, 4, moment);
            return read(query);
        }
    }

    /** The events of the entities of a type whose id comes after that one, in the order of ids, then versions; "" = of all. */
    List<Event> ofType(EntityType type, Moment moment, String afterId) {
        return database.call("Reading the history of all " + type, c -> {
            try (PreparedStatement query = c.prepareStatement(sql(false, moment))) {
                query.setString(1, type.name());
                query.setString(2, afterId);
                bind(query, 3, moment);
                return read(query);
            }
        });
    }

    private static void bind(PreparedStatement query, int first, Moment moment) throws SQLException {
        int parameter = first;
        if (moment.position() != null) {
            query.setLong(parameter++, moment.position());
        }
        if (moment.recordedBy() != null) {
            query.setObject(parameter++, utc(moment.recordedBy()));
        }
        if (moment.occurredBy() != null) {
            query.setObject(parameter, utc(moment.occurredBy()));
        }
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static List<Event> read(PreparedStatement query) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            List<Event> page = new ArrayList<>();
            while (rows.next()) {
                page.add(event(rows));
            }
            return page;
        }
    }

    /** From the columns of {@link EventRow}, then position and recorded_at, both null where there is no position. */
    static Event event(ResultSet row) throws SQLException {
        EventRow event = EventRow.read(row);
        long position = row.getLong(EventRow.COLUMN_COUNT + 1);
        return row.wasNull()
                ? event.toEvent(OptionalLong.empty(), Optional.empty())
                : event.toEvent(
                        OptionalLong.of(position), Optional.of(EventRow.instant(row, EventRow.COLUMN_COUNT + 2)));
    }

    private String sql(boolean oneEntity, Moment moment) {
        Shape shape = new Shape(
                oneEntity, moment.position() != null, moment.recordedBy() != null, moment.occurredBy() != null);
        return statements.computeIfAbsent(shape, this::render);
    }

    private String render(Shape shape) {
        return database.sql("""
                select %s, l.position, l.recorded_at
                from daybook.events e
                left join daybook.ledger l on l.event_id = e.event_id
                where e.entity_type = ?
                  and %s%s%s%s
                -- In one entity the first two are the same in every row; H2 uses the index only where all its columns are in the order.
                order by e.entity_type, e.entity_id, e.version
                limit %d
                """.formatted(
                        EventRow.COLUMNS,
                        shape.oneEntity() ? "e.entity_id = ? and e.version > ?" : "e.entity_id > ?",
                        shape.position() ? " and l.position <= ?" : "",
                        shape.recorded() ? " and l.recorded_at <= ?" : "",
                        shape.occurred() ? " and e.creation_date <= ?" : "",
                        SIZE));
    }
}
