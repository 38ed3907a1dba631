package io.daybook.repository;

import io.daybook.event.EntityRef;

/**
 * A repository whose changes are part of an open unit of work: they are checked at once, and written with everything else that it says, or not at
 * all. Each entity can be changed once in a unit of work: what was loaded knows nothing of an earlier change in it. Belongs to the thread and the
 * call of its {@code tx}.
 */
public final class RepositoryInTransaction<T> {

    private final EntityChanges<T> entityChanges;
    private final Changes changes;

    RepositoryInTransaction(EntityChanges<T> entityChanges, Changes changes) {
        this.entityChanges = entityChanges;
        this.changes = changes;
    }

    /**
     * See {@link Repository#create}; whether it exists already is found out when the unit of work is sent.
     *
     * @throws InvalidEntity if it cannot be written as it is, or this unit of work has changed it already
     */
    public void create(T entity) {
        EntityRef ref = entityChanges.refOf(entity);
        refuseSecond(ref);
        changes.append(entityChanges.create(ref, entity));
    }

    /**
     * See {@link Repository#save}; whether it is still at the version of the loading is found out when the unit of work is sent.
     *
     * @throws InvalidEntity if it cannot be written as it is, or this unit of work has changed it already
     */
    public void save(Loaded<T> loaded) {
        refuseSecond(loaded.ref());
        entityChanges.save(loaded).forEach(changes::append);
    }

    /**
     * See {@link Repository#delete(Loaded)}; whether it is still at the version of the loading is found out when the unit of work is sent.
     *
     * @throws InvalidEntity if it is of another type, or this unit of work has changed it already
     */
    public void delete(Loaded<T> loaded) {
        refuseSecond(loaded.ref());
        changes.append(entityChanges.delete(loaded));
    }

    /** See {@link Repository#delete(Object)}. @throws InvalidEntity if the id is null or of another type */
    public void delete(Object id) {
        changes.append(entityChanges.delete(id));
    }

    private void refuseSecond(EntityRef ref) {
        if (changes.hasChanged(ref)) {
            throw new InvalidEntity(
                    "This unit of work has changed %s already. Nothing was written; change it once, to what it shall be in the end."
                            .formatted(ref));
        }
    }
}
