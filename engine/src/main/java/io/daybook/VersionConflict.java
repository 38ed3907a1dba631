package io.daybook;

import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;

/** Somebody else changed the entity since it was loaded. Nothing was written; load it again and decide again. */
public final class VersionConflict extends DaybookException {

    private static final long serialVersionUID = 1L;

    private final transient EntityRef entity;
    private final long expected;
    private final long found;

    VersionConflict(EntityRef entity, long expected, long found) {
        super("expected version %d of %s, found %d. Nothing was written; reload and decide again."
                .formatted(expected, entity, found));
        this.entity = entity;
        this.expected = expected;
        this.found = found;
    }

    public EntityRef entity() {
        return entity;
    }

    public long expected() {
        return expected;
    }

    /** The version it has; 0 = it has no events. */
    public long found() {
        return found;
    }
}
