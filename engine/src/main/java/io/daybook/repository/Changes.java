package io.daybook.repository;

import io.daybook.event.Change;
import io.daybook.event.EntityRef;

/** The changes of an open unit of work: {@code io.daybook.Tx} is one. For the engine to implement, not for applications. */
public interface Changes {

    /** Adds a change. */
    void append(Change change);

    /** Whether this unit of work has created, updated or deleted that entity already. */
    boolean hasChanged(EntityRef entity);
}
