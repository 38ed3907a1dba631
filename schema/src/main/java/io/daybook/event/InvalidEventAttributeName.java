package io.daybook.event;

/**
 * An event that speaks of the entity as a whole was given the name of an attribute: only an UPDATE, or an act of the
 * application, may have one (Taipy 4.1, trace i-registration-filters).
 */
public final class InvalidEventAttributeName extends InvalidEvent {

    private static final long serialVersionUID = 1L;

    private final transient Operation operation;
    private final String attributeName;

    InvalidEventAttributeName(Operation operation, String attributeName) {
        super("%s speaks of the entity as a whole and cannot name the attribute \"%s\"; use an UPDATE to set one."
                .formatted(operation, attributeName));
        this.operation = operation;
        this.attributeName = attributeName;
    }

    public Operation operation() {
        return operation;
    }

    public String attributeName() {
        return attributeName;
    }
}
