package io.daybook.repository;

import io.daybook.event.EntityRef;
import io.daybook.event.Value;
import java.time.Instant;
import java.util.Map;

/**
 * An entity as it was loaded, with the version that it had: what {@link Repository#save} compares with. Immutable, but for what the entity itself
 * lets be changed: a bean may be changed in place and saved, a record is replaced with {@link #with}.
 */
public final class Loaded<T> {

    private final EntityRef ref;
    private final T entity;
    private final long version;
    private final boolean complete;
    private final Instant created;
    private final Instant changed;
    private final Map<String, Value> attributes;

    /**
     * @param complete whether all its versions up to that one were seen
     * @param attributes as they were loaded, each of the class, as the class itself writes them
     */
    Loaded(
            EntityRef ref,
            T entity,
            long version,
            boolean complete,
            Instant created,
            Instant changed,
            Map<String, Value> attributes) {
        this.ref = ref;
        this.entity = entity;
        this.version = version;
        this.complete = complete;
        this.created = created;
        this.changed = changed;
        this.attributes = attributes;
    }

    /** This entity with a new value, to be saved: version and what it is compared with stay those of the loading. */
    public Loaded<T> with(T newEntity) {
        return new Loaded<>(ref, newEntity, version, complete, created, changed, attributes);
    }

    public T entity() {
        return entity;
    }

    /** Its type and id. */
    public EntityRef ref() {
        return ref;
    }

    /** The version of its newest event, acts included. */
    public long version() {
        return version;
    }

    /** When this life of the entity began (creation date of its CREATION). */
    public Instant created() {
        return created;
    }

    /** When its state changed last (creation date of that event). */
    public Instant changed() {
        return changed;
    }

    /** False if an earlier version was left out, because it happened after the moment that was asked for. */
    boolean isComplete() {
        return complete;
    }

    Map<String, Value> attributes() {
        return attributes;
    }

    /** {@code order o-1, version 3}. The values are not shown. */
    @Override
    public String toString() {
        return "%s, version %d".formatted(ref, version);
    }
}
