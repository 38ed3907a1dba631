package io.daybook.repository;

import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;
import org.jspecify.annotations.Nullable;

/**
 * What the log has of an entity does not fit the class: an attribute is missing that cannot be null, a value is of another type, an upcaster
 * failed, or it was written by a newer schema version than the class knows. {@code daybook.history(...)} reads it all the same.
 */
public final class UnreadableEntity extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final transient EntityRef entity;

    UnreadableEntity(EntityRef entity, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.entity = entity;
    }

    public EntityRef entity() {
        return entity;
    }
}
