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
import java.util.function.Consumer;

/** Reads events by entity, a page at a time, along the index of their versions. Thread-safe; each statement is rendered once. */
final class EventPages {

    /** The most events that a page has. A shorter one is the last. */
    static final int SIZE = 500;

    /** The most ids that one statement asks for. */
    static final int MOST_IDS = 1_000;

    /** The most events that one statement answers with about many entities. Fewer are all. */
    static final int MOST_OF_MANY = 5_000;

    /** Each entity by itself, along the index: a plain join might look through the whole ledger, if the entities are thought to have many events. */
    private static final String MANY_POSTGRESQL = """
            select h.*
            from unnest(?) with ordinality as k (entity_id, place)
            cross join lateral (select %s, %s
                                from daybook.events e%s
                                where e.entity_type = ?
                                  and e.entity_id = k.entity_id%s
                                order by e.version
                                limit %d) h
            order by k.place, h.version
            limit %5$d
            """;

    /** H2 has no lateral joins, and walks through the ids in any case. */
    private static final String MANY_H2 = """
            select %s, %s
            from unnest(cast(? as varchar array)) with ordinality as k (entity_id, place)
            join daybook.events e on e.entity_id = k.entity_id%s
            where e.entity_type = ?%s
            order by k.place, e.version
            limit %d
            """;

    private static final String NO_PLACE =
            "cast(null as bigint) as position, cast(null as timestamp with time zone) as recorded_at";

    private final Database database;
    private final Map<Shape, String> statements = new ConcurrentHashMap<>();

    EventPages(Database database) {
        this.database = database;
    }

    /** All that a statement depends on. */
    private record Shape(Of of, boolean position, boolean recorded, boolean occurred) {

        private enum Of {
            ENTITY,
            ENTITIES,
            TYPE
        }

        Shape(Of of, Moment moment) {
            this(of, moment.position() != null, moment.recordedBy() != null, moment.occurredBy() != null);
        }
    }

    /** The events of an entity after that version, in the order of versions. */
    List<Event> ofEntity(EntityRef entity, Moment moment, long afterVersion) {
        return database.call("Reading the history of " + entity, c -> ofEntity(c, entity, moment, afterVersion));
    }

    /** The same, on the caller's connection. */
    List<Event> ofEntity(Connection connection, EntityRef entity, Moment moment, long afterVersion)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql(Shape.Of.ENTITY, moment))) {
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
            try (PreparedStatement query = c.prepareStatement(sql(Shape.Of.TYPE, moment))) {
                query.setString(1, type.name());
                query.setString(2, afterId);
                bind(query, 3, moment);
                return read(query);
            }
        });
    }

    /**
     * The events of these entities of a type, one entity after the other in the order of the ids, each in the order of versions: {@value
     * #MOST_OF_MANY} at most. They are handed on while the rows are read, with a position only where the moment asks for one.
     *
     * @param ids each once, {@value #MOST_IDS} at most
     * @return how many there were
     */
    int ofEntities(EntityType type, List<String> ids, Moment moment, Consumer<Event> events) {
        return database.call("Reading the history of %d entities of type %s".formatted(ids.size(), type), c -> {
            try (PreparedStatement query = c.prepareStatement(sql(Shape.Of.ENTITIES, moment))) {
                query.setArray(1, c.createArrayOf("varchar", ids.toArray()));
                query.setString(2, type.name());
                bind(query, 3, moment);
                try (ResultSet rows = query.executeQuery()) {
                    int count = 0;
                    while (rows.next()) {
                        events.accept(event(rows));
                        count++;
                    }
                    return count;
                }
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

    private String sql(Shape.Of of, Moment moment) {
        return statements.computeIfAbsent(new Shape(of, moment), this::render);
    }

    private String render(Shape shape) {
        String bounds = (shape.position() ? " and l.position <= ?" : "")
                + (shape.recorded() ? " and l.recorded_at <= ?" : "")
                + (shape.occurred() ? " and e.creation_date <= ?" : "");
        if (shape.of() == Shape.Of.ENTITIES) {
            boolean placed = shape.position() || shape.recorded();
            return database.sql((database.isPostgresql() ? MANY_POSTGRESQL : MANY_H2)
                    .formatted(
                            EventRow.COLUMNS,
                            placed ? "l.position, l.recorded_at" : NO_PLACE,
                            placed ? " join daybook.ledger l on l.event_id = e.event_id" : "",
                            bounds,
                            MOST_OF_MANY));
        }
        return database.sql("""
                select %s, l.position, l.recorded_at
                from daybook.events e
                left join daybook.ledger l on l.event_id = e.event_id
                where e.entity_type = ?
                  and %s%s
                -- In one entity the first two are the same in every row; H2 uses the index only where all its columns are in the order.
                order by e.entity_type, e.entity_id, e.version
                limit %d
                """.formatted(
                        EventRow.COLUMNS,
                        shape.of() == Shape.Of.ENTITY ? "e.entity_id = ? and e.version > ?" : "e.entity_id > ?",
                        bounds,
                        SIZE));
    }
}
