package io.daybook.scenarios;

import io.daybook.event.EntityType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sets attributes and properties by their names in events, with what follows from them (FEATURES §4; trace g). */
final class Attributes {

    private static final String PROPERTIES = "properties";

    /** Metadata of an event about properties: which of them. */
    private static final String PROPERTY = "property";

    private Attributes() {}

    static void set(Draft draft, EntityType type, String id, String attribute, @Nullable Object value) {
        set(draft, type, id, attribute, value, Map.of());
    }

    private static void set(
            Draft draft,
            EntityType type,
            String id,
            String attribute,
            @Nullable Object value,
            Map<String, ?> metadata) {
        if (type.equals(EntityType.DATA_NODE)) {
            draft.get(type, id);
            if (metadata.isEmpty()) {
                DataNodes.set(draft, id, attribute, value);
            } else {
                draft.set(type, id, attribute, value, metadata);
            }
            return;
        }
        draft.set(type, id, attribute, value, metadata);
        if (type.equals(EntityType.SEQUENCE)) {
            Sequences.tellScenario(draft, id);
        }
        if (attribute.equals("tasks")) {
            Readiness.check(draft, type, id);
        }
    }

    /** The event has all properties, and says in its metadata which of them it is about. */
    static void setProperty(Draft draft, EntityType type, String id, String name, @Nullable Object value) {
        Map<String, @Nullable Object> properties = draft.get(type, id).map(PROPERTIES);
        properties.put(name, value);
        set(draft, type, id, PROPERTIES, Collections.unmodifiableMap(properties), Map.of(PROPERTY, name));
    }

    /** @throws NoSuchProperty if it is not there */
    static void removeProperty(Draft draft, EntityType type, String id, String name) {
        Map<String, @Nullable Object> properties =
                new LinkedHashMap<>(draft.get(type, id).map(PROPERTIES));
        if (!properties.containsKey(name)) {
            throw new NoSuchProperty(id, name);
        }
        properties.remove(name);
        set(draft, type, id, PROPERTIES, Collections.unmodifiableMap(properties), Map.of(PROPERTY, name));
    }
}
