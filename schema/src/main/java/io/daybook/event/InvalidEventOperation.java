package io.daybook.event;

/**
 * The operation cannot happen to this type of entity: Taipy's cycles, data nodes, jobs and submissions are never
 * submitted. Holds for events and for topics (Taipy 4.1, trace i-registration-filters).
 */
public final class InvalidEventOperation extends InvalidEvent {

    private static final long serialVersionUID = 1L;

    private final transient EntityType entityType;
    private final transient Operation operation;

    InvalidEventOperation(EntityType entityType, Operation operation) {
        super("A %s is never submitted, so %s of a %s cannot happen; submit a scenario, a sequence or a task."
                .formatted(entityType, operation, entityType));
        this.entityType = entityType;
        this.operation = operation;
    }

    public EntityType entityType() {
        return entityType;
    }

    public Operation operation() {
        return operation;
    }
}
