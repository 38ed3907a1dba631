package io.daybook.history;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jooq.DSLContext;

/**
 * The table {@code entity_states}: what every entity is, as far as the registration {@value #REGISTRATION} has come. For the consumer
 * that keeps it, {@code EntityStates} in module consumers; everybody else asks {@code daybook.state(...)}, or the table in SQL.
 * Thread-safe.
 */
public final class StateTable {

    /** Whose cursor says how far the table is. */
    public static final String REGISTRATION = "daybook.entity_states";

    private static final String CLEAR = """
            delete from daybook.entity_states
            """;

    private static final String SIZE = """
            select count(*) filter (where not s.deleted),
                   count(*) filter (where s.deleted and s.created is not null)
            from daybook.entity_states s
            """;

    private final Database database;
    private final EntityHistory history;
    private final StateRows rows;

    /** For the engine: use {@code daybook.states()}. */
    public StateTable(Database database, EntityHistory history) {
        this.database = database;
        this.history = history;
        this.rows = history.stateRows();
    }

    /**
     * How many rows there are.
     *
     * @param entities that exist
     * @param deleted that do not exist any more
     */
    public record Size(long entities, long deleted) {}

    /**
     * Folds these events into the rows of their entities, each event once: one that is in its row already, because it comes again, changes
     * nothing, and where the row is further behind than the events before this one, these are read first. Events of Daybook's own entity
     * types are passed over.
     *
     * @param jooq in the transaction that moves the cursor of {@value #REGISTRATION}
     * @param events of the ledger, in its order
     * @throws org.jooq.exception.DataAccessException if the database cannot; the transaction must be rolled back
     */
    public void apply(DSLContext jooq, List<Event> events) {
        Map<EntityRef, List<Event>> byEntity = new TreeMap<>();
        for (Event event : events) {
            if (!event.entity().type().isReserved()) {
                byEntity.computeIfAbsent(event.entity(), e -> new ArrayList<>()).add(event);
            }
        }
        if (!byEntity.isEmpty()) {
            jooq.connection(connection -> apply(connection, byEntity));
        }
    }

    private void apply(Connection connection, Map<EntityRef, List<Event>> byEntity) throws SQLException {
        rows.lock(connection, REGISTRATION);
        Map<EntityRef, StateRow> found = rows.read(connection, byEntity.keySet());
        List<StateRow> changed = new ArrayList<>();
        for (Map.Entry<EntityRef, List<Event>> one : byEntity.entrySet()) {
            StateRow row = found.get(one.getKey());
            EntityState.Fold fold = row == null ? new EntityState.Fold() : new EntityState.Fold(row);
            long position = 0;
            for (Event event : one.getValue()) {
                if (event.version() > fold.version()) {
                    // None is missing, unless somebody moved the cursor on or took rows away.
                    history.foldBetween(connection, one.getKey(), fold, event.version());
                    fold.add(event);
                    position = event.position().orElseThrow();
                }
            }
            if (position > 0) {
                changed.add(fold.row(one.getKey(), position));
            }
        }
        if (!changed.isEmpty()) {
            rows.write(connection, changed);
        }
    }

    /**
     * Removes all rows: the first half of a rebuild, in the transaction that moves the cursor of {@value #REGISTRATION} to the beginning
     * and has its row in {@code registrations} locked.
     *
     * @throws org.jooq.exception.DataAccessException if the database cannot; the transaction must be rolled back
     */
    public void clear(DSLContext jooq) {
        jooq.connection(connection -> {
            try (PreparedStatement delete = connection.prepareStatement(database.sql(CLEAR))) {
                delete.executeUpdate();
            }
        });
    }

    /** Counts the rows, which takes time with their number. @throws io.daybook.database.DatabaseFailure if the database cannot */
    public Size size() {
        return database.call("Counting the states", c -> {
            try (PreparedStatement query = c.prepareStatement(database.sql(SIZE));
                    ResultSet row = query.executeQuery()) {
                row.next();
                return new Size(row.getLong(1), row.getLong(2));
            }
        });
    }
}
