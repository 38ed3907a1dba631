package io.daybook;

import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;

/** An entity was to be changed or deleted that was never created. Nothing was written; create it first. */
public final class EntityNotFound extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final transient EntityRef entity;

    EntityNotFound(EntityRef entity) {
        super("%s was never created. Nothing was written; create it first, or check the id.".formatted(entity));
        this.entity = entity;
    }

    public EntityRef entity() {
        return entity;
    }
}
