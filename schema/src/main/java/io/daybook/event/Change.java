package io.daybook.event;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to say about an entity: an event to be. Checked when it is made, and nowhere until it is appended.
 * Values are copied when they are given, so later changes to a map or bean do not reach it.
 *
 * <pre>{@code
 * Change.create("order", id).attributes(Map.of("status", "new"))
 * Change.update("order", id).attribute("total", 43).metadata(Map.of("source", "till 7")).occurredAt(instant)
 * Change.act("order", id, Operation.of("APPROVAL")).value(Map.of("by", "kim"))
 * }</pre>
 *
 * <p>Immutable: each method answers a new change.
 */
public final class Change {

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private final EntityRef entity;
    private final Operation operation;
    private final @Nullable String attributeName;
    private final @Nullable Value value;
    private final @Nullable Value metadata;
    private final @Nullable Instant occurredAt;
    private final @Nullable Long expectedVersion;

    private Change(
            EntityRef entity,
            Operation operation,
            @Nullable String attributeName,
            @Nullable Value value,
            @Nullable Value metadata,
            @Nullable Instant occurredAt,
            @Nullable Long expectedVersion) {
        if (entity.type().isNeverSubmitted() && operation.equals(Operation.SUBMISSION)) {
            throw new InvalidEventOperation(entity.type(), operation);
        }
        if (attributeName != null && operation.speaksOfWholeEntity()) {
            throw new InvalidEventAttributeName(operation, attributeName);
        }
        if (operation.equals(Operation.CREATION) && value != null && !value.isObject()) {
            throw new InvalidEvent(
                    "CREATION of %s carries its attributes as a JSON object, found a %s; give a map or a record."
                            .formatted(entity, value));
        }
        this.entity = entity;
        this.operation = operation;
        this.attributeName = attributeName;
        this.value = value;
        this.metadata = metadata;
        this.occurredAt = occurredAt;
        this.expectedVersion = expectedVersion;
    }

    /** The beginning of an entity. @throws InvalidEvent if type or id are not legal */
    public static Change create(String entityType, String entityId) {
        return of(EntityRef.of(entityType, entityId), Operation.CREATION);
    }

    /** A new value of one attribute, named by {@link #attribute}. @throws InvalidEvent if type or id are not legal */
    public static Change update(String entityType, String entityId) {
        return of(EntityRef.of(entityType, entityId), Operation.UPDATE);
    }

    /** The end of an entity. @throws InvalidEvent if type or id are not legal */
    public static Change delete(String entityType, String entityId) {
        return of(EntityRef.of(entityType, entityId), Operation.DELETION);
    }

    /**
     * The submission of an entity: an act that changes no state.
     *
     * @throws InvalidEvent if type or id are not legal
     * @throws InvalidEventOperation if entities of that type are never submitted
     */
    public static Change submit(String entityType, String entityId) {
        return of(EntityRef.of(entityType, entityId), Operation.SUBMISSION);
    }

    /**
     * An act of the application that changes no state.
     *
     * @throws InvalidEvent if type or id are not legal, or the operation is one that changes state
     */
    public static Change act(String entityType, String entityId, Operation operation) {
        if (operation.changesState()) {
            throw new InvalidEvent(
                    "%s changes the state of %s and is no act; use create, update or delete, or an operation of your own."
                            .formatted(operation, EntityRef.of(entityType, entityId)));
        }
        return of(EntityRef.of(entityType, entityId), operation);
    }

    /**
     * A change of any operation, without value yet.
     *
     * @throws InvalidEventOperation for a SUBMISSION of a type that is never submitted
     */
    public static Change of(EntityRef entity, Operation operation) {
        return new Change(entity, operation, null, null, null, null, null);
    }

    /**
     * This change, of that attribute, with that new value (see {@link Value#of}).
     *
     * @throws InvalidEventAttributeName if this is a CREATION, DELETION or SUBMISSION
     * @throws InvalidEvent if the name or the value cannot be kept
     */
    public Change attribute(String name, @Nullable Object newValue) {
        return attribute(name).value(newValue);
    }

    /**
     * This change, of that attribute, with the value it has.
     *
     * @throws InvalidEventAttributeName if this is a CREATION, DELETION or SUBMISSION
     * @throws InvalidEvent if the name cannot be kept
     */
    public Change attribute(String name) {
        String legal = Names.text("attribute name", name, Names.LONGEST);
        return new Change(entity, operation, legal, value, metadata, occurredAt, expectedVersion);
    }

    /**
     * This change, with these initial attributes (of a CREATION): a map, record or bean, one attribute per member.
     *
     * @throws InvalidEvent if they cannot be kept
     */
    public Change attributes(Object initialAttributes) {
        return value(initialAttributes);
    }

    /**
     * This change, with that value; null is JSON null.
     *
     * @throws InvalidEvent if it cannot be kept (see {@link Value#of}), or this is a CREATION and it is no object
     */
    public Change value(@Nullable Object newValue) {
        return new Change(entity, operation, attributeName, Value.of(newValue), metadata, occurredAt, expectedVersion);
    }

    /**
     * This change, with these metadata; none if empty.
     *
     * @throws InvalidEvent if they cannot be kept
     */
    public Change metadata(Map<String, ?> newMetadata) {
        Value object = newMetadata.isEmpty() ? null : Value.of(newMetadata);
        return new Change(entity, operation, attributeName, value, object, occurredAt, expectedVersion);
    }

    /**
     * This change, as something that happened then (truncated to the microsecond). Without it: at the time of the append.
     *
     * @throws InvalidEvent if the year is not one of 1 to 9999
     */
    public Change occurredAt(Instant instant) {
        if (instant.isBefore(EARLIEST) || instant.isAfter(LATEST)) {
            throw new InvalidEvent(
                    "The event of %s occurred at %s, which is not in the years 1 to 9999.".formatted(entity, instant));
        }
        Instant truncated = instant.truncatedTo(ChronoUnit.MICROS);
        return new Change(entity, operation, attributeName, value, metadata, truncated, expectedVersion);
    }

    /**
     * This change, only if the entity is at that version before the unit of work (0 = it has no events yet).
     *
     * @throws InvalidEvent if the version is negative
     */
    public Change expecting(long version) {
        if (version < 0) {
            throw new InvalidEvent("No entity has version %d, versions begin at 1 (0 = no events yet): %s."
                    .formatted(version, entity));
        }
        return new Change(entity, operation, attributeName, value, metadata, occurredAt, version);
    }

    public EntityRef entity() {
        return entity;
    }

    public Operation operation() {
        return operation;
    }

    public Optional<String> attributeName() {
        return Optional.ofNullable(attributeName);
    }

    /** The new value; empty = none, which JSON null is not. */
    public Optional<Value> value() {
        return Optional.ofNullable(value);
    }

    /** The metadata, a JSON object; empty = none. */
    public Optional<Value> metadata() {
        return Optional.ofNullable(metadata);
    }

    /** When it happened, if it was told. */
    public Optional<Instant> occurredAt() {
        return Optional.ofNullable(occurredAt);
    }

    /** The version that the entity must have before the unit of work, if one was told. */
    public OptionalLong expectedVersion() {
        return expectedVersion == null ? OptionalLong.empty() : OptionalLong.of(expectedVersion);
    }

    /** {@code UPDATE of order o-1 status}. The value is not shown. */
    @Override
    public String toString() {
        return "%s of %s%s".formatted(operation, entity, attributeName == null ? "" : " " + attributeName);
    }
}
