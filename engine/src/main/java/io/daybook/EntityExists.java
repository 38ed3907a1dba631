package io.daybook;

import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;

/** An entity was to be created that is there already. Nothing was written; update it, or choose another id. */
public final class EntityExists extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final transient EntityRef entity;

    EntityExists(EntityRef entity) {
        super("%s exists already. Nothing was written; update it, or choose another id.".formatted(entity));
        this.entity = entity;
    }

    public EntityRef entity() {
        return entity;
    }
}
