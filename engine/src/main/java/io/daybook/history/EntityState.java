package io.daybook.history;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an entity is: the fold of its events. CREATION sets the initial attributes, UPDATE sets one, DELETION ends it (and a
 * later CREATION begins a new life), anything else changes nothing. Immutable.
 *
 * @param entity which
 * @param version of the newest event that was looked at, acts included: what {@code expecting(version)} wants to know
 * @param attributes name to value, in the order of the names; never null, may be empty
 * @param created when this life of the entity began (creation date of its CREATION)
 * @param changed when its state changed last (creation date of that event)
 */
public record EntityState(
        EntityRef entity, long version, Map<String, Value> attributes, Instant created, Instant changed) {

    public EntityState {
        attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    }

    /** The value of that attribute; empty if it has none. */
    public Optional<Value> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }

    /**
     * Folds events of one entity, in the order of their versions. What it holds between two events is what {@code entity_states} keeps,
     * so that it can be put down and taken up again.
     */
    static final class Fold {

        private final TreeMap<String, Value> attributes = new TreeMap<>();
        private boolean alive;
        private long version;
        private @Nullable Instant created;
        private @Nullable Instant changed;

        /** Of an entity of which nothing is known yet. */
        Fold() {}

        /** Goes on where another one was. */
        Fold(StateRow row) {
            attributes.putAll(row.attributes());
            alive = !row.deleted();
            version = row.version();
            created = row.created();
            changed = row.changed();
        }

        long version() {
            return version;
        }

        void add(Event event) {
            version = event.version();
            if (event.operation().equals(Operation.CREATION)) {
                attributes.clear();
                event.attributeValue().ifPresent(initial -> attributes.putAll(initial.members()));
                alive = true;
                created = event.creationDate();
                changed = event.creationDate();
            } else if (event.operation().equals(Operation.UPDATE) && alive) {
                event.attributeName()
                        .ifPresent(name ->
                                attributes.put(name, event.attributeValue().orElse(Value.of(null))));
                changed = event.creationDate();
            } else if (event.operation().equals(Operation.DELETION) && alive) {
                // The attributes stay to be seen in entity_states; a later life begins without them.
                alive = false;
                changed = event.creationDate();
            }
        }

        Optional<EntityState> result(EntityRef entity) {
            return alive && created != null && changed != null
                    ? Optional.of(new EntityState(entity, version, attributes, created, changed))
                    : Optional.empty();
        }

        /** @param position of the newest event that was added */
        StateRow row(EntityRef entity, long position) {
            return new StateRow(entity, version, position, !alive, attributes, created, changed);
        }
    }
}
