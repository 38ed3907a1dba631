package io.daybook.history;

import io.daybook.event.EntityRef;
import io.daybook.event.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * In what an entity differs between two moments. Immutable.
 *
 * @param entity which
 * @param kind what became of it
 * @param attributes those that differ, in the order of their names: of a created entity all that it has, of a deleted one all that it had;
 *     empty if an entity came or went without attributes
 */
public record Difference(EntityRef entity, Kind kind, List<Attribute> attributes) {

    public Difference {
        attributes = List.copyOf(attributes);
    }

    /** What became of the entity from the first moment to the second. */
    public enum Kind {
        /** It exists at the second only. */
        CREATED,
        /** It exists at both, and attributes differ. */
        CHANGED,
        /** It exists at the first only. */
        DELETED
    }

    /**
     * An attribute that differs.
     *
     * @param name which
     * @param from its value at the first moment; empty = it had none (JSON null is a value)
     * @param to its value at the second moment; empty = it has none
     */
    public record Attribute(String name, Optional<Value> from, Optional<Value> to) {}

    /** Empty if it is the same, whatever it went through in between. */
    static Optional<Difference> between(EntityRef entity, Optional<EntityState> from, Optional<EntityState> to) {
        if (from.isEmpty() && to.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Value> before = from.map(EntityState::attributes).orElse(Map.of());
        Map<String, Value> after = to.map(EntityState::attributes).orElse(Map.of());
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        List<Attribute> attributes = new ArrayList<>();
        for (String name : names) {
            Optional<Value> old = Optional.ofNullable(before.get(name));
            Optional<Value> now = Optional.ofNullable(after.get(name));
            if (!old.equals(now)) {
                attributes.add(new Attribute(name, old, now));
            }
        }
        if (from.isEmpty()) {
            return Optional.of(new Difference(entity, Kind.CREATED, attributes));
        }
        if (to.isEmpty()) {
            return Optional.of(new Difference(entity, Kind.DELETED, attributes));
        }
        return attributes.isEmpty() ? Optional.empty() : Optional.of(new Difference(entity, Kind.CHANGED, attributes));
    }
}
