package io.daybook.repository;

import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a class is an entity: what its annotations say, and what is said here instead of or beside them.
 *
 * <pre>{@code
 * EntityMapping.of(Order.class).type("order").id("number").rename("total", "total_amount").ignore("cached")
 *     .schemaVersion(2).upcast(1, attributes -> { ... return attributes; })
 * }</pre>
 *
 * <p>The class is a record, or a bean: a constructor without parameters, and public getters with setters or public fields. It need not
 * be public. Each component but the id is one attribute, kept as {@link io.daybook.event.Value#of JSON}: a nested record, list or map is one
 * value, in which the annotations of the JSON library count. Names of components and attributes are case-sensitive.
 *
 * <p>Immutable and thread-safe: each method answers a new mapping. What contradicts itself only together, such as two attributes of one name, is
 * refused when the repository is made.
 */
public final class EntityMapping<T> {

    private static final Pattern WORD_BEGINS = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private static final Set<Class<?>> ID_TYPES =
            Set.of(String.class, UUID.class, Long.class, long.class, Integer.class, int.class);

    private final Class<T> entityClass;
    private final Shape<T> shape;
    private final String type;
    private final @Nullable String id;
    private final Map<String, String> renamed;
    private final Set<String> ignored;
    private final Set<String> sensitive;
    private final Set<String> alsoSensitive;
    private final int schemaVersion;
    private final Map<Integer, Upcaster> upcasters;

    private EntityMapping(
            Class<T> entityClass,
            Shape<T> shape,
            String type,
            @Nullable String id,
            Map<String, String> renamed,
            Set<String> ignored,
            Set<String> sensitive,
            Set<String> alsoSensitive,
            int schemaVersion,
            Map<Integer, Upcaster> upcasters) {
        this.entityClass = entityClass;
        this.shape = shape;
        this.type = type;
        this.id = id;
        this.renamed = Map.copyOf(renamed);
        this.ignored = Set.copyOf(ignored);
        this.sensitive = Set.copyOf(sensitive);
        this.alsoSensitive = Set.copyOf(alsoSensitive);
        this.schemaVersion = schemaVersion;
        this.upcasters = Map.copyOf(upcasters);
    }

    /**
     * What the annotations of the class say, with the defaults for what they do not.
     *
     * @throws InvalidMapping if the class is neither a record nor a bean, or two of its components are the id
     */
    public static <T> EntityMapping<T> of(Class<T> entityClass) {
        Shape<T> shape = Shape.of(entityClass);
        @Nullable String id = null;
        Map<String, String> renamed = new HashMap<>();
        Set<String> ignored = new HashSet<>();
        Set<String> sensitive = new HashSet<>();
        for (Component component : shape.components()) {
            String name = component.name();
            if (component.annotation(EntityId.class).isPresent()) {
                if (id != null) {
                    throw new InvalidMapping("%s has two ids, %s and %s; annotate one of them."
                            .formatted(entityClass.getName(), id, name));
                }
                id = name;
            }
            component.annotation(Attribute.class).ifPresent(attribute -> renamed.put(name, attribute.value()));
            component.annotation(Ignored.class).ifPresent(annotation -> ignored.add(name));
            component.annotation(Sensitive.class).ifPresent(annotation -> sensitive.add(name));
        }
        DaybookEntity entity = entityClass.getAnnotation(DaybookEntity.class);
        String type = entity == null || entity.type().isEmpty() ? lowerSnakeCase(entityClass) : entity.type();
        int version = entity == null ? 1 : entity.schemaVersion();
        return new EntityMapping<>(
                entityClass, shape, type, id, renamed, ignored, sensitive, Set.of(), version, Map.of());
    }

    private static String lowerSnakeCase(Class<?> entityClass) {
        return WORD_BEGINS.matcher(entityClass.getSimpleName()).replaceAll("_").toLowerCase(Locale.ROOT);
    }

    /** The same, of that entity type. */
    public EntityMapping<T> type(String entityType) {
        return new EntityMapping<>(
                entityClass,
                shape,
                entityType,
                id,
                renamed,
                ignored,
                sensitive,
                alsoSensitive,
                schemaVersion,
                upcasters);
    }

    /** The same, with that component as the id. @throws InvalidMapping if there is no such component */
    public EntityMapping<T> id(String component) {
        return new EntityMapping<>(
                entityClass,
                shape,
                type,
                known(component),
                renamed,
                ignored,
                sensitive,
                alsoSensitive,
                schemaVersion,
                upcasters);
    }

    /** The same, with that component kept as that attribute. @throws InvalidMapping if there is no such component */
    public EntityMapping<T> rename(String component, String attribute) {
        Map<String, String> more = new HashMap<>(renamed);
        more.put(known(component), attribute);
        return new EntityMapping<>(
                entityClass, shape, type, id, more, ignored, sensitive, alsoSensitive, schemaVersion, upcasters);
    }

    /** The same, without that component, see {@link Ignored}. @throws InvalidMapping if there is no such component */
    public EntityMapping<T> ignore(String component) {
        return new EntityMapping<>(
                entityClass,
                shape,
                type,
                id,
                renamed,
                and(ignored, component),
                sensitive,
                alsoSensitive,
                schemaVersion,
                upcasters);
    }

    /** The same, with that component as a sensitive one. @throws InvalidMapping if there is no such component */
    public EntityMapping<T> sensitive(String component) {
        return new EntityMapping<>(
                entityClass,
                shape,
                type,
                id,
                renamed,
                ignored,
                and(sensitive, component),
                alsoSensitive,
                schemaVersion,
                upcasters);
    }

    /** The same, with that attribute as a sensitive one, which the class no longer has: its name in an older schema version. */
    public EntityMapping<T> alsoSensitive(String attribute) {
        Set<String> more = new HashSet<>(alsoSensitive);
        more.add(attribute);
        return new EntityMapping<>(
                entityClass, shape, type, id, renamed, ignored, sensitive, more, schemaVersion, upcasters);
    }

    /** The same, whose attributes are those of that schema version, from 1 on. */
    public EntityMapping<T> schemaVersion(int version) {
        return new EntityMapping<>(
                entityClass, shape, type, id, renamed, ignored, sensitive, alsoSensitive, version, upcasters);
    }

    /**
     * The same, with that way from a schema version to the next.
     *
     * @param fromVersion 1 for what makes version 2 of version 1
     */
    public EntityMapping<T> upcast(int fromVersion, Upcaster upcaster) {
        Map<Integer, Upcaster> more = new HashMap<>(upcasters);
        more.put(fromVersion, upcaster);
        return new EntityMapping<>(
                entityClass, shape, type, id, renamed, ignored, sensitive, alsoSensitive, schemaVersion, more);
    }

    private String known(String component) {
        if (shape.components().stream().noneMatch(c -> c.name().equals(component))) {
            throw new InvalidMapping("%s has no component \"%s\". It has: %s."
                    .formatted(
                            entityClass.getName(),
                            component,
                            String.join(
                                    ", ",
                                    shape.components().stream()
                                            .map(Component::name)
                                            .toList())));
        }
        return component;
    }

    private Set<String> and(Set<String> some, String component) {
        Set<String> more = new HashSet<>(some);
        more.add(known(component));
        return more;
    }

    public Class<T> entityClass() {
        return entityClass;
    }

    /** The entity type. */
    public String type() {
        return type;
    }

    public int schemaVersion() {
        return schemaVersion;
    }

    /** The names of the attributes, in attribute order: of a record as its components are declared, of a bean in the order of their names. */
    public List<String> attributes() {
        return kept().map(this::attribute).toList();
    }

    /** The names of those attributes whose values are not for everybody's eyes, in attribute order; then those that the class no longer has. */
    public List<String> sensitiveAttributes() {
        Stream<String> had =
                kept().filter(component -> sensitive.contains(component.name())).map(this::attribute);
        return Stream.concat(had, alsoSensitive.stream().sorted()).distinct().toList();
    }

    private Stream<Component> kept() {
        return shape.components().stream()
                .filter(component -> !component.name().equals(idComponent()))
                .filter(component -> !ignored.contains(component.name()));
    }

    private String idComponent() {
        return id == null ? "id" : id;
    }

    private String attribute(Component component) {
        return renamed.getOrDefault(component.name(), component.name());
    }

    /**
     * This mapping, checked as a whole.
     *
     * @param declared what else is known to be sensitive, asked when there is something to hide
     * @throws InvalidMapping if it contradicts itself or cannot be kept
     */
    EntityMapper<T> mapper(Supplier<? extends Collection<String>> declared) {
        EntityType entityType = entityType();
        Component idComponent = checkedId();
        Map<String, Component> attributes = new LinkedHashMap<>();
        kept().forEach(component -> {
            String attribute = attribute(component);
            checkName(attribute, entityType);
            refuseVariables(component, component.type());
            Component other = attributes.put(attribute, component);
            if (other != null) {
                throw new InvalidMapping("%s keeps %s and %s both as attribute \"%s\"; rename one of them."
                        .formatted(entityClass.getName(), other.name(), component.name(), attribute));
            }
        });
        alsoSensitive.forEach(attribute -> checkName(attribute, entityType));
        HiddenAttributes hidden = new HiddenAttributes(sensitiveAttributes(), attributes.keySet(), declared);
        return new EntityMapper<>(
                entityClass, shape, entityType, idComponent, attributes, hidden, schemaVersions(hidden));
    }

    private EntityType entityType() {
        EntityType entityType;
        try {
            entityType = EntityType.of(type);
        } catch (InvalidEvent e) {
            throw new InvalidMapping(
                    "%s cannot have that entity type. %s".formatted(entityClass.getName(), e.getMessage()), e);
        }
        if (entityType.isReserved()) {
            throw new InvalidMapping("%s is one of Daybook's own entity types, %s needs another one."
                    .formatted(entityType, entityClass.getName()));
        }
        return entityType;
    }

    private Component checkedId() {
        String name = idComponent();
        Component component = shape.components().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new InvalidMapping("%s has no component \"id\"; say which one is, with @EntityId or id(...)."
                                .formatted(entityClass.getName())));
        if (!ID_TYPES.contains(component.rawType())) {
            throw new InvalidMapping("The id %s of %s is a %s; an id is a String, UUID, long or int."
                    .formatted(name, entityClass.getName(), component.rawType().getSimpleName()));
        }
        if (ignored.contains(name) || renamed.containsKey(name) || sensitive.contains(name)) {
            throw new InvalidMapping(
                    "The id %s of %s is no attribute: it cannot be ignored, renamed or sensitive, for it stands with every event."
                            .formatted(name, entityClass.getName()));
        }
        return component;
    }

    private void checkName(String attribute, EntityType entityType) {
        if (attribute.isEmpty()) {
            throw new InvalidMapping(
                    "An attribute of %s has an empty name; give it one.".formatted(entityClass.getName()));
        }
        try {
            Change.of(new EntityRef(entityType, "any"), Operation.UPDATE).attribute(attribute);
        } catch (InvalidEvent e) {
            throw new InvalidMapping(
                    "%s cannot have that attribute. %s".formatted(entityClass.getName(), e.getMessage()), e);
        }
    }

    private void refuseVariables(Component component, Type part) {
        if (part instanceof TypeVariable<?>) {
            throw new InvalidMapping(
                    "The component %s of %s is of type %s, of which nobody will know what it was; give it a type that is written out."
                            .formatted(component.name(), entityClass.getName(), part));
        }
        if (part instanceof ParameterizedType parameterized) {
            for (Type argument : parameterized.getActualTypeArguments()) {
                refuseVariables(component, argument);
            }
        }
        if (part instanceof GenericArrayType array) {
            refuseVariables(component, array.getGenericComponentType());
        }
    }

    private SchemaVersions schemaVersions(HiddenAttributes hidden) {
        if (schemaVersion < 1) {
            throw new InvalidMapping(
                    "The schema version of %s is %d; they begin at 1.".formatted(entityClass.getName(), schemaVersion));
        }
        List<Upcaster> chain = new ArrayList<>();
        for (int from = 1; from < schemaVersion; from++) {
            Upcaster upcaster = upcasters.get(from);
            if (upcaster == null) {
                throw new InvalidMapping(
                        "%s has schema version %d, but no upcaster from %d to %d; give one with upcast(%d, ...)."
                                .formatted(entityClass.getName(), schemaVersion, from, from + 1, from));
            }
            chain.add(upcaster);
        }
        if (upcasters.size() > chain.size()) {
            throw new InvalidMapping(
                    "%s has schema version %d and upcasters from %s; they go from 1 to the version before."
                            .formatted(entityClass.getName(), schemaVersion, new TreeMap<>(upcasters).keySet()));
        }
        return new SchemaVersions(entityClass, chain, hidden);
    }
}
