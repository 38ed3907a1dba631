package io.daybook.repository;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Folds the events of one entity, in the order of their versions, as {@code EntityState} does, and with them their schema versions: the
 * attributes stay in the newest version that was spoken so far, because only together they can be brought to the next.
 */
final class EntityFold<T> {

    private final EntityRef entity;
    private final EntityMapper<T> mapper;
    private final SchemaVersions versions;
    private Map<String, Value> attributes = new TreeMap<>();
    private int schemaVersion = 1;
    private boolean alive;
    private long version;
    private @Nullable Instant created;
    private @Nullable Instant changed;

    EntityFold(EntityRef entity, EntityMapper<T> mapper) {
        this.entity = entity;
        this.mapper = mapper;
        this.versions = mapper.versions();
    }

    EntityRef entity() {
        return entity;
    }

    long version() {
        return version;
    }

    /** @throws UnreadableEntity if it was written in a schema version that the class does not know, or an upcaster fails */
    void add(Event event) {
        version = event.version();
        if (event.operation().equals(Operation.CREATION)) {
            attributes =
                    new TreeMap<>(event.attributeValue().map(Value::members).orElse(Map.of()));
            schemaVersion = versions.of(event);
            alive = true;
            created = event.creationDate();
            changed = event.creationDate();
        } else if (event.operation().equals(Operation.UPDATE) && alive) {
            event.attributeName().ifPresent(name -> update(event, name));
            changed = event.creationDate();
        } else if (event.operation().equals(Operation.DELETION)) {
            alive = false;
        }
    }

    private void update(Event event, String name) {
        Value value = event.attributeValue().orElse(Value.of(null));
        int said = versions.of(event);
        if (said < schemaVersion) {
            attributes.putAll(versions.upcastLate(entity, name, value, said, schemaVersion));
            return;
        }
        attributes = versions.upcast(entity, attributes, schemaVersion, said);
        schemaVersion = said;
        attributes.put(name, value);
    }

    /**
     * The entity as it is after these events; empty if it does not exist.
     *
     * @throws UnreadableEntity if the attributes do not fit the class
     */
    Optional<Loaded<T>> result() {
        if (!alive || created == null || changed == null) {
            return Optional.empty();
        }
        Map<String, Value> current = versions.upcast(entity, attributes, schemaVersion, versions.current());
        T loaded = mapper.read(entity, version, current);
        return Optional.of(new Loaded<>(entity, loaded, version, created, changed, mapper.write(loaded)));
    }
}
