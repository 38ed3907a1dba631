package io.daybook;

import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;

/** An entity was to be changed or deleted that is deleted. Nothing was written; create it again to begin a new life. */
public final class EntityDeleted extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final transient EntityRef entity;

    EntityDeleted(EntityRef entity) {
        super("%s is deleted. Nothing was written; create it again if it shall begin a new life.".formatted(entity));
        this.entity = entity;
    }

    public EntityRef entity() {
        return entity;
    }
}
