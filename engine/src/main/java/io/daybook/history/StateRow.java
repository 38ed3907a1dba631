package io.daybook.history;

import io.daybook.event.EntityRef;
import io.daybook.event.Value;
import io.daybook.ledger.EventRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code entity_states}: a fold at rest.
 *
 * @param version of the newest event in it
 * @param position of that event
 * @param deleted whether the entity does not exist
 * @param attributes of its last life, if it is deleted
 * @param created null = never
 * @param changed null = never
 */
record StateRow(
        EntityRef entity,
        long version,
        long position,
        boolean deleted,
        Map<String, Value> attributes,
        @Nullable Instant created,
        @Nullable Instant changed) {

    StateRow {
        attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    }

    /** What {@link #read} reads, of {@code entity_states s}, in its order. */
    static final String COLUMNS = "s.version, s.position, s.deleted, s.attributes, s.created, s.changed";

    /** @param first the column in which {@link #COLUMNS} begin */
    static StateRow read(EntityRef entity, ResultSet row, int first) throws SQLException {
        return new StateRow(
                entity,
                row.getLong(first),
                row.getLong(first + 1),
                row.getBoolean(first + 2),
                Value.stored(row.getString(first + 3)).members(),
                instant(row, first + 4),
                instant(row, first + 5));
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class) == null ? null : EventRow.instant(row, column);
    }

    /** The attributes as one JSON object. */
    String json() {
        return Value.object(attributes).json();
    }
}
