package io.daybook.event;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A fact about one entity, as it was said. Immutable.
 *
 * @param eventId number given when it was inserted; has gaps, is not the official order
 * @param position place in the ledger, gap-free and final; empty until the sequencer gave it one, always present on what
 *     a registration delivers
 * @param entity whom it is about
 * @param version place of this event in its entity: 1, 2, 3 ... without holes
 * @param operation what happened
 * @param attributeName the attribute that an UPDATE sets; empty where the event speaks of the entity as a whole
 * @param attributeValue the new value (of a CREATION: the object of the initial attributes); empty = no value, which JSON
 *     null is not, or a value that was erased
 * @param metadata what the writer wanted to say about the event; empty = nothing
 * @param creationDate when it happened (occurred), to the microsecond
 * @param recordedAt when it entered the ledger (database clock); empty as long as the position is
 * @param transactionId groups a unit of work; what joins one database transaction of an application is one unit
 * @param actor who did it; empty = not told
 * @param reason why; empty = not told
 * @param correlationId the conversation it belongs to; empty = none
 * @param causationPosition ledger position of the event that this one reacts to; empty = none
 * @param context what surrounded the change (application, host ...); empty = not told
 */
public record Event(
        long eventId,
        OptionalLong position,
        EntityRef entity,
        long version,
        Operation operation,
        Optional<String> attributeName,
        Optional<Value> attributeValue,
        Map<String, Value> metadata,
        Instant creationDate,
        Optional<Instant> recordedAt,
        UUID transactionId,
        Optional<String> actor,
        Optional<String> reason,
        Optional<String> correlationId,
        OptionalLong causationPosition,
        Map<String, Value> context) {

    public Event {
        metadata = Map.copyOf(metadata);
        context = Map.copyOf(context);
    }

    public EntityType entityType() {
        return entity.type();
    }

    public String entityId() {
        return entity.id();
    }
}
