package io.daybook.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.event.EntityRef;
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
        EntityMapper<T> mapper = EntityMapping.of(entityClass).mapper();
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
                EntityMapping.of(Everything.class).mapper().write(everything(null, Optional.empty()));
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
        EntityMapper<Order> mapper = mapping.mapper();
        Order order = new Order("o-1", "new", BigDecimal.TEN, 99);
        assertThat(mapper.write(order)).isEqualTo(Map.of("status", Value.of("new"), "total_amount", Value.of(10)));
        assertThat(mapper.read(mapper.refOf(order), 1, mapper.write(order)).cached())
                .isZero();
        assertThat(order().rename("total", "status")
                        .rename("status", "total")
                        .mapper()
                        .write(order))
                .containsEntry("status", Value.of(10))
                .containsEntry("total", Value.of("new"));
    }

    private static void assertRefused(EntityMapping<?> mapping, String why) {
        assertThatThrownBy(mapping::mapper).isInstanceOf(InvalidMapping.class).hasMessageContaining(why);
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
        EntityMapper<Drawing> drawings = EntityMapping.of(Drawing.class).mapper();
        EntityRef ref = new EntityRef(drawings.type(), "d-1");
        assertThatThrownBy(() -> drawings.writeReadable(ref, new Drawing("d-1", "any", new Circle(1))))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("strict")
                .hasMessageContaining("Nothing was written");
        assertThat(drawings.writeReadable(ref, new Drawing("d-1", Map.of("radius", 1), null)))
                .containsEntry("form", Value.ofJson("{\"radius\":1}"));
        EntityMapper<NotANumber> numbers = EntityMapping.of(NotANumber.class).mapper();
        assertThatThrownBy(() ->
                        numbers.writeReadable(new EntityRef(numbers.type(), "n"), new NotANumber("n", Double.NaN)))
                .isInstanceOf(InvalidEntity.class)
                .hasMessageContaining("value");
        EntityMapper<Picky> picky = EntityMapping.of(Picky.class).mapper();
        assertThatThrownBy(() -> picky.read(new EntityRef(picky.type(), "p"), 3, Map.of("name", Value.of("bad"))))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("picky p at version 3")
                .hasMessageContaining("bad names are refused");
    }

    @Test
    void what_is_missing_is_null_or_refused_where_it_cannot_be() {
        EntityMapper<Order> mapper = order().mapper();
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
                order().sensitive("cached").sensitive("total").mapper();
        EntityRef ref = new EntityRef(mapper.type(), "o-1");
        assertThatThrownBy(() -> mapper.read(ref, 1, Map.of("cached", Value.of("4111-1111"))))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("sensitive and not shown")
                .hasMessageNotContaining("4111")
                .hasNoCause();
        assertThat(new AttributeDifference("cached", true, Optional.empty(), Optional.of(Value.of("4111-1111"))))
                .hasToString("cached: nothing -> ***");
        assertThat(new AttributeDifference("cached", false, Optional.of(Value.of(1)), Optional.of(Value.of("2"))))
                .hasToString("cached: 1 -> \"2\"");
    }

    record Numbered(int id) {}

    record Keyed(UUID id) {}

    @Test
    void ids_are_text_uuids_and_numbers() {
        EntityMapper<Numbered> numbered = EntityMapping.of(Numbered.class).mapper();
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
        assertThatThrownBy(() -> EntityMapping.of(Keyed.class).mapper().ref(7)).isInstanceOf(InvalidEntity.class);
        assertThatThrownBy(() -> numbered.read(new EntityRef(numbered.type(), "seven"), 1, Map.of()))
                .isInstanceOf(UnreadableEntity.class)
                .hasMessageContaining("is no int");
    }
}
