package io.daybook.repository;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.history.EntityFolding;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Folds the events of one entity, in the order of their versions, as {@code EntityState} does, and with them their schema versions: the
 * attributes stay in the newest version that was spoken so far, because only together they can be brought to the next.
 */
final class EntityFold<T> implements EntityFolding<Loaded<T>> {

    private final EntityRef entity;
    private final EntityMapper<T> mapper;
    private final SchemaVersions versions;
    private Map<String, Value> attributes = new TreeMap<>();
    private int schemaVersion = 1;
    private boolean alive;
    private long version;

    /** Whether no version was left out since this life of the entity began. */
    private boolean complete = true;

    private @Nullable Instant created;
    private @Nullable Instant changed;

    EntityFold(EntityRef entity, EntityMapper<T> mapper) {
        this.entity = entity;
        this.mapper = mapper;
        this.versions = mapper.versions();
    }

    long version() {
        return version;
    }

    /** @throws UnreadableEntity if it was written in a schema version that the class does not know, or an upcaster fails */
    @Override
    public void add(Event event) {
        complete &= event.version() == version + 1;
        version = event.version();
        if (event.operation().equals(Operation.CREATION)) {
            complete = true;
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
     * The entity as it is after these events, to be saved; empty if it does not exist.
     *
     * @throws UnreadableEntity if the attributes do not fit the class
     */
    @Override
    public Optional<Loaded<T>> result() {
        Instant begun = created;
        Instant touched = changed;
        if (begun == null || touched == null) {
            return Optional.empty();
        }
        return current().map(now -> new Loaded<>(entity, now, version, complete, begun, touched, mapper.write(now)));
    }

    /** The same, to be looked at. */
    Optional<T> current() {
        return alive
                ? Optional.of(mapper.read(
                        entity, version, versions.upcast(entity, attributes, schemaVersion, versions.current())))
                : Optional.empty();
    }
}
