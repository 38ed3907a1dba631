package io.daybook.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Value;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EntityMapperTest {

    record Money(BigDecimal amount, String currency) {}

    record Line(String article, int pieces, Money price) {}

    @SuppressWarnings("ArrayRecordComponent")
    record Everything(
            String id,
            int whole,
            long large,
            double fraction,
            boolean yes,
            char letter,
            BigDecimal exact,
            @Nullable Integer perhaps,
            Optional<BigDecimal> optional,
            OptionalInt count,
            List<Line> lines,
            Map<String, Line> byName,
            Map<DayOfWeek, List<Integer>> hours,
            Set<Line> some,
            List<Set<String>> sets,
            Instant instant,
            LocalDate day,
            Duration length,
            OffsetDateTime moment,
            DayOfWeek weekday,
            UUID number,
            byte[] bytes,
            int[] numbers,
            Value json) {}

    private static final Line NAILS = new Line("nails", 100, new Money(new BigDecimal("0.02"), "EUR"));
    private static final Line HAMMER = new Line("hammer", 1, new Money(new BigDecimal("12.5"), "EUR"));

    private static Everything everything(@Nullable Integer perhaps, Optional<BigDecimal> optional) {
        return new Everything(
                "e-1",
                -7,
                Long.MAX_VALUE,
                0.1,
                true,
                'x',
                new BigDecimal("123456789012345678901234567890.5"),
                perhaps,
                optional,
                OptionalInt.of(3),
                List.of(NAILS, HAMMER),
                Map.of("a", NAILS),
                Map.of(DayOfWeek.MONDAY, List.of(8, 12)),
                Set.of(NAILS, HAMMER),
                List.of(Set.of("b", "a")),
                Instant.parse("2026-11-02T09:00:00.123456789Z"),
                LocalDate.parse("2026-11-02"),
                Duration.ofMinutes(90),
                OffsetDateTime.parse("2026-11-02T09:00:00+12:45"),
                DayOfWeek.FRIDAY,
                UUID.fromString("00000000-0000-0001-0000-000000000002"),
                new byte[] {1, 2},
                new int[] {3, 4},
                Value.of(Map.of("free", 1)));
    }

    private static <T> T thereAndBack(Class<T> entityClass, T entity) {
        EntityMapper<T> mapper = EntityMapping.of(entityClass).mapper(List::of);
        EntityRef ref = mapper.refOf(entity);
        return mapper.read(ref, 1, mapper.writeReadable(ref, entity));
    }

    @Test
    void components_of_every_type_come_back_as_they_were() {
        Everything entity = everything(5, Optional.of(new BigDecimal("1.5")));
        assertThat(thereAndBack(Everything.class, entity))
                .usingRecursiveComparison()
                .isEqualTo(entity);
        Everything empty = everything(null, Optional.empty());
        assertThat(thereAndBack(Everything.class, empty))
                .usingRecursiveComparison()
                .isEqualTo(empty);
        Map<String, Value> written =
                EntityMapping.of(Everything.class).mapper(List::of).write(everything(null, Optional.empty()));
        assertThat(written.get("perhaps")).isEqualTo(Value.of(null));
        assertThat(written.get("optional")).isEqualTo(Value.of(null));
        assertThat(written.get("weekday")).isEqualTo(Value.of("FRIDAY"));
        assertThat(written.get("instant")).isEqualTo(Value.of("2026-11-02T09:00:00.123456789Z"));
        assertThat(written.get("length")).isEqualTo(Value.of("PT1H30M"));
        assertThat(written.get("moment")).isEqualTo(Value.of("2026-11-02T09:00:00+12:45"));
        assertThat(written.keySet().iterator().next()).isEqualTo("whole");
    }

    record Zoned(String id, ZonedDateTime at) {}

    @Test
    void of_a_zone_its_offset_is_kept() {
        Zoned zoned = new Zoned("z", ZonedDateTime.parse("2026-07-01T12:00:00+02:00[Europe/Paris]"));
        assertThat(thereAndBack(Zoned.class, zoned).at()).isEqualTo(ZonedDateTime.parse("2026-07-01T12:00:00+02:00"));
    }

    @Test
    void a_set_is_written_in_the_order_of_its_elements_however_it_is_walked_through() {
        List<Line> lines = new ArrayList<>(List.of(NAILS, HAMMER));
        Value one = Value.of(new LinkedHashSet<>(lines));
        Collections.reverse(lines);
        assertThat(Value.of(new LinkedHashSet<>(lines)).json())
                .isEqualTo(one.json())
                .startsWith("[{\"article\":\"hammer\"");
        assertThat(Value.of(Map.of("deep", List.of(new LinkedHashSet<>(List.of("b", "a")))))
                        .json())
                .isEqualTo("{\"deep\":[[\"a\",\"b\"]]}");
        assertThat(Value.of(List.of("b", "a")).json()).isEqualTo("[\"b\",\"a\"]");
    }

    static final class Parent {
        public final Set<Parent> children = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    }

    @Test
    void a_set_that_is_within_itself_is_refused() {
        Parent parent = new Parent();
        parent.children.add(parent);
        assertThatThrownBy(() -> Value.of(parent)).isInstanceOf(InvalidEvent.class);
    }

    static class Base {
        private @Nullable String status;

        public @Nullable String getStatus() {
            return status;
        }

        public void setStatus(@Nullable String status) {
            this.status = status;
        }
    }

    @DaybookEntity(type = "shop.bean", schemaVersion = 1)
    static final class Bean extends Base {
        @EntityId
        private long number;

        @Attribute("total_amount")
        private @Nullable BigDecimal total;

        private boolean paid;

        @Sensitive
        public @Nullable String card;

        @Ignored
        public String cached = "from the constructor";

        public transient int counter;

        public long getNumber() {
            return number;
        }

        public void setNumber(long number) {
            this.number = number;
        }

        public @Nullable BigDecimal getTotal() {
            return total;
        }

        public Bean setTotal(@Nullable BigDecimal total) {
            this.total = total;
            return this;
        }

        public boolean isPaid() {
            return paid;
        }

        public void setPaid(boolean paid) {
            this.paid = paid;
        }

        public String getDescription() {
            return "computed";
        }
    }

    @Test
    void a_bean_has_its_properties_in_the_order_of_their_names() {
        EntityMapping<Bean> mapping = EntityMapping.of(Bean.class);
        assertThat(mapping.type()).isEqualTo("shop.bean");
        assertThat(mapping.attributes()).containsExactly("card", "paid", "status", "total_amount");
        assertThat(mapping.sensitiveAttributes()).containsExactly("card");
        Bean bean = new Bean();
        bean.setNumber(7);
        bean.setTotal(new BigDecimal("42"));
        bean.setPaid(true);
        bean.setStatus("new");
        bean.cached = "changed";
        Bean back = thereAndBack(Bean.class, bean);
        assertThat(back.getNumber()).isEqualTo(7);
        assertThat(back.getTotal()).isEqualTo("42");
        assertThat(back.isPaid()).isTrue();
        assertThat(back.getStatus()).isEqualTo("new");
        assertThat(back.card).isNull();
        assertThat(back.cached).isEqualTo("from the constructor");
    }

    record HTTPOrderLine2(String id) {}

    @Test
    void the_default_type_is_the_name_of_the_class_in_lower_snake_case() {
        assertThat(EntityMapping.of(HTTPOrderLine2.class).type()).isEqualTo("http_order_line2");
        assertThat(EntityMapping.of(Money.class).type()).isEqualTo("money");
    }

    record Order(String number, String status, @Nullable BigDecimal total, int cached) {}

    private static EntityMapping<Order> order() {
        return EntityMapping.of(Order.class).id("number");
    }

    @Test
    void a_builder_says_what_annotations_say() {
        EntityMapping<Order> mapping = order().type("shop.order")
                .rename("total", "total_amount")
                .ignore("cached")
                .sensitive("total");
        assertThat(mapping.attributes()).containsExactly("status", "total_amount");
        assertThat(mapping.sensitiveAttributes()).containsExactly("total_amount");
        EntityMapper<Order> mapper = mapping.mapper(List::of);
        Order order = new Order("o-1", "new", BigDecimal.TEN, 99);
        assertThat(mapper.write(order)).isEqualTo(Map.of("status", Value.of("new"), "total_amount", Value.of(10)));
        assertThat(mapper.read(mapper.refOf(order), 1, mapper.write(order)).cached())
                .isZero();
        assertThat(order().rename("total", "status")
                        .rename("status", "total")
                        .mapper(List::of)
                        .write(order))
                .containsEntry("status", Value.of(10))
                .containsEntry("total", Value.of("new"));
    }

    private static void assertRefused(EntityMapping<?> mapping, String why) {
        assertThatThrownBy(() -> mapping.mapper(List::of))
                .isInstanceOf(InvalidMapping.class)
                .hasMessageContaining(why);
    }

    record TwoIds(@EntityId String a, @EntityId String b) {}

    record Generic<V>(String id, List<V> values) {}

    record Annotated(@EntityId UUID key, @Attribute("") String empty) {}

    @DaybookEntity(schemaVersion = 3)
    record Third(String id) {}

    enum Enumerated {}

    static final class NoConstructor {
        public NoConstructor(String id) {
            Objects.requireNonNull(id);
        }
    }

    @Test
    void mappings_that_cannot_be_kept_are_refused() {
        assertRefused(EntityMapping.of(Order.class), "has no component \"id\"");
        assertRefused(order().id("total"), "is a BigDecimal; an id is a String");
        assertRefused(order().rename("total", "status"), "both as attribute \"status\"; rename one");
        assertRefused(order().rename("total", ""), "empty name");
        assertRefused(order().rename("total", "\0"), "NUL");
        assertRefused(order().rename("total", "x".repeat(201)), "201 characters");
        assertRefused(order().ignore("number"), "is no attribute");
        assertRefused(order().type("Order"), "lower-case word");
        assertRefused(order().type("daybook.mine"), "Daybook's own");
        assertRefused(order().type("daybook.registration"), "Daybook's own");
        assertRefused(order().schemaVersion(0), "begin at 1");
        assertRefused(order().schemaVersion(2), "no upcaster from 1 to 2");
        assertRefused(order().schemaVersion(1).upcast(1, a -> a), "upcasters from [1]");
        assertRefused(order().schemaVersion(2).upcast(1, a -> a).upcast(2, a -> a), "upcasters from [1, 2]");
        assertRefused(EntityMapping.of(Generic.class), "nobody will know");
        assertRefused(EntityMapping.of(Annotated.class), "empty name");
        assertRefused(EntityMapping.of(Third.class), "no upcaster from 1 to 2");
        for (String unknown : List.of("nothing", "Total", "total_amount")) {
            assertThatThrownBy(() -> order().rename(unknown, "x"))
                    .isInstanceOf(InvalidMapping.class)
                    .hasMessageContaining("no component \"%s\". It has: number, status, total, cached", unknown);
            assertThatThrownBy(() -> order().ignore(unknown)).isInstanceOf(InvalidMapping.class);
            assertThatThrownBy(() -> order().id(unknown)).isInstanceOf(InvalidMapping.class);
            assertThatThrownBy(() -> order().sensitive(unknown)).isInstanceOf(InvalidMapping.class);
        }
        assertThatThrownBy(() -> EntityMapping.of(TwoIds.class)).hasMessageContaining("two ids, a and b");
        for (Class<?> unfit :
                List.of(Runnable.class, Enumerated.class, int.class, int[].class, Number.class, NoConstructor.class)) {
            assertThatThrownBy(() -> EntityMapping.of(unfit))
                    .isInstanceOf(InvalidMapping.class)
                    .hasMessageContaining("constructor without parameters");
        }
    }

    interface Form {}

    record Circle(int radius) implements Form {}

    record Drawing(String id, Object form, @Nullable Form strict) {}

    record Picky(String id, @Nullable String name) {
        Picky {
            if ("bad".equals(name)) {
                throw new IllegalArgumentException("bad names are refused");
            }
        }
    }

    record NotANumber(String id, double value) {}

    @Test
    void what_would_not_come_back_is_refused() {
        EntityMapper<Drawing> drawings = EntityMapping.of(Drawing.class).mapper(List::of);
        EntityRef ref = new EntityRef(drawings.type(), "d-1");
        assertThatThrownBy(() -> drawings.writeReadable(ref, new Drawing("d-1", "any", new Circle(1))))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("strict")
                .hasMessageContaining("Nothing was written");
        assertThat(drawings.writeReadable(ref, new Drawing("d-1", Map.of("radius", 1), null)))
                .containsEntry("form", Value.ofJson("{\"radius\":1}"));
        EntityMapper<NotANumber> numbers = EntityMapping.of(NotANumber.class).mapper(List::of);
        assertThatThrownBy(() ->
                        numbers.writeReadable(new EntityRef(numbers.type(), "n"), new NotANumber("n", Double.NaN)))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("value");
        EntityMapper<Picky> picky = EntityMapping.of(Picky.class).mapper(List::of);
        assertThatThrownBy(() -> picky.read(new EntityRef(picky.type(), "p"), 3, Map.of("name", Value.of("bad"))))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("picky p at version 3")
                .hasMessageContaining("bad names are refused");
    }

    @Test
    void what_is_missing_is_null_or_refused_where_it_cannot_be() {
        EntityMapper<Order> mapper = order().mapper(List::of);
        EntityRef ref = new EntityRef(mapper.type(), "o-1");
        assertThat(mapper.read(ref, 1, Map.of("cached", Value.of(1), "unknown", Value.of(2))))
                .usingRecursiveComparison()
                .isEqualTo(new Order("o-1", cast(null), null, 1));
        assertThatThrownBy(() -> mapper.read(ref, 4, Map.of()))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("order o-1 at version 4")
                .hasMessageContaining("attribute cached is missing, but int cannot be null");
        assertThatThrownBy(() -> mapper.read(ref, 4, Map.of("cached", Value.of(null))))
                .hasMessageContaining("attribute cached is null");
        assertThatThrownBy(() -> mapper.read(ref, 4, Map.of("cached", Value.of("many"))))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("attribute cached is no int");
    }

    @SuppressWarnings("NullAway")
    private static String cast(@Nullable String text) {
        return text;
    }

    @Test
    void a_sensitive_value_is_in_no_message() {
        EntityMapper<Order> mapper =
                order().sensitive("cached").sensitive("total").mapper(List::of);
        EntityRef ref = new EntityRef(mapper.type(), "o-1");
        assertThatThrownBy(() -> mapper.read(ref, 1, Map.of("cached", Value.of("4111-1111"))))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("sensitive and not shown")
                .hasMessageNotContaining("4111")
                .hasNoCause();
        assertThat(new AttributeDifference("cached", true, Optional.empty(), Optional.of(Value.of("4111-1111"))))
                .hasToString("cached: nothing -> JSON text");
        assertThat(new AttributeDifference("cached", false, Optional.of(Value.of(1)), Optional.of(Value.of("2"))))
                .hasToString("cached: JSON number -> JSON text");
    }

    record Numbered(int id) {}

    record Keyed(UUID id) {}

    @Test
    void ids_are_text_uuids_and_numbers() {
        EntityMapper<Numbered> numbered = EntityMapping.of(Numbered.class).mapper(List::of);
        assertThat(numbered.refOf(new Numbered(7)).id()).isEqualTo("7");
        assertThat(numbered.ref(7L).id()).isEqualTo("7");
        assertThat(numbered.ref("7").id()).isEqualTo("7");
        assertThat(thereAndBack(Numbered.class, new Numbered(-7))).isEqualTo(new Numbered(-7));
        UUID key = new UUID(1, 2);
        assertThat(thereAndBack(Keyed.class, new Keyed(key))).isEqualTo(new Keyed(key));
        assertThatThrownBy(() -> numbered.ref(key))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("is a int, found a UUID");
        assertThatThrownBy(() -> numbered.ref(null)).isInstanceOf(InvalidEntity.class);
        assertThatThrownBy(() -> EntityMapping.of(Keyed.class).mapper(List::of).ref(7))
                .isInstanceOf(InvalidEntity.class);
        assertThatThrownBy(() -> numbered.read(new EntityRef(numbered.type(), "seven"), 1, Map.of()))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("is no int");
    }

    @Test
    void an_id_is_found_by_any_text_of_it_and_kept_by_one() {
        UUID key = UUID.fromString("0000abcd-0000-0001-0000-000000000002");
        EntityMapper<Keyed> keyed = EntityMapping.of(Keyed.class).mapper(List::of);
        assertThat(keyed.ref("0000ABCD-0000-0001-0000-000000000002")).isEqualTo(keyed.ref(key));
        EntityMapper<Numbered> numbered = EntityMapping.of(Numbered.class).mapper(List::of);
        assertThat(numbered.ref("007").id()).isEqualTo("7");
        for (Object none : List.of("seven", 5_000_000_000L, "")) {
            assertThatThrownBy(() -> numbered.ref(none)).isInstanceOf(InvalidEntity.class);
        }
        // It would be saved as entity 7.
        assertThatThrownBy(() -> numbered.read(new EntityRef(numbered.type(), "007"), 1, Map.of()))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("numbered 007 is no int");
    }

    private static void assertUnreadable(String attribute, Object said) {
        EntityMapper<Everything> mapper = EntityMapping.of(Everything.class).mapper(List::of);
        Map<String, Value> values = new HashMap<>(mapper.write(everything(1, Optional.empty())));
        values.put(attribute, Value.of(said));
        assertThatThrownBy(() -> mapper.read(new EntityRef(mapper.type(), "e-1"), 1, values))
                .as("%s = %s", attribute, said)
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("attribute " + attribute + " is no ");
    }

    record Text(String id, String text) {}

    @Test
    void a_value_of_another_type_is_told_and_not_converted() {
        assertUnreadable("whole", 1.7);
        assertUnreadable("whole", "5");
        assertUnreadable("whole", "");
        assertUnreadable("whole", true);
        assertUnreadable("large", 1.7);
        assertUnreadable("perhaps", 1.7);
        assertUnreadable("perhaps", "");
        assertUnreadable("count", "3");
        assertUnreadable("fraction", "0.1");
        assertUnreadable("exact", "42");
        assertUnreadable("yes", 1);
        assertUnreadable("yes", "true");
        assertUnreadable("letter", 65);
        assertUnreadable("weekday", 1);
        assertUnreadable("weekday", "");
        assertUnreadable("numbers", List.of(1.5));
        assertUnreadable("sets", List.of(Set.of(1)));
        EntityMapper<Text> texts = EntityMapping.of(Text.class).mapper(List::of);
        for (Object other : List.of(42, 1.5, true)) {
            assertThatThrownBy(() -> texts.read(new EntityRef(texts.type(), "t"), 1, Map.of("text", Value.of(other))))
                    .isInstanceOf(UnreadableEntity.class);
        }
        Map<String, Value> whole = new HashMap<>(
                EntityMapping.of(Everything.class).mapper(List::of).write(everything(1, Optional.empty())));
        whole.put("fraction", Value.of(2));
        whole.put("whole", Value.stored("7.0"));
        Everything read = EntityMapping.of(Everything.class)
                .mapper(List::of)
                .read(new EntityRef(EntityType.of("everything"), "e-1"), 1, whole);
        assertThat(read.fraction()).isEqualTo(2.0);
        assertThat(read.whole()).isEqualTo(7);
    }

    @Test
    void a_nested_count_that_nobody_told_is_not_zero() {
        assertUnreadable("lines", List.of(Map.of("article", "nails")));
        assertThat(Value.of(Map.of("pieces", 1)).as(Line.class)).isEqualTo(new Line(cast(null), 1, money()));
    }

    @SuppressWarnings("NullAway")
    private static Money money() {
        return null;
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Cat.class, name = "cat"),
        @JsonSubTypes.Type(value = Dog.class, name = "dog")
    })
    interface Animal {}

    record Cat(int lives) implements Animal {}

    record Dog(String name) implements Animal {}

    @SuppressWarnings("ArrayRecordComponent")
    record Zoo(
            String id,
            List<Animal> list,
            Map<String, Animal> map,
            Optional<Animal> perhaps,
            Set<Animal> set,
            Animal[] array,
            Map<String, List<Animal>> deep,
            Animal one) {}

    static class Shorter {
        public int length = 1;
    }

    static final class Longer extends Shorter {
        public int width = 2;
    }

    record Fence(String id, Shorter part, List<Shorter> parts) {}

    @Test
    void elements_of_several_classes_come_back_where_their_json_says_which() {
        Animal cat = new Cat(7);
        Animal dog = new Dog("rex");
        Zoo zoo = new Zoo(
                "z",
                List.of(cat, dog),
                Map.of("a", cat),
                Optional.of(dog),
                Set.of(cat, dog),
                new Animal[] {dog},
                Map.of("b", List.of(cat)),
                cat);
        assertThat(thereAndBack(Zoo.class, zoo)).usingRecursiveComparison().isEqualTo(zoo);
        Shorter longer = new Longer();
        assertThatThrownBy(() -> thereAndBack(Fence.class, new Fence("f", longer, List.of())))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("would not come back");
        assertThatThrownBy(() -> thereAndBack(Fence.class, new Fence("f", new Shorter(), List.of(longer))))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("would not come back");
    }

    record Ticket(String id, int priority, String country) {}

    @Test
    void what_an_old_event_says_counts_also_where_it_is_the_default() {
        Value none = Value.of(0);
        SchemaVersions versions = EntityMapping.of(Ticket.class)
                .schemaVersion(2)
                .upcast(1, attributes -> {
                    Value prio = attributes.remove("prio");
                    attributes.put("priority", prio == null ? none : prio);
                    Value text = attributes.remove("text");
                    attributes.put("number", text == null ? none : Value.of(Integer.valueOf(text.as(String.class))));
                    attributes.put("country", Value.of("NZ"));
                    return attributes;
                })
                .mapper(List::of)
                .versions();
        EntityRef ref = EntityRef.of("ticket", "t-1");
        assertThat(versions.upcastLate(ref, "prio", none, 1, 2)).isEqualTo(Map.of("priority", none));
        assertThat(versions.upcastLate(ref, "prio", Value.of(5), 1, 2)).isEqualTo(Map.of("priority", Value.of(5)));
        assertThat(versions.upcastLate(ref, "prio", Value.of(null), 1, 2))
                .isEqualTo(Map.of("priority", Value.of(null)));
        assertThat(versions.upcastLate(ref, "text", Value.of("0"), 1, 2)).isEqualTo(Map.of("number", none));
        assertThat(versions.upcastLate(ref, "unknown", Value.of(true), 1, 2))
                .isEqualTo(Map.of("unknown", Value.of(true)));
    }

    static final class Secret {
        public String id = "s-1";
        private String ssn = "";

        @Sensitive
        public String getSsn() {
            if (ssn.isEmpty()) {
                throw new IllegalStateException("4111-1111");
            }
            return ssn;
        }

        public void setSsn(String ssn) {
            this.ssn = ssn;
        }
    }

    @Test
    void a_sensitive_value_is_in_no_cause() {
        EntityMapping<Secret> mapping = EntityMapping.of(Secret.class)
                .schemaVersion(2)
                .upcast(1, attributes -> {
                    attributes.computeIfPresent("ssn", (key, ssn) -> Value.of(Integer.valueOf(ssn.as(String.class))));
                    return attributes;
                });
        EntityMapper<Secret> mapper = mapping.mapper(List::of);
        EntityRef ref = new EntityRef(mapper.type(), "s-1");
        assertThatThrownBy(() -> mapper.versions().upcast(ref, Map.of("ssn", Value.of("4111-1111")), 1, 2))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("failed with NumberFormatException")
                .hasMessageNotContaining("4111")
                .hasNoCause();
        assertThatThrownBy(() -> mapper.write(new Secret()))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("getter of ssn")
                .hasNoCause();
    }

    @Test
    void what_the_daybook_knows_to_be_sensitive_is_hidden_too() {
        EntityMapper<Picky> picky = EntityMapping.of(Picky.class).mapper(() -> List.of("name"));
        EntityRef ref = new EntityRef(picky.type(), "p");
        assertThatThrownBy(() -> picky.read(ref, 3, Map.of("name", Value.of("bad"))))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageNotContaining("bad names")
                .hasNoCause();
        assertThatThrownBy(() -> picky.read(ref, 3, Map.of("name", Value.of(List.of("x")))))
                .hasMessageContaining("sensitive and not shown");
    }

    @Test
    void a_name_of_an_older_schema_version_is_sensitive_too() {
        EntityMapping<Order> mapping =
                order().sensitive("total").alsoSensitive("sum").alsoSensitive("amount");
        assertThat(mapping.sensitiveAttributes()).containsExactly("total", "amount", "sum");
        assertThat(mapping.attributes()).doesNotContain("sum");
        assertRefused(order().alsoSensitive("\0"), "NUL");
    }
}
