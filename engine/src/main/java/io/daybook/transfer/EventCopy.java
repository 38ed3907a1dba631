package io.daybook.transfer;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.ledger.EventRow;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A whole event, as it is carried from one daybook to another: everything that it says, and nothing that only its daybook knows (event id,
 * salt, hash and recorded time). Two copies are equal if they say the same. Immutable.
 *
 * @param position place in the ledger
 * @param entity whom it is about; also of Daybook's own types
 * @param version place of this event in its entity: 1, 2, 3 ... without holes
 * @param operation what happened
 * @param attributeName the attribute that an UPDATE sets; empty where the event speaks of the entity as a whole
 * @param attributeValue the new value; empty = no value, which JSON null is not, or a value that was erased
 * @param valueDigest what is left of a value that was erased: 64 hex digits, lower case; empty = it was not
 * @param metadata a JSON object; empty = nothing, or erased
 * @param metadataDigest what is left of metadata that were erased, in the same way
 * @param creationDate when it happened, to the microsecond
 * @param transactionId its unit of work
 * @param transactionEvents how many events that unit of work has, so that a reader knows where it ends
 * @param actor who did it; empty = not told
 * @param reason why; empty = not told
 * @param correlationId the conversation it belongs to; empty = none
 * @param causationPosition ledger position of the event that this one reacts to; empty = none
 * @param context what surrounded the change, a JSON object; empty = not told
 */
public record EventCopy(
        long position,
        EntityRef entity,
        long version,
        Operation operation,
        Optional<String> attributeName,
        Optional<Value> attributeValue,
        Optional<String> valueDigest,
        Optional<Value> metadata,
        Optional<String> metadataDigest,
        Instant creationDate,
        UUID transactionId,
        long transactionEvents,
        Optional<String> actor,
        Optional<String> reason,
        Optional<String> correlationId,
        OptionalLong causationPosition,
        Optional<Value> context) {

    static EventCopy of(EventRow row, long position, long transactionEvents) {
        Long causation = row.causationPosition();
        return new EventCopy(
                position,
                new EntityRef(new EntityType(row.entityType()), row.entityId()),
                row.version(),
                new Operation(row.operation()),
                Optional.ofNullable(row.attributeName()),
                Optional.ofNullable(row.attributeValue()).map(Value::stored),
                Optional.ofNullable(hex(row.valueDigest())),
                Optional.ofNullable(row.metadata()).map(Value::stored),
                Optional.ofNullable(hex(row.metadataDigest())),
                row.creationDate(),
                row.transactionId(),
                transactionEvents,
                Optional.ofNullable(row.actor()),
                Optional.ofNullable(row.reason()),
                Optional.ofNullable(row.correlationId()),
                causation == null ? OptionalLong.empty() : OptionalLong.of(causation),
                Optional.ofNullable(row.context()).map(Value::stored));
    }

    private static @Nullable String hex(byte @Nullable [] digest) {
        return digest == null ? null : HexFormat.of().formatHex(digest);
    }

    /** Whether what it said was erased: then its salt is gone too, and nobody can try values against the digests. */
    public boolean isErased() {
        return valueDigest.isPresent() || metadataDigest.isPresent();
    }

    /**
     * Whether it is whole, or erased as a whole: content without digests, or both digests without content. Nothing between them verifies,
     * for digests stand in for value, metadata and salt together.
     */
    public boolean isWholeOrErased() {
        boolean bothErased = valueDigest.isPresent() && metadataDigest.isPresent();
        boolean hasContent = attributeValue.isPresent() || metadata.isPresent();
        return !isErased() || (bothErased && !hasContent);
    }

    /** The same with other content, for who shows less of it: the rest of what is said of an event stays. */
    public EventCopy withContent(Optional<Value> value, Optional<Value> newMetadata) {
        return new EventCopy(
                position,
                entity,
                version,
                operation,
                attributeName,
                value,
                valueDigest,
                newMetadata,
                metadataDigest,
                creationDate,
                transactionId,
                transactionEvents,
                actor,
                reason,
                correlationId,
                causationPosition,
                context);
    }
}
