package io.daybook.history;

import static io.daybook.schema.Tables.EVENTS;
import static org.jooq.impl.DSL.param;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Reads histories and states. Thread-safe; holds no connection between calls. */
public final class EntityHistory {

    /**
     * The row of an entity, if the event that it ends with stands where the row says: a table that was restored from another backup than
     * the log may know events that the log does not. That event is looked up in a scalar subquery, because of a join PostgreSQL may begin with
     * all events of the entity: it knows how many events an entity has on the average, and takes a hundred thousand for one.
     */
    private static final String KEPT = """
            select %s
            from daybook.entity_states s
            where s.entity_type = ?
              and s.entity_id = ?
              and s.position = (select l.position
                                from daybook.events e
                                join daybook.ledger l on l.event_id = e.event_id
                                where e.entity_type = s.entity_type
                                  and e.entity_id = s.entity_id
                                  and e.version = s.version)
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
    private final EventPages pages;
    private final StateRows stateRows;

    public EntityHistory(Database database) {
        this.database = database;
        this.pages = new EventPages(database);
        this.stateRows = database.isPostgresql() ? new PostgresqlStateRows(database) : new H2StateRows(database);
    }

    StateRows stateRows() {
        return stateRows;
    }

    /** The events of that entity up to that moment, oldest first; empty if there are none. */
    public History history(EntityRef entity, Moment moment) {
        return new History(version -> pages.ofEntity(entity, moment, version));
    }

    /**
     * What that entity was at that moment; empty if it did not exist then. Asked for now, it begins with what {@code entity_states} has
     * and folds what came after it, so that it costs no more than that; the answer is the same without.
     */
    public Optional<EntityState> state(EntityRef entity, Moment moment) {
        EntityState.Fold fold = moment.equals(Moment.NOW) ? kept(entity) : new EntityState.Fold();
        new History(version -> pages.ofEntity(entity, moment, version), fold.version()).forEach(fold::add);
        return fold.result(entity);
    }

    /** All entities of that type that existed at that moment. It reads their whole history, in one pass. */
    public States states(EntityType type, Moment moment) {
        return new States(pages, type, moment);
    }

    /**
     * What becomes of all entities of that type up to that moment, in the order of their ids as the database sorts them. Their events are read in
     * pages while they are walked through, as often as that is; holds no connection.
     *
     * @param folding what begins to fold that entity
     */
    public <T> Iterable<T> folded(
            EntityType type, Moment moment, Function<EntityRef, ? extends EntityFolding<T>> folding) {
        return () -> new Lives<>(pages, type, moment, folding);
    }

    /**
     * What becomes of these entities of that type up to that moment, in the order of the ids. Their events are read by one statement for each
     * 1,000 ids, and by more only where they have more than 5,000 events; none if there are no ids. Holds no connection afterwards. Each statement
     * sees what is committed when it begins.
     *
     * @param ids each once
     * @param folding what begins to fold that entity. Its events have a position only where the moment has one, or a recorded time
     */
    public <T> List<T> folded(
            EntityType type,
            Collection<String> ids,
            Moment moment,
            Function<EntityRef, ? extends EntityFolding<T>> folding) {
        return new ManyLives<>(pages, type, moment, folding).of(ids);
    }

    /** In what that entity differs between two moments; empty if in nothing. */
    public Optional<Difference> difference(EntityRef entity, Moment from, Moment to) {
        return Difference.between(entity, state(entity, from), state(entity, to));
    }

    /** In what the entities of that type differ between two moments. It reads their whole history, in one pass. */
    public Differences differences(EntityType type, Moment from, Moment to) {
        return new Differences(pages, type, from, to);
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
        EntityState.Fold fold = new EntityState.Fold();
        for (Event said : history(event.entity(), Moment.NOW)) {
            if (said.version() >= event.version()) {
                break;
            }
            fold.add(said);
        }
        return fold.result(event.entity());
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
        while (fold.version() < version - 1) {
            List<Event> page = pages.ofEntity(connection, entity, Moment.NOW, fold.version());
            if (page.isEmpty()) {
                throw new IllegalStateException(
                        "Version %d of %s is missing, though there is a version %d. Run daybook verify."
                                .formatted(fold.version() + 1, entity, version));
            }
            page.stream().filter(event -> event.version() < version).forEach(fold::add);
        }
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
