package io.daybook.repository;

import io.daybook.event.DaybookException;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import java.lang.reflect.InvocationTargetException;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes attributes of entities and entities of attributes, by a mapping that is sound. Immutable and thread-safe. */
final class EntityMapper<T> {

    private static final Set<Class<?>> OPTIONALS =
            Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    private static final Value NULL = Value.of(null);

    private final Class<T> entityClass;
    private final Shape<T> shape;
    private final EntityType type;
    private final Component id;
    private final Map<String, Component> attributes;
    private final HiddenAttributes hidden;
    private final SchemaVersions versions;

    /** @param attributes by their names, in attribute order */
    EntityMapper(
            Class<T> entityClass,
            Shape<T> shape,
            EntityType type,
            Component id,
            Map<String, Component> attributes,
            HiddenAttributes hidden,
            SchemaVersions versions) {
        this.entityClass = entityClass;
        this.shape = shape;
        this.type = type;
        this.id = id;
        this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        this.hidden = hidden;
        this.versions = versions;
    }

    EntityType type() {
        return type;
    }

    SchemaVersions versions() {
        return versions;
    }

    /** @throws InvalidMapping if the class has no such attribute */
    void checkKnown(String attribute) {
        if (!attributes.containsKey(attribute)) {
            throw new InvalidMapping("%s has no attribute \"%s\". It has: %s."
                    .formatted(entityClass.getName(), attribute, String.join(", ", attributes.keySet())));
        }
    }

    /**
     * Which entity that id means.
     *
     * @param given the id as the class has it, or its text
     * @throws InvalidEntity if it is null or of another type
     * @throws InvalidEvent if it is no legal id
     */
    EntityRef ref(@Nullable Object given) {
        if (given == null) {
            throw new InvalidEntity(
                    "The id %s of %s is null; give it one.".formatted(id.name(), entityClass.getSimpleName()));
        }
        boolean numbers = given instanceof Long || given instanceof Integer;
        boolean fits = given instanceof String
                || given.getClass() == id.rawType()
                || (numbers && id.rawType() != String.class && id.rawType() != UUID.class);
        if (!fits) {
            throw new InvalidEntity("The id %s of %s is a %s, found a %s."
                    .formatted(
                            id.name(),
                            entityClass.getSimpleName(),
                            id.rawType().getSimpleName(),
                            given.getClass().getSimpleName()));
        }
        return new EntityRef(type, canonical(given.toString()));
    }

    /** The text that the class itself would have the id written as. */
    private String canonical(String text) {
        try {
            return idOf(text).toString();
        } catch (IllegalArgumentException e) {
            throw new InvalidEntity(
                    "The id %s of %s is a %s, found \"%s\"."
                            .formatted(
                                    id.name(),
                                    entityClass.getSimpleName(),
                                    id.rawType().getSimpleName(),
                                    text),
                    e);
        }
    }

    /**
     * Which entity that is.
     *
     * @throws InvalidEntity if it is null, of another class, or has no id
     * @throws InvalidEvent if its id is not legal
     */
    EntityRef refOf(@Nullable T entity) {
        // Generic types are erased: a caller may hand in anything.
        if (!entityClass.isInstance(entity)) {
            throw new InvalidEntity("This is a repository of %s, found %s."
                    .formatted(
                            entityClass.getName(),
                            entity == null ? "null" : entity.getClass().getName()));
        }
        return ref(get(id, entity));
    }

