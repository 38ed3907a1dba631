package io.daybook.history;

import static io.daybook.schema.Tables.EVENTS;
import static io.daybook.schema.Tables.LEDGER;
import static org.jooq.impl.DSL.param;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads histories and states. Thread-safe; holds no connection between calls. */
public final class EntityHistory {

    private static final int PAGE = 500;

    /**
     * The row of an entity, if the event that it ends with stands where the row says: a table that was restored from another backup than
     * the log may know events that the log does not.
     */
    private static final String KEPT = """
            select %s
            from daybook.entity_states s
            join daybook.events e on e.entity_type = s.entity_type
                                 and e.entity_id = s.entity_id
                                 and e.version = s.version
            join daybook.ledger l on l.event_id = e.event_id
                                 and l.position = s.position
            where s.entity_type = ?
              and s.entity_id = ?
            """.formatted(StateRow.COLUMNS);

    /** Of a DELETION the value is none, whatever its row says. H2 walks an index backwards only if all its columns are in the order. */
    private static final String BEFORE = """
            select e.operation,
                   case e.operation when 'DELETION' then null else e.attribute_value end
            from daybook.events e
            where e.entity_type = ?
              and e.entity_id = ?
              and e.version < ?
              and (e.operation in ('CREATION', 'DELETION')
                   or (e.operation = 'UPDATE' and e.attribute_name = ?))
            order by e.entity_type desc, e.entity_id desc, e.version desc
            limit 1
            """;

    private final Database database;
    private final StateRows stateRows;

    public EntityHistory(Database database) {
        this.database = database;
        this.stateRows = database.isPostgresql() ? new PostgresqlStateRows(database) : new H2StateRows(database);
    }

    StateRows stateRows() {
        return stateRows;
    }

    /** The events of that entity up to that moment, oldest first; empty if there are none. */
    public History history(EntityRef entity, Moment moment) {
        Bound bound = bound(moment);
        return new History(version -> page(entity, bound, version));
    }

    /**
     * What that entity was at that moment; empty if it did not exist then. Asked for now, it begins with what {@code entity_states} has
     * and folds what came after it, so that it costs no more than that; the answer is the same without.
     */
    public Optional<EntityState> state(EntityRef entity, Moment moment) {
        EntityState.Fold fold = moment instanceof Moment.Now ? kept(entity) : new EntityState.Fold();
        Bound bound = bound(moment);
        new History(version -> page(entity, bound, version), fold.version()).forEach(fold::add);
        return fold.result(entity);
    }

    /**
     * The value that the attribute of that event had before it, in the same life of the entity: of the newest event before it that says something
     * of the attribute, or that a life begins or ends with.
     *
     * @return empty if it had none, if the value was erased, or if the event is not of one attribute
     */
    public Optional<Value> before(Event event) {
        if (!event.operation().equals(Operation.UPDATE) || event.attributeName().isEmpty()) {
            return Optional.empty();
        }
        String name = event.attributeName().get();
        return database.call("Reading what %s was before version %d".formatted(event.entity(), event.version()), c -> {
            try (PreparedStatement query = c.prepareStatement(database.sql(BEFORE))) {
                query.setString(1, event.entityType().name());
                query.setString(2, event.entityId());
                query.setLong(3, event.version());
                query.setString(4, name);
                try (ResultSet row = query.executeQuery()) {
                    String said = row.next() ? row.getString(2) : null;
                    if (said == null) {
                        return Optional.empty();
                    }
                    Value value = Value.stored(said);
                    return row.getString(1).equals(Operation.UPDATE.name())
                            ? Optional.of(value)
                            : Optional.ofNullable(value.members().get(name));
                }
            }
        });
    }

    /** What the entity of that event was before it; empty if it did not exist. */
    public Optional<EntityState> stateBefore(Event event) {
        return state(event.entity(), new Moment.BeforeVersion(event.version()));
    }

