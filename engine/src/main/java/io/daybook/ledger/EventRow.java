package io.daybook.ledger;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code events} as it is stored, nothing interpreted: what the hash is computed from, and what an {@link Event} is
 * made of. JSON stays the text that the database rendered.
 */
@SuppressWarnings("ArrayRecordComponent") // A row in transit: never compared, and copies would be paid for per event.
public record EventRow(
        long eventId,
        String entityType,
        String entityId,
        long version,
        String operation,
        @Nullable String attributeName,
        @Nullable String attributeValue,
        @Nullable String metadata,
        Instant creationDate,
        UUID transactionId,
        @Nullable String actor,
        @Nullable String reason,
        @Nullable String correlationId,
        @Nullable Long causationPosition,
        @Nullable String context,
        byte @Nullable [] salt,
        byte @Nullable [] valueDigest,
        byte @Nullable [] metadataDigest) {

    /** The columns that {@link #read} reads, of {@code events e}, in its order. */
    public static final String COLUMNS = """
            e.event_id, e.entity_type, e.entity_id, e.version, e.operation, e.attribute_name, e.attribute_value, e.metadata,
            e.creation_date, e.transaction_id, e.actor, e.reason, e.correlation_id, e.causation_position, e.context,
            e.salt, e.value_digest, e.metadata_digest""";

    /** Of all daybooks: what a text says does not depend on whose it is. */
    private static final StoredContexts CONTEXTS = new StoredContexts();

    /** How many columns that is: what else a statement selects comes after them. */
    public static final int COLUMN_COUNT = 18;

    /** The row that the result set stands on; its first columns are {@link #COLUMNS}. */
    public static EventRow read(ResultSet row) throws SQLException {
        long causation = row.getLong(14);
        Long causationPosition = row.wasNull() ? null : causation;
        return new EventRow(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getLong(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                instant(row, 9),
                row.getObject(10, UUID.class),
                row.getString(11),
                row.getString(12),
                row.getString(13),
                causationPosition,
                row.getString(15),
                row.getBytes(16),
                row.getBytes(17),
                row.getBytes(18));
    }

    /** A time that is never null, to the microsecond that both databases keep. */
    public static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant().truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * The event that it is.
     *
     * @param position empty if it has none yet; then {@code recordedAt} is too
     */
    public Event toEvent(OptionalLong position, Optional<Instant> recordedAt) {
        return new Event(
                eventId,
                position,
                new EntityRef(new EntityType(entityType), entityId),
                version,
                new Operation(operation),
                Optional.ofNullable(attributeName),
                Optional.ofNullable(attributeValue).map(Value::stored),
                metadata == null ? Map.of() : Value.stored(metadata).members(),
                creationDate,
                recordedAt,
                transactionId,
                Optional.ofNullable(actor),
                Optional.ofNullable(reason),
                Optional.ofNullable(correlationId),
                causationPosition == null ? OptionalLong.empty() : OptionalLong.of(causationPosition),
                context == null ? Map.of() : CONTEXTS.members(context));
    }

    /** About how many bytes it takes in memory. */
    public int size() {
        return 400 + length(attributeValue) + length(metadata) + length(context);
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : 2 * text.length();
    }

    /** Which event it is. Values are not shown. */
    @Override
    public String toString() {
        return "%s of %s %s, version %d".formatted(operation, entityType, entityId, version);
    }
}
