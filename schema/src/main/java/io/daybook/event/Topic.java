package io.daybook.event;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to hear: a filter over events. Each part that is given must fit; a part that is not given fits
 * everything. Taipy's rule for attributes holds: a topic with an attribute name also hears the events that have none, so a
 * topic on attribute {@code status} hears the creation and deletion of the entity too, unless it names an operation.
 *
 * <pre>{@code
 * Topic.of("order")                                             // everything about orders
 * Topic.of("order").entity("o-1")                               // about one of them
 * Topic.of("order").operation(Operation.UPDATE).attribute("status")
 * Topic.everything()
 * }</pre>
 *
 * <p>Immutable, equal by its four parts (Taipy 4.1, FEATURES.md section 2; trace i-registration-filters).
 */
public final class Topic {

    private static final Topic EVERYTHING = new Topic(null, null, null, null);

    private final @Nullable EntityType entityType;
    private final @Nullable String entityId;
    private final @Nullable Operation operation;
    private final @Nullable String attributeName;

    private Topic(
            @Nullable EntityType entityType,
            @Nullable String entityId,
            @Nullable Operation operation,
            @Nullable String attributeName) {
        if (entityType != null
                && entityType.isNeverSubmitted()
                && operation != null
                && operation.equals(Operation.SUBMISSION)) {
            throw new InvalidEventOperation(entityType, operation);
        }
        this.entityType = entityType;
        this.entityId = entityId;
        this.operation = operation;
        this.attributeName = attributeName;
    }

    /** The topic that every event fits. */
    public static Topic everything() {
        return EVERYTHING;
    }

    /** Everything about entities of that type. @throws InvalidEvent if this is no entity type */
    public static Topic of(String entityType) {
        return EVERYTHING.type(EntityType.of(entityType));
    }

    public static Topic of(EntityType entityType) {
        return EVERYTHING.type(entityType);
    }

    /**
     * This topic, for entities of that type only.
     *
     * @throws InvalidEventOperation if entities of that type are never submitted and SUBMISSION is what this topic hears
     */
    public Topic type(EntityType newEntityType) {
        return new Topic(newEntityType, entityId, operation, attributeName);
    }

    /**
     * This topic, for the entity of that id only.
     *
     * @throws InvalidEvent if this cannot be an id
     */
    public Topic entity(String newEntityId) {
        return new Topic(entityType, Names.entityId(newEntityId), operation, attributeName);
    }

    /**
     * This topic, for that operation only.
     *
     * @throws InvalidEventOperation for SUBMISSION, if entities of this topic's type are never submitted
     */
    public Topic operation(Operation newOperation) {
        return new Topic(entityType, entityId, newOperation, attributeName);
    }

    /**
     * This topic, for events of that attribute, and for those that name no attribute.
     *
     * @throws InvalidEvent if this cannot be the name of an attribute
     */
    public Topic attribute(String newAttributeName) {
        return new Topic(
                entityType, entityId, operation, Names.text("attribute name", newAttributeName, Names.LONGEST));
    }

    public Optional<EntityType> entityType() {
        return Optional.ofNullable(entityType);
    }

    public Optional<String> entityId() {
        return Optional.ofNullable(entityId);
    }

    public Optional<Operation> operation() {
        return Optional.ofNullable(operation);
    }

    public Optional<String> attributeName() {
        return Optional.ofNullable(attributeName);
    }

    /** Whether this topic hears that event. */
    public boolean matches(Event event) {
        return matches(
                event.entityType(),
                event.entityId(),
                event.operation(),
                event.attributeName().orElse(null));
    }

    /**
     * Whether this topic hears an event of these four parts.
     *
     * @param eventEntityId null for an event without entity, which Taipy has and Daybook has not
     * @param eventAttributeName null for an event that names no attribute
     */
    boolean matches(
            EntityType eventEntityType,
            @Nullable String eventEntityId,
            Operation eventOperation,
            @Nullable String eventAttributeName) {
        return (entityType == null || entityType.equals(eventEntityType))
                && (entityId == null || entityId.equals(eventEntityId))
                && (operation == null || operation.equals(eventOperation))
                && (attributeName == null || eventAttributeName == null || attributeName.equals(eventAttributeName));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Topic topic
                && entityType().equals(topic.entityType())
                && entityId().equals(topic.entityId())
                && operation().equals(topic.operation())
                && attributeName().equals(topic.attributeName());
    }

    @Override
    public int hashCode() {
        return java.util.Objects.hash(entityType, entityId, operation, attributeName);
    }

    /** {@code order o-1 UPDATE status}, with {@code *} for what is not given. */
    @Override
    public String toString() {
        return "%s %s %s %s"
                .formatted(
                        entityType == null ? "*" : entityType.name(),
                        entityId == null ? "*" : entityId,
                        operation == null ? "*" : operation.name(),
                        attributeName == null ? "*" : attributeName);
    }
}