    private @Nullable Object get(Component component, Object entity) {
        try {
            return component.access().get(entity);
        } catch (InvocationTargetException e) {
            // What the class itself says may show any value that it has.
            throw new InvalidEntity(
                    "The getter of %s failed; correct it.".formatted(component.name()),
                    hidden.names().isEmpty() ? e.getCause() : null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("It was made accessible: " + component, e);
        }
    }

    /**
     * The attributes of an entity, in attribute order; null is JSON null.
     *
     * @throws InvalidEntity if a value has no JSON form that can be kept
     */
    Map<String, Value> write(T entity) {
        Map<String, Value> values = new LinkedHashMap<>();
        attributes.forEach((name, component) -> {
            try {
                values.put(name, Value.of(get(component, entity), component.type()));
            } catch (InvalidEvent e) {
                throw new InvalidEntity(
                        "The attribute %s of %s cannot be kept%s Nothing was written."
                                .formatted(name, entityClass.getSimpleName(), why(name, e)),
                        cause(name, e));
            }
        });
        return values;
    }

    /**
     * The attributes of an entity that is about to be written, once it is sure that they can be read again.
     *
     * @throws InvalidEntity if they cannot
     */
    Map<String, Value> writeReadable(EntityRef ref, T entity) {
        Map<String, Value> values = write(entity);
        Map<String, Value> again;
        try {
            again = write(read(ref, 0, values));
        } catch (UnreadableEntity e) {
            throw new InvalidEntity(
                    "%s could not be read again as a %s: %s Nothing was written."
                            .formatted(ref, entityClass.getSimpleName(), e.getMessage()),
                    e);
        }
        attributes.forEach((name, component) -> {
            if (!Objects.equals(values.get(name), again.get(name))) {
                throw new InvalidEntity(
                        "The attribute %s of %s would not come back as it is: its type %s does not say all that it holds. Nothing was written."
                                .formatted(name, ref, component.type().getTypeName()));
            }
        });
        return values;
    }

    /**
     * The entity of these attributes. Those that the class does not have are passed over.
     *
     * @param version for messages; 0 = it is not written yet
     * @throws UnreadableEntity if they do not fit the class
     */
    T read(EntityRef ref, long version, Map<String, Value> values) {
        Map<String, @Nullable Object> objects = new HashMap<>();
        objects.put(id.name(), readId(ref));
        attributes.forEach((name, component) ->
                objects.put(component.name(), read(ref, version, name, component, values.get(name))));
        try {
            return shape.make(objects);
        } catch (InvocationTargetException e) {
            // What the class itself says may show any value that it was given.
            Throwable shown = hidden.names().isEmpty() ? e.getCause() : null;
            throw unreadable(
                    ref, version, "%s refuses its attributes%s".formatted(entityClass.getName(), why(shown)), shown);
        } catch (ReflectiveOperationException e) {
            throw unreadable(ref, version, "no %s can be made.".formatted(entityClass.getName()), e);
        }
    }

    private Object readId(EntityRef ref) {
        IllegalArgumentException cause = null;
        try {
            Object read = idOf(ref.id());
            // Else it would be saved as another entity.
            if (read.toString().equals(ref.id())) {
                return read;
            }
        } catch (IllegalArgumentException e) {
            cause = e;
        }
        throw new UnreadableEntity(
                ref,
                "The id of %s is no %s, as %s has it; entities of this type have other ids too."
                        .formatted(ref, id.rawType().getSimpleName(), entityClass.getName()),
                cause);
    }

    /** @throws IllegalArgumentException if the text is none */
    private Object idOf(String text) {
        if (id.rawType() == String.class) {
            return text;
        }
        if (id.rawType() == UUID.class) {
            return UUID.fromString(text);
        }
        boolean isLong = id.rawType() == long.class || id.rawType() == Long.class;
        return isLong ? (Object) Long.valueOf(text) : Integer.valueOf(text);
    }

    private @Nullable Object read(
            EntityRef ref, long version, String name, Component component, @Nullable Value value) {
        if (value == null || value.isNull()) {
            if (component.rawType().isPrimitive()) {
                throw unreadable(
                        ref,
                        version,
                        "its attribute %s is %s, but %s cannot be null. Make it one that can, or upcast."
                                .formatted(name, value == null ? "missing" : "null", component.rawType()),
                        null);
            }
            return OPTIONALS.contains(component.rawType()) ? NULL.as(component.type()) : null;
        }
        try {
            return value.as(component.type());
        } catch (DaybookException e) {
            throw unreadable(
                    ref,
                    version,
                    "its attribute %s is no %s%s"
                            .formatted(name, component.type().getTypeName(), why(name, e)),
                    cause(name, e));
        }
    }

    private UnreadableEntity unreadable(EntityRef ref, long version, String why, @Nullable Throwable cause) {
        return new UnreadableEntity(
                ref,
                version == 0
                        ? why
                        : "%s at version %d is no %s: %s".formatted(ref, version, entityClass.getSimpleName(), why),
                cause);
    }

    /** What the JSON library says may show the value. */
    private String why(String attribute, Exception e) {
        return hidden.names().contains(attribute) ? " (it is sensitive and not shown)." : why(e);
    }

    private static String why(@Nullable Throwable e) {
        if (e == null || e.getMessage() == null) {
            return ".";
        }
        return ": " + e.getMessage() + (e.getMessage().endsWith(".") ? "" : ".");
    }

    private @Nullable Exception cause(String attribute, Exception e) {
        return hidden.names().contains(attribute) ? null : e;
    }

    /** In what an entity differs, in attribute order; empty = it does not exist. */
    List<AttributeDifference> differences(Optional<Loaded<T>> from, Optional<Loaded<T>> to) {
        Map<String, Value> before = from.map(Loaded::attributes).orElse(Map.of());
        Map<String, Value> after = to.map(Loaded::attributes).orElse(Map.of());
        List<String> different = attributes.keySet().stream()
                .filter(name -> !Objects.equals(before.get(name), after.get(name)))
                .toList();
        Set<String> sensitive = different.isEmpty() ? Set.of() : hidden.names();
        return different.stream()
                .map(name -> new AttributeDifference(
                        name,
                        sensitive.contains(name),
                        Optional.ofNullable(before.get(name)),
                        Optional.ofNullable(after.get(name))))
                .toList();
    }
}
