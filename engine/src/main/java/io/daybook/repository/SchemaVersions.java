package io.daybook.repository;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Value;
import io.daybook.event.ValueMismatch;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which schema version an event was written in, and the way from there to that of the class. Immutable. */
final class SchemaVersions {

    /** The member of an event's metadata that says its schema version; without it, 1. */
    static final String KEY = "schema_version";

    private final Class<?> entityClass;
    private final List<Upcaster> upcasters;

    /** @param upcasters from 1 to 2, from 2 to 3 ... */
    SchemaVersions(Class<?> entityClass, List<Upcaster> upcasters) {
        this.entityClass = entityClass;
        this.upcasters = List.copyOf(upcasters);
    }

    /** That of the class. */
    int current() {
        return upcasters.size() + 1;
    }

    /** What a repository says of each event that it appends. */
    Map<String, Object> metadata() {
        return Map.of(KEY, current());
    }

    /** @throws UnreadableEntity if the class does not know that version */
    int of(Event event) {
        Value said = event.metadata().get(KEY);
        if (said == null) {
            return 1;
        }
        int version;
        try {
            version = said.as(Integer.class);
        } catch (ValueMismatch e) {
            throw unknown(event, said, e);
        }
        if (version < 1) {
            throw unknown(event, said, null);
        }
        if (version > current()) {
            throw new UnreadableEntity(
                    event.entity(),
                    "Version %d of %s was written in schema version %d, %s knows up to %d. Read it with a newer version of the application."
                            .formatted(event.version(), event.entity(), version, entityClass.getName(), current()),
                    null);
        }
        return version;
    }

    private static UnreadableEntity unknown(Event event, Value said, @Nullable ValueMismatch cause) {
        return new UnreadableEntity(
                event.entity(),
                "Version %d of %s says \"%s\": %s in its metadata, which is no schema version; they are 1, 2, 3 ..."
                        .formatted(event.version(), event.entity(), KEY, said),
                cause);
    }

    /**
     * All attributes of an entity, in a later schema version: a copy.
     *
     * @throws UnreadableEntity if an upcaster fails
     */
    Map<String, Value> upcast(EntityRef entity, Map<String, Value> attributes, int from, int to) {
        Map<String, Value> result = new TreeMap<>(attributes);
        for (int version = from; version < to; version++) {
            try {
                result = new TreeMap<>(upcasters.get(version - 1).upcast(result));
                result.values().forEach(Objects::requireNonNull);
            } catch (RuntimeException e) {
                throw new UnreadableEntity(
                        entity,
                        "The upcaster of %s from schema version %d to %d failed with %s on %s, whose attributes were %s. It must cope with attributes that are missing."
                                .formatted(
                                        entityClass.getName(),
                                        version,
                                        version + 1,
                                        e.getClass().getSimpleName(),
                                        entity,
                                        attributes.keySet()),
                        e);
            }
        }
        return result;
    }

    /**
     * One attribute that was set in an older schema version than the entity has already: what that sets in the later one. What the upcasters
     * make of nothing (defaults of new attributes) is not its doing.
     *
     * @throws UnreadableEntity if an upcaster fails
     */
    Map<String, Value> upcastLate(EntityRef entity, String attribute, Value value, int from, int to) {
        Map<String, Value> result = upcast(entity, Map.of(attribute, value), from, to);
        Map<String, Value> ofNothing = upcast(entity, Map.of(), from, to);
        result.entrySet().removeIf(one -> one.getValue().equals(ofNothing.get(one.getKey())));
        return result;
    }
}
