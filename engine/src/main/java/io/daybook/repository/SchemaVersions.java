package io.daybook.repository;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Value;
import io.daybook.event.ValueMismatch;
import java.math.BigDecimal;
import java.util.ArrayList;
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
    private final HiddenAttributes hidden;

    /** @param upcasters from 1 to 2, from 2 to 3 ... */
    SchemaVersions(Class<?> entityClass, List<Upcaster> upcasters, HiddenAttributes hidden) {
        this.hidden = hidden;
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
                "Version %d of %s has a %s as \"%s\" in its metadata, which is no schema version; they are 1, 2, 3 ..."
                        .formatted(event.version(), event.entity(), said, KEY),
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
                        // What it says may quote any value that it was given.
                        hidden.names().isEmpty() ? e : null);
            }
        }
        return result;
    }

    /**
     * One attribute that was set in an older schema version than the entity has already: what that sets in the later one. What the upcasters
     * make of nothing (defaults of new attributes) is not its doing, unless they make something else of another value: then it is what this
     * value comes to, be it the same as the default.
     *
     * @throws UnreadableEntity if an upcaster fails
     */
    Map<String, Value> upcastLate(EntityRef entity, String attribute, Value value, int from, int to) {
        Map<String, Value> result = upcast(entity, Map.of(attribute, value), from, to);
        List<Map<String, Value>> others = new ArrayList<>();
        others.add(upcast(entity, Map.of(), from, to));
        for (Value other : others(value)) {
            try {
                others.add(upcast(entity, Map.of(attribute, other), from, to));
            } catch (UnreadableEntity ignored) {
                // Nobody said that value; an upcaster need not cope with it.
            }
        }
        result.entrySet()
                .removeIf(one ->
                        others.stream().allMatch(other -> one.getValue().equals(other.get(one.getKey()))));
        return result;
    }

    /** Other values than that one: null, and one of the same kind, for upcasters that cope with no other kind. */
    private static List<Value> others(Value value) {
        String json = value.json();
        Value sameKind = switch (json.charAt(0)) {
            case '{' -> Value.ofJson(json.equals("{}") ? "{\"other\":1}" : "{}");
            case '[' -> Value.ofJson(json.equals("[]") ? "[null]" : "[]");
            // A number in a text becomes another number.
            case '"' -> Value.of("1" + value.as(String.class));
            case 't' -> Value.of(false);
            case 'f' -> Value.of(true);
            case 'n' -> value;
            default -> Value.of(value.as(BigDecimal.class).signum() == 0 ? 1 : 0);
        };
        return List.of(Value.of(null), sameKind);
    }
}
