package io.daybook.redaction;

import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which attributes are not to be shown, as it was declared when somebody asked: {@link SensitiveAttributes#redaction}. Immutable. */
public final class Redaction {

    private static final Redaction NONE = new Redaction(Map.of());

    private final Map<EntityType, ? extends Set<String>> sensitive;

    Redaction(Map<EntityType, ? extends Set<String>> sensitive) {
        this.sensitive = Map.copyOf(sensitive);
    }

    /** For who was asked to show everything. */
    public static Redaction none() {
        return NONE;
    }

    private Set<String> of(EntityType type) {
        Set<String> names = sensitive.get(type);
        return names == null ? Set.of() : names;
    }

    /**
     * That event without the values of sensitive attributes: of the one that it is of, and else of the members of its value (a CREATION's initial
     * attributes) and of its metadata that have such a name. What is left is as it was.
     */
    public Event visible(Event event) {
        if (hidden(event).isEmpty()) {
            return event;
        }
        Optional<Value> value = event.attributeName().isPresent()
                ? event.attributeValue().filter(ignored -> !hidesAttribute(event))
                : event.attributeValue()
                        .map(whole ->
                                whole.isObject() ? Value.object(visible(event.entityType(), whole.members())) : whole);
        return new Event(
                event.eventId(),
                event.position(),
                event.entity(),
                event.version(),
                event.operation(),
                event.attributeName(),
                value,
                visible(event.entityType(), event.metadata()),
                event.creationDate(),
                event.recordedAt(),
                event.transactionId(),
                event.actor(),
                event.reason(),
                event.correlationId(),
                event.causationPosition(),
                event.context());
    }

    /** The names of what {@link #visible(Event)} leaves out, in order; empty = nothing. */
    public List<String> hidden(Event event) {
        if (of(event.entityType()).isEmpty()) {
            return List.of();
        }
        Set<String> hidden = new TreeSet<>(hidden(event.entityType(), event.metadata()));
        if (event.attributeValue().isPresent()) {
            if (event.attributeName().isPresent()) {
                event.attributeName().filter(name -> hidesAttribute(event)).ifPresent(hidden::add);
            } else {
                hidden.addAll(
                        hidden(event.entityType(), event.attributeValue().get().members()));
            }
        }
        return List.copyOf(hidden);
    }

    private boolean hidesAttribute(Event event) {
        return event.attributeName().filter(of(event.entityType())::contains).isPresent();
    }

    /** These attributes of an entity of that type without the sensitive ones, in the order of their names. */
    public Map<String, Value> visible(EntityType type, Map<String, Value> attributes) {
        Map<String, Value> visible = new TreeMap<>(attributes);
        visible.keySet().removeAll(of(type));
        return visible;
    }

    /** The names of those that {@link #visible(EntityType, Map)} leaves out, in order. */
    public List<String> hidden(EntityType type, Map<String, Value> attributes) {
        return attributes.keySet().stream().filter(of(type)::contains).sorted().toList();
    }
}
