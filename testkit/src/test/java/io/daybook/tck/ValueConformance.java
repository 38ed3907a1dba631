package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.daybook.DaybookBuilder;
import io.daybook.ValueTooLarge;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.InvalidEvent;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.event.ValueMismatch;
import io.daybook.testkit.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values: what goes in comes out, the same from every store. */
abstract class ValueConformance extends Conformance {

    static final int LARGEST = 2_000_000;

    @Override
    DaybookBuilder settings(DaybookBuilder builder) {
        return builder.maxValueBytes(LARGEST);
    }

    record Line(String article, int count, BigDecimal price) {}

    /** Has no JSON form: its only member cannot be read. */
    record Broken(int n) {
        @Override
        public int n() {
            throw new IllegalStateException("broken");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // An array as a member is what is tested.
    record Order(UUID id, List<Line> lines, Optional<String> note, LocalDate due, Line[] extras) {}

    static class Bean {
        private String name = "bean";

        public String getName() {
            return name;
        }

        public void setName(String newName) {
            name = newName;
        }
    }

    static Stream<Object> objects() {
        Map<String, Object> nested = new LinkedHashMap<>();
        nested.put("z", List.of(1, List.of(2, Map.of("deep", true))));
        nested.put("a", null);
        nested.put("ä", new BigDecimal("1.10"));
        return Stream.of(
                "text",
                "",
                true,
                false,
                0,
                -1,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                1.5,
                -0.0,
                Double.MIN_VALUE,
                1e300,
                0.1f,
                new BigInteger("9".repeat(1_000)),
                new BigInteger("-" + "9".repeat(1_000)),
                new BigDecimal("0." + "0".repeat(998) + "1"),
                new BigDecimal("12345678901234567890.12345678901234567890"),
                new BigDecimal("1E+999"),
                new BigDecimal("100.00"),
                List.of(),
                Map.of(),
                List.of(1, "two", 3.0, false, List.of(), Map.of()),
                Arrays.asList(1, null, 3),
                new int[] {1, 2, 3},
                nested,
                new Line("a-1", 3, new BigDecimal("9.90")),
                new Order(
                        UUID.fromString("01234567-89ab-cdef-0123-456789abcdef"),
                        List.of(new Line("a", 1, BigDecimal.ONE)),
                        Optional.of("hurry"),
                        LocalDate.of(2024, 2, 29),
                        new Line[] {new Line("b", 2, BigDecimal.TEN)}),
                new Bean(),
                LocalDate.of(2024, 2, 29),
                Instant.parse("2024-02-29T12:00:00.123456789Z"),
                OffsetDateTime.parse("2024-02-29T12:00:00+05:30"),
                Operation.UPDATE);
    }

    @ParameterizedTest
    @MethodSource("objects")
    void a_value_comes_back_as_it_was(Object object) {
        Value value = Value.of(object);
        daybook().transact(tx -> {
            tx.create("order", "o-1", Map.of("initial", object));
            tx.update("order", "o-1", "a", object);
            tx.append(Change.update("order", "o-1").attribute("b").metadata(Map.of("m", object)));
        });
        List<Event> events = history("o-1");
        assertThat(events.get(0).attributeValue().orElseThrow().members()).containsEntry("initial", value);
        assertThat(events.get(1).attributeValue()).contains(value);
        assertThat(events.get(1).attributeValue().orElseThrow().json()).isEqualTo(value.json());
        assertThat(events.get(2).metadata()).containsEntry("m", value);
        assertThat(daybook().state("order", "o-1").orElseThrow().attribute("a")).contains(value);
        assertThat(ledger().get(1).attributeValue()).contains(value);
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void a_value_can_be_asked_for_as_the_type_it_was() {
        Order order = new Order(
                UUID.randomUUID(),
                List.of(new Line("a", 1, new BigDecimal("1.10")), new Line("b", 2, BigDecimal.TEN)),
                Optional.empty(),
                LocalDate.of(2024, 2, 29),
                new Line[0]);
        Instant instant = Instant.parse("2024-02-29T12:00:00.123456789Z");
        daybook().transact(tx -> {
            tx.create("order", "o-1", order);
            tx.update("order", "o-1", "at", instant);
            tx.update("order", "o-1", "price", new BigDecimal("12345678901234567890.5"));
        });
        List<Event> events = history("o-1");
        Order read = events.get(0).attributeValue().orElseThrow().as(Order.class);
        assertThat(read.id()).isEqualTo(order.id());
        assertThat(read.lines().get(0).price()).isEqualByComparingTo("1.10");
        assertThat(read.note()).isEmpty();
        assertThat(read.due()).isEqualTo(order.due());
        assertThat(events.get(1).attributeValue().orElseThrow().as(Instant.class))
                .isEqualTo(instant);
        Value price = events.get(2).attributeValue().orElseThrow();
        assertThat(price.as(BigDecimal.class)).isEqualTo(new BigDecimal("12345678901234567890.5"));
        assertThatThrownBy(() -> price.as(LocalDate.class)).isInstanceOf(ValueMismatch.class);
        assertThat(daybook()
                        .state("order", "o-1")
                        .orElseThrow()
                        .attribute("id")
                        .orElseThrow()
                        .as(UUID.class))
                .isEqualTo(order.id());
    }

    @Test
    void null_is_a_value_and_none_is_none() {
        daybook().transact(tx -> {
            Map<String, Object> initial = new HashMap<>();
            initial.put("a", null);
            tx.create("order", "o-1", initial);
            tx.update("order", "o-1", "b", null);
            tx.append(Change.update("order", "o-1").attribute("c"));
            tx.record("order", "o-1", Operation.of("ACT"), null);
            tx.record("order", "o-1", Operation.of("ACT"));
        });
        List<Event> events = history("o-1");
        assertThat(events.get(1).attributeValue().orElseThrow().isNull()).isTrue();
        assertThat(events.get(2).attributeValue()).isEmpty();
        assertThat(events.get(3).attributeValue().orElseThrow().isNull()).isTrue();
        assertThat(events.get(4).attributeValue()).isEmpty();
        Map<String, Value> attributes =
                daybook().state("order", "o-1").orElseThrow().attributes();
        assertThat(attributes).containsOnlyKeys("a", "b", "c");
        assertThat(attributes.values()).allSatisfy(v -> assertThat(v.isNull()).isTrue());
        assertThatThrownBy(() -> attributes.get("a").as(String.class)).isInstanceOf(ValueMismatch.class);
        assertThat(daybook().verify().isClean()).isTrue();
    }

    @Test
    void a_value_is_as_it_was_when_it_was_said() {
        Map<String, Object> map = new HashMap<>(Map.of("status", "new"));
        List<Integer> list = new ArrayList<>(List.of(1));
        Bean bean = new Bean();
        daybook().transact(tx -> {
            tx.create("order", "o-1", map);
            map.put("status", "changed");
            tx.update("order", "o-1", "list", list);
            list.add(2);
            tx.update("order", "o-1", "bean", bean);
            bean.setName("changed");
        });
        Map<String, Value> attributes =
                daybook().state("order", "o-1").orElseThrow().attributes();
        assertThat(attributes)
                .isEqualTo(Map.of(
                        "status", Value.of("new"),
                        "list", Value.of(List.of(1)),
                        "bean", Value.of(Map.of("name", "bean"))));
        assertThatThrownBy(() -> attributes.put("x", Value.of(1))).isInstanceOf(UnsupportedOperationException.class);
        Event event = history("o-1").get(0);
        assertThatThrownBy(() -> event.metadata().put("x", Value.of(1)))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void a_value_of_the_largest_size_is_kept_and_one_byte_more_is_refused() throws Exception {
        String largest = "ä".repeat((LARGEST - 2) / 2);
        daybook().transact(tx -> tx.record("order", "o-1", Operation.of("ACT"), largest));
        assertThat(history("o-1").get(0).attributeValue().orElseThrow().as(String.class))
                .isEqualTo(largest);
        ValueTooLarge refused = catchThrowableOfType(
                ValueTooLarge.class,
                () -> daybook().transact(tx -> tx.record("order", "o-1", Operation.of("ACT"), largest + "x")));
        assertThat(refused.bytes()).isEqualTo(LARGEST + 1);
        assertThat(refused.limit()).isEqualTo(LARGEST);
        assertThat(refused.entity()).isEqualTo(EntityRef.of("order", "o-1"));
    }

    @Test
    void metadata_are_as_limited_as_values() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1"));
        int overhead = Value.of(Map.of("m", "")).json().length();
        Change change = Change.update("order", "o-1").attribute("a");
        daybook().transact(tx -> tx.append(change.metadata(Map.of("m", "x".repeat(LARGEST - overhead)))));
        assertThatThrownBy(() -> daybook()
                        .transact(tx -> tx.append(change.metadata(Map.of("m", "x".repeat(LARGEST - overhead + 1))))))
                .isInstanceOf(ValueTooLarge.class)
                .hasMessageContaining("metadata");
        assertThat(count("events")).isEqualTo(2);
    }

    @Test
    void what_is_no_json_is_refused() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        for (Object illegal : Arrays.asList(
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                List.of(Map.of("deep", Double.NaN)),
                cycle,
                new BigInteger("1" + "0".repeat(1_000)),
                new BigDecimal("1E+1000"),
                new BigDecimal("1E-1001"),
                new BigDecimal("1E+2147483647"),
                new BigDecimal("1E-2147483647"),
                new BigDecimal("100E+2147483647"),
                nested(101),
                nested(5_000),
                new Broken(1))) {
            assertThatThrownBy(() -> Value.of(illegal))
                    .as("%s", illegal.getClass())
                    .isInstanceOf(InvalidEvent.class);
        }
        for (String illegal : List.of(
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,\"a\":2}",
                "1 2",
                "nul",
                "NaN",
                "'a'",
                "01",
                "\"\\ud83d\"",
                "\"\\u0000\"",
                "{\"\\u0000\":1}",
                "1e1000",
                "1e2147483647",
                "1e99999999999",
                "1e-99999999999",
                "100e2147483647",
                "\"\t\"",
                "/* */ 1")) {
            assertThatThrownBy(() -> Value.ofJson(illegal)).as(illegal).isInstanceOf(InvalidEvent.class);
        }
    }

    @Test
    void values_are_a_hundred_levels_deep_at_most() {
        Object deepest = nested(99);
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("deep", deepest)));
        assertThat(daybook().state("order", "o-1").orElseThrow().attribute("deep"))
                .contains(Value.of(deepest));
        assertThat(daybook().verify().isClean()).isTrue();
    }

    private static Object nested(int levels) {
        Object value = 1;
        for (int i = 0; i < levels; i++) {
            value = List.of(value);
        }
        return value;
    }

    @Test
    void a_creation_carries_an_object() {
        for (Object illegal : Arrays.asList("text", 1, List.of(), null)) {
            assertThatThrownBy(() -> Change.create("order", "o-1").attributes(illegal))
                    .isInstanceOf(InvalidEvent.class);
        }
    }

    @Test
    void random_values_come_back_the_same() {
        Random random = Seeds.random();
        for (int unit = 0; unit < 10; unit++) {
            String id = "o-" + unit;
            List<Value> values = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                values.add(Value.of(RandomJson.value(random, 4)));
            }
            daybook().transact(tx -> {
                tx.create("order", id);
                values.forEach(value -> tx.update("order", id, "a", value));
            });
            List<Value> read = history(id).stream()
                    .skip(1)
                    .map(event -> event.attributeValue().orElseThrow())
                    .toList();
            assertThat(read).isEqualTo(values);
            assertThat(read)
                    .extracting(Value::json)
                    .isEqualTo(values.stream().map(Value::json).toList());
        }
        ledger();
        assertThat(daybook().verify().problem()).isEmpty();
    }
}
