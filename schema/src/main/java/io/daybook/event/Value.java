package io.daybook.event;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * A value as it is kept: JSON. Made from maps, records, beans, collections, numbers, text, booleans, dates (ISO 8601 text)
 * or null, as a snapshot: what happens to the object afterwards does not change it. Two values are equal when they are the
 * same JSON, however it was written ({@code 1.0} equals {@code 1}, the order of keys does not count). A {@code Set} becomes an array in the
 * order of its elements' JSON, because it has none of its own.
 *
 * <p>JSON null is a value ({@link #isNull()}); no value at all is an empty {@code Optional} where one could be.
 *
 * <p>Immutable and thread-safe.
 */
public final class Value {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .maxNumberLength(CanonicalJson.MOST_DIGITS + 100)
                            .build())
                    // NaN written as text would come back as text: it is refused instead.
                    .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                    .build())
            .addModule(new SimpleModule()
                    .addSerializer(Value.class, new Embedded())
                    .addDeserializer(Value.class, new Extracted())
                    .addSerializer(Set.class, new Unordered()))
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            // A time keeps the offset that it was written with.
            .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // A value of another kind is told, not converted: what was read would not be what was said.
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .annotationIntrospector(new PrimitivesAreRequired())
            .build();

    /** A count that nobody told is not zero. */
    private static final class PrimitivesAreRequired extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
            if (member instanceof AnnotatedParameter && member.getRawType().isPrimitive()) {
                return true;
            }
            return super.hasRequiredMarker(config, member);
        }
    }

    /** A value within a map or bean is its JSON, not a bean with the properties that this class happens to have. */
    private static final class Embedded extends ValueSerializer<Value> {
        @Override
        public void serialize(Value value, JsonGenerator generator, SerializationContext context) {
            generator.writeRawValue(value.json());
        }
    }

    /** Where a type asks for a value, it gets the JSON that stands there. */
    private static final class Extracted extends ValueDeserializer<Value> {
        @Override
        public Value deserialize(JsonParser parser, DeserializationContext context) {
            return ofJson(context.readTree(parser).toString());
        }

        @Override
        public Value getNullValue(DeserializationContext context) {
            return NULL;
        }
    }

    /** A set has no order, so it must not seem changed because it is walked through in another one. */
    @SuppressWarnings("rawtypes")
    private static final class Unordered extends ValueSerializer<Set> {
        private static final Object LEVEL = new Object();

        @Override
        public void serialize(Set elements, JsonGenerator generator, SerializationContext context) {
            // Each element is written by itself, so nobody else would notice that a set is within itself.
            int level = context.getAttribute(LEVEL) instanceof Integer outer ? outer + 1 : 1;
            if (level > CanonicalJson.DEEPEST) {
                throw new InvalidEvent("There are more than %d sets within each other.".formatted(level - 1));
            }
            ObjectWriter writer = MAPPER.writer().withAttribute(LEVEL, level);
            List<String> sorted = new ArrayList<>();
            for (Object element : elements) {
                sorted.add(CanonicalJson.of(writer.writeValueAsString(element)));
            }
            Collections.sort(sorted);
            generator.writeStartArray();
            for (String element : sorted) {
                generator.writeRawValue(element);
            }
            generator.writeEndArray();
        }
    }

    private static final Value NULL = new Value("null", "null");

    private final String text;
    private @Nullable String canonical;

    private Value(String text, @Nullable String canonical) {
        this.text = text;
        this.canonical = canonical;
    }

    /**
     * The JSON of that object, as it is now.
     *
     * @param object a map, record, bean, collection, array, number, text, boolean, date, {@code Value}, or null (JSON null)
     * @throws InvalidEvent if it has no JSON form (NaN, a cycle, a type that Jackson cannot write), or one that the
     *     databases cannot keep (a NUL character, half of a surrogate pair, more than 100 levels, a number of more than
     *     1,000 digits)
     */
    public static Value of(@Nullable Object object) {
        if (object == null) {
            return NULL;
        }
        if (object instanceof Value value) {
            return value;
        }
        return ofJson(text(object, MAPPER.writer(), object.getClass()));
    }

    /**
     * The same for what is held as that generic type, such as that of a record component. Where it is a collection, map or {@code Optional} whose
     * elements say which of several classes they are (with the annotations of the JSON library), the JSON says it too.
     *
     * @throws InvalidEvent as {@link #of(Object)}
     */
    public static Value of(@Nullable Object object, Type type) {
        JavaType declared = MAPPER.constructType(type);
        if (object == null || !(declared.isContainerType() || declared.isReferenceType())) {
            return of(object);
        }
        JavaType held = MAPPER.getTypeFactory().constructParametricType(Held.class, declared);
        String whole = text(new Held<>(object), MAPPER.writerFor(held), object.getClass());
        return ofJson(whole.substring("{\"value\":".length(), whole.length() - 1));
    }

    /** As a member the type says how, and each element of which class it is; by itself the type would also cut off what only that class has. */
    private record Held<T>(T value) {}

    /** @param shown the class that an error names */
    private static String text(Object object, ObjectWriter writer, Class<?> shown) {
        try {
            return writer.writeValueAsString(object);
        } catch (JacksonException e) {
            throw new InvalidEvent(
                    "A %s cannot be written as JSON: %s".formatted(shown.getName(), e.getOriginalMessage()), e);
        }
    }

    /**
     * The value that this JSON text says.
     *
     * @throws InvalidEvent if it is not exactly one JSON value, has a key twice, or is one that the databases cannot keep
     */
    public static Value ofJson(String json) {
        String canonical = CanonicalJson.of(json);
        return new Value(canonical, canonical);
    }

    /** One JSON object of these members. It may have one level more than a value that is given to Daybook: it is made to be kept. */
    public static Value object(Map<String, Value> members) {
        Map<String, String> canonical = new TreeMap<>();
        members.forEach((name, value) -> canonical.put(name, value.json()));
        String json = CanonicalJson.object(canonical);
        return new Value(json, json);
    }

    /** A value read back from where it was kept: legal when it was written, so not looked at until somebody asks. */
    public static Value stored(String json) {
        return new Value(json, null);
    }

    /**
     * The JSON text in its one canonical form (sorted keys, no blanks, plain decimals), the same from every database.
     *
     * @throws InvalidEvent if what is stored is no legal JSON: somebody changed it behind Daybook's back
     */
    public String json() {
        String result = canonical;
        if (result == null) {
            // Two threads may both do this, and find the same.
            result = CanonicalJson.ofStored(text);
            canonical = result;
        }
        return result;
    }

    /**
     * This value as an object of that type: a record, a bean, {@code String}, {@code BigDecimal}, {@code Map}, {@code
     * Instant}, ... Unknown members are passed over. Nothing is converted: {@code 1.7} is no {@code int}, {@code "5"} and {@code true} are no numbers,
     * 42 is no text; a number for a time is what the JSON library counts. In a record a missing member is null, or a mismatch where that cannot
     * be: a count that nobody told is not zero.
     *
     * @return never null; use {@link #isNull()} before asking for what may be JSON null
     * @throws ValueMismatch if this JSON does not fit the type, or is JSON null
     */
    public <T> T as(Class<T> type) {
        T result;
        try {
            result = MAPPER.readValue(json(), type);
        } catch (JacksonException e) {
            // Not what Jackson says, nor Jackson's error itself: it quotes the value.
            throw new ValueMismatch(type, this, e.getPathReference());
        }
        if (result == null) {
            throw new ValueMismatch(type, this, "");
        }
        return result;
    }

    /**
     * The same for a type with parameters, such as the generic type of a record component: {@code List<Line>}, {@code Map<String, Line>},
     * {@code Optional<BigDecimal>}.
     *
     * @return never null; JSON null is an empty {@code Optional} where the type is one
     * @throws ValueMismatch if this JSON does not fit the type, or is JSON null and the type has nothing for it
     */
    public Object as(Type type) {
        Object result;
        try {
            result = MAPPER.readValue(json(), MAPPER.constructType(type));
        } catch (JacksonException e) {
            throw new ValueMismatch(type, this, e.getPathReference());
        } catch (IllegalArgumentException e) {
            throw new ValueMismatch(type, this, "");
        }
        if (result == null) {
            throw new ValueMismatch(type, this, "");
        }
        return result;
    }

    /** Whether this is JSON null. */
    public boolean isNull() {
        return text.equals("null");
    }

    /** Whether this is a JSON object, so that {@link #members()} has something to say. */
    public boolean isObject() {
        return firstCharacter() == '{';
    }

    /**
     * The members of a JSON object, unmodifiable, in the order of their names; empty for every other value.
     */
    public Map<String, Value> members() {
        if (!isObject()) {
            return Map.of();
        }
        Map<String, Value> members = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> member : tree().properties()) {
            members.put(member.getKey(), ofJson(member.getValue().toString()));
        }
        return Collections.unmodifiableMap(members);
    }

    /** The elements of a JSON array, unmodifiable, in order; empty for every other value. */
    public List<Value> elements() {
        if (firstCharacter() != '[') {
            return List.of();
        }
        List<Value> elements = new ArrayList<>();
        for (JsonNode element : tree()) {
            elements.add(ofJson(element.toString()));
        }
        return Collections.unmodifiableList(elements);
    }

    private JsonNode tree() {
        return MAPPER.readTree(json());
    }

    private char firstCharacter() {
        return text.stripLeading().charAt(0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Value value && json().equals(value.json()));
    }

    @Override
    public int hashCode() {
        return json().hashCode();
    }

    /** Its kind, such as {@code JSON text}. The value itself is not shown: it may be sensitive, and this gets into logs; see {@link #json()}. */
    @Override
    public String toString() {
        return switch (firstCharacter()) {
            case '{' -> "JSON object";
            case '[' -> "JSON array";
            case '"' -> "JSON text";
            case 'n' -> "JSON null";
            case 't', 'f' -> "JSON boolean";
            default -> "JSON number";
        };
    }
}
