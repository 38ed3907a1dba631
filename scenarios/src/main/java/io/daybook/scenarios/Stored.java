package io.daybook.scenarios;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entity as the fold of its events: attributes as plain Java values (texts, numbers, booleans, lists, maps, null). The data of data nodes
 * is left out, it may be large; the version of the event that has it is kept instead. Immutable.
 *
 * @param order place among the entities that this process knows, by when it first heard of them
 * @param version of its newest event
 * @param dataVersion of the event with its newest data; 0 = it has none
 */
record Stored(EntityRef ref, long order, long version, long dataVersion, Map<String, @Nullable Object> attributes) {

    /** The attribute of data nodes that is not kept here. */
    static final String DATA = "data";

    static Stored created(EntityRef ref, long order, long version, Map<String, @Nullable Object> attributes) {
        Map<String, @Nullable Object> kept = new LinkedHashMap<>(attributes);
        boolean data = kept.containsKey(DATA);
        kept.remove(DATA);
        return new Stored(ref, order, version, data ? version : 0, Collections.unmodifiableMap(kept));
    }

    Stored with(String attribute, @Nullable Object value, long newVersion) {
        if (attribute.equals(DATA)) {
            return new Stored(ref, order, newVersion, newVersion, attributes);
        }
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(attributes);
        changed.put(attribute, value);
        return new Stored(ref, order, newVersion, dataVersion, Collections.unmodifiableMap(changed));
    }

    Stored at(long newVersion) {
        return new Stored(ref, order, newVersion, dataVersion, attributes);
    }

    /** The entity after that event; null if that was its end, or there is none (an act about something that does not exist). */
    static @Nullable Stored after(@Nullable Stored before, Event event, long orderIfNew) {
        if (event.operation().equals(Operation.CREATION)) {
            Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
            event.attributeValue().ifPresent(value -> value.members().forEach((k, v) -> attributes.put(k, plain(v))));
            return created(event.entity(), orderIfNew, event.version(), attributes);
        }
        if (before == null || event.operation().equals(Operation.DELETION)) {
            return null;
        }
        if (event.operation().equals(Operation.UPDATE) && event.attributeName().isPresent()) {
            String attribute = event.attributeName().get();
            return before.with(
                    attribute,
                    attribute.equals(DATA)
                            ? null
                            : event.attributeValue().map(Stored::plain).orElse(null),
                    event.version());
        }
        return before.at(event.version());
    }

    /** What JSON says, as plain Java values; JSON null is null. */
    static @Nullable Object plain(Value value) {
        return value.isNull() ? null : value.as(Object.class);
    }

    /** What a caller's map says now, whatever becomes of it later. */
    static Map<String, @Nullable Object> copy(Map<String, ?> map) {
        return asMap(plain(Value.of(map)));
    }

    String id() {
        return ref.id();
    }

    @Nullable
    Object get(String attribute) {
        return attributes.get(attribute);
    }

    String text(String attribute) {
        Object value = attributes.get(attribute);
        if (value == null) {
            throw new IllegalStateException("%s has no %s.".formatted(ref, attribute));
        }
        return value.toString();
    }

    Optional<String> maybeText(String attribute) {
        return Optional.ofNullable(attributes.get(attribute)).map(Object::toString);
    }

    boolean flag(String attribute) {
        return Boolean.TRUE.equals(attributes.get(attribute));
    }

    Optional<Instant> instant(String attribute) {
        return maybeText(attribute).map(Instant::parse);
    }

    /** Durations are kept in seconds. */
    Optional<Duration> duration(String attribute) {
        return Optional.ofNullable(attributes.get(attribute))
                .map(seconds -> Duration.ofMillis(Math.round(((Number) seconds).doubleValue() * 1000)));
    }

    /** Ids or texts; empty if there are none. */
    List<String> texts(String attribute) {
        return attributes.get(attribute) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Maps or anything else; empty if there are none. */
    List<@Nullable Object> list(String attribute) {
        return attributes.get(attribute) instanceof List<?> list ? Collections.unmodifiableList(list) : List.of();
    }

    /** In the order in which it was kept; empty if there is none. */
    Map<String, @Nullable Object> map(String attribute) {
        return asMap(attributes.get(attribute));
    }

    static Map<String, @Nullable Object> asMap(@Nullable Object value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> found) {
            found.forEach((key, member) -> map.put(String.valueOf(key), member));
        }
        return map;
    }
}