    /** What {@code entity_states} has of it; the fold of nothing where it has none. */
    private EntityState.Fold kept(EntityRef entity) {
        return database.call("Reading the state of " + entity, c -> {
            try (PreparedStatement query = c.prepareStatement(database.sql(KEPT))) {
                query.setString(1, entity.type().name());
                query.setString(2, entity.id());
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? new EntityState.Fold(StateRow.read(entity, row, 1)) : new EntityState.Fold();
                }
            }
        });
    }

    /** Folds the events after what the fold has and before that version; in the caller's transaction. */
    void foldBetween(Connection connection, EntityRef entity, EntityState.Fold fold, long version) throws SQLException {
        Bound none = bound(new Moment.Now());
        while (fold.version() < version - 1) {
            List<Event> page = page(connection, entity, none, fold.version());
            if (page.isEmpty()) {
                throw new IllegalStateException(
                        "Version %d of %s is missing, though there is a version %d. Run daybook verify."
                                .formatted(fold.version() + 1, entity, version));
            }
            page.stream().filter(event -> event.version() < version).forEach(fold::add);
        }
    }

    /** How a moment is asked for: a condition with one parameter, and the parameter. */
    private record Bound(Condition condition, @Nullable Object parameter) {}

    private static Bound bound(Moment moment) {
        if (moment instanceof Moment.AtPosition at) {
            return new Bound(LEDGER.POSITION.le(param("bound", Long.class)), at.position());
        }
        if (moment instanceof Moment.RecordedAt recorded) {
            return new Bound(LEDGER.RECORDED_AT.le(param("bound", OffsetDateTime.class)), utc(recorded.instant()));
        }
        if (moment instanceof Moment.OccurredAt occurred) {
            return new Bound(EVENTS.CREATION_DATE.le(param("bound", OffsetDateTime.class)), utc(occurred.instant()));
        }
        if (moment instanceof Moment.BeforeVersion before) {
            return new Bound(EVENTS.VERSION.lt(param("bound", Long.class)), before.version());
        }
        return new Bound(DSL.noCondition(), null);
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private List<Event> page(EntityRef entity, Bound bound, long afterVersion) {
        return database.call("Reading the history of " + entity, c -> page(c, entity, bound, afterVersion));
    }

    private List<Event> page(Connection connection, EntityRef entity, Bound bound, long afterVersion)
            throws SQLException {
        String sql = select(EVENTS.ENTITY_TYPE
                .eq(param("type", String.class))
                .and(EVENTS.ENTITY_ID.eq(param("id", String.class)))
                .and(EVENTS.VERSION.gt(param("version", Long.class)))
                .and(bound.condition()));
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            int parameter = 1;
            query.setString(parameter++, entity.type().name());
            query.setString(parameter++, entity.id());
            query.setLong(parameter++, afterVersion);
            if (bound.parameter() != null) {
                query.setObject(parameter, bound.parameter());
            }
            try (ResultSet rows = query.executeQuery()) {
                List<Event> page = new ArrayList<>();
                while (rows.next()) {
                    page.add(event(rows));
                }
                return page;
            }
        }
    }

    /** The columns of {@link EventRow}, then position and recorded_at where there are any. */
    private String select(Condition condition) {
        return database.jooq()
                .select(
                        EVENTS.EVENT_ID,
                        EVENTS.ENTITY_TYPE,
                        EVENTS.ENTITY_ID,
                        EVENTS.VERSION,
                        EVENTS.OPERATION,
                        EVENTS.ATTRIBUTE_NAME,
                        EVENTS.ATTRIBUTE_VALUE,
                        EVENTS.METADATA,
                        EVENTS.CREATION_DATE,
                        EVENTS.TRANSACTION_ID,
                        EVENTS.ACTOR,
                        EVENTS.REASON,
                        EVENTS.CORRELATION_ID,
                        EVENTS.CAUSATION_POSITION,
                        EVENTS.CONTEXT,
                        EVENTS.SALT,
                        EVENTS.VALUE_DIGEST,
                        EVENTS.METADATA_DIGEST,
                        LEDGER.POSITION,
                        LEDGER.RECORDED_AT)
                .from(EVENTS)
                .leftJoin(LEDGER)
                .on(LEDGER.EVENT_ID.eq(EVENTS.EVENT_ID))
                .where(condition)
                // The first two are the same in every row; H2 uses the index only where all its columns are in the
                // order.
                .orderBy(EVENTS.ENTITY_TYPE, EVENTS.ENTITY_ID, EVENTS.VERSION)
                .limit(DSL.inline(PAGE))
                .getSQL();
    }

    static Event event(ResultSet row) throws SQLException {
        EventRow event = EventRow.read(row);
        long position = row.getLong(EventRow.COLUMN_COUNT + 1);
        return row.wasNull()
                ? event.toEvent(OptionalLong.empty(), Optional.empty())
                : event.toEvent(
                        OptionalLong.of(position), Optional.of(EventRow.instant(row, EventRow.COLUMN_COUNT + 2)));
    }

    /** What the unit of work of that id appended; empty if nothing of it is committed. */
    public Optional<Receipt> receipt(Connection connection, UUID transactionId) throws SQLException {
        String sql = database.jooq()
                .select(EVENTS.EVENT_ID, EVENTS.ENTITY_TYPE, EVENTS.ENTITY_ID, EVENTS.VERSION)
                .from(EVENTS)
                .where(EVENTS.TRANSACTION_ID.eq(param("transaction", UUID.class)))
                .orderBy(EVENTS.EVENT_ID)
                .getSQL();
        List<Receipt.Appended> events = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, transactionId);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    events.add(new Receipt.Appended(
                            rows.getLong(1),
                            new EntityRef(new io.daybook.event.EntityType(rows.getString(2)), rows.getString(3)),
                            rows.getLong(4)));
                }
            }
        }
        return events.isEmpty() ? Optional.empty() : Optional.of(new Receipt(transactionId, events, true));
    }
}
