package io.daybook.repository;

import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What has to be said for an entity to become what it shall be. Immutable and thread-safe. */
final class EntityChanges<T> {

    private final EntityMapper<T> mapper;

    EntityChanges(EntityMapper<T> mapper) {
        this.mapper = mapper;
    }

    EntityRef refOf(T entity) {
        return mapper.refOf(entity);
    }

    /** @throws InvalidEntity if it cannot be written as it is */
    Change create(EntityRef ref, T entity) {
        return change(ref, Operation.CREATION).attributes(mapper.writeReadable(ref, entity));
    }

    /**
     * One UPDATE per attribute that is not what it was, in attribute order; none if all are.
     *
     * @throws InvalidEntity if it cannot be written as it is, or is not the one that was loaded, or that without one of its earlier versions
     */
    List<Change> save(Loaded<T> loaded) {
        check(loaded);
        EntityRef ref = mapper.refOf(loaded.entity());
        if (!ref.equals(loaded.ref())) {
            throw new InvalidEntity(
                    "%s was loaded, and %s is to be saved. Nothing was written; an entity keeps its id, create the other one instead."
                            .formatted(loaded.ref(), ref));
        }
        Map<String, Value> values = mapper.writeReadable(ref, loaded.entity());
        List<Change> changes = new ArrayList<>();
        values.forEach((name, value) -> {
            if (!value.equals(loaded.attributes().get(name))) {
                changes.add(change(ref, Operation.UPDATE).attribute(name, value).expecting(loaded.version()));
            }
        });
        return changes;
    }

    /** @throws InvalidEntity if it is of another type, or was loaded without one of its earlier versions */
    Change delete(Loaded<T> loaded) {
        check(loaded);
        return change(loaded.ref(), Operation.DELETION).expecting(loaded.version());
    }

    /** @throws InvalidEntity if the id is null or of another type */
    Change delete(Object id) {
        return change(mapper.ref(id), Operation.DELETION);
    }

    private Change change(EntityRef ref, Operation operation) {
        return Change.of(ref, operation).metadata(mapper.versions().metadata());
    }

    private void check(Loaded<T> loaded) {
        if (!loaded.ref().type().equals(mapper.type())) {
            throw new InvalidEntity("This is a repository of %s, found %s. Nothing was written."
                    .formatted(mapper.type(), loaded.ref()));
        }
        if (!loaded.isComplete()) {
            throw new InvalidEntity(
                    "%s was loaded as of when things happened, without all that was said up to version %d. Nothing was written; find it as it is now, and save that with what it shall be."
                            .formatted(loaded.ref(), loaded.version()));
        }
    }
}
