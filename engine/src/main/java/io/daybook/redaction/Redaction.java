package io.daybook.redaction;

import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
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
        return new Event(
                event.eventId(),
                event.position(),
                event.entity(),
                event.version(),
                event.operation(),
                event.attributeName(),
                visible(event.entityType(), event.attributeName(), event.attributeValue()),
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

    /** What is hidden: entity type to names, both in order; empty = nothing. */
    public SortedMap<EntityType, SortedSet<String>> hidden() {
        SortedMap<EntityType, SortedSet<String>> hidden = new TreeMap<>();
        sensitive.forEach((type, names) -> hidden.put(type, new TreeSet<>(names)));
        return hidden;
    }

    /** Whether there is anything to hide in entities of that type. */
    public boolean concerns(EntityType type) {
        return !of(type).isEmpty();
    }

    /** Whether values of that attribute of entities of that type are not to be shown. */
    public boolean hides(EntityType type, String attributeName) {
        return of(type).contains(attributeName);
    }

    /** The names of what {@link #visible(Event)} leaves out, in order; empty = nothing. */
    public List<String> hidden(Event event) {
        return hidden(event.entityType(), event.attributeName(), event.attributeValue(), event.metadata());
    }

    /**
     * The value that an event of that type says, without what is sensitive.
     *
     * @param attributeName the attribute that the event is of; empty = the value is an object of attributes
     * @param value what it says of it; empty = nothing
     */
    public Optional<Value> visible(EntityType type, Optional<String> attributeName, Optional<Value> value) {
        return attributeName.isPresent()
                ? value.filter(any -> !of(type).contains(attributeName.get()))
                : value.map(whole -> whole.isObject() ? Value.object(visible(type, whole.members())) : whole);
    }

    /** The names of what is sensitive in the value and the metadata of an event, in order; empty = nothing. */
    public List<String> hidden(
            EntityType type, Optional<String> attributeName, Optional<Value> value, Map<String, Value> metadata) {
        if (of(type).isEmpty()) {
            return List.of();
        }
        Set<String> hidden = new TreeSet<>(hidden(type, metadata));
        if (attributeName.isPresent()) {
            attributeName
                    .filter(name -> value.isPresent() && of(type).contains(name))
                    .ifPresent(hidden::add);
        } else {
            value.ifPresent(whole -> hidden.addAll(hidden(type, whole.members())));
        }
        return List.copyOf(hidden);
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
