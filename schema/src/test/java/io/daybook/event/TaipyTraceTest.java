package io.daybook.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What Taipy 4.1 was seen to do (trace i-registration-filters), done by our vocabulary: every registration shape against every
 * event of the trace, and every way to construct an event.
 *
 * <p>Two differences are on purpose. An event without an entity does not exist here, so such constructions are tried with an id.
 * The value of a CREATION is the object of the initial attributes, so where Taipy was given a plain 1 we are given an object.
 */
class TaipyTraceTest {

    private static Map<String, Value> trace;

    private record Heard(EntityType type, String entity, Operation operation, String attribute) {}

    @BeforeAll
    static void read() throws IOException {
        try (InputStream file = TaipyTraceTest.class.getResourceAsStream("i-registration-filters.json")) {
            trace = Value.ofJson(new String(file.readAllBytes(), StandardCharsets.UTF_8))
                    .members();
        }
    }

    private static String text(Value object, String member) {
        Value value = object.members().get(member);
        return value.isNull() ? null : value.as(String.class);
    }

    private static EntityType type(Value object) {
        String name = text(object, "entity_type");
        return name == null ? null : EntityType.of(name.toLowerCase(Locale.ROOT));
    }

    private static Topic topic(EntityType type, Operation operation, String attribute, String entity) {
        Topic topic = Topic.everything();
        topic = entity == null ? topic : topic.entity(entity);
        topic = attribute == null ? topic : topic.attribute(attribute);
        topic = operation == null ? topic : topic.operation(operation);
        return type == null ? topic : topic.type(type);
    }

    private static Operation operation(Value object) {
        String name = text(object, "operation");
        return name == null ? null : Operation.of(name);
    }

    private static List<Heard> events() {
        List<Heard> events = new ArrayList<>();
        for (Value event : trace.get("events").elements()) {
            events.add(new Heard(type(event), text(event, "entity"), operation(event), text(event, "attribute_name")));
        }
        return events;
    }

    @Test
    void each_of_1620_registration_shapes_hears_what_it_heard_in_taipy() {
        List<Heard> events = events();
        assertThat(events).hasSize(55);
        List<Value> shapes = trace.get("received").elements();
        assertThat(shapes).hasSize(1_620);
        for (Value shape : shapes) {
            Topic topic = topic(type(shape), operation(shape), text(shape, "attribute_name"), text(shape, "entity_id"));
            List<Integer> heard = new ArrayList<>();
            for (int i = 0; i < events.size(); i++) {
                Heard event = events.get(i);
                if (topic.matches(event.type(), event.entity(), event.operation(), event.attribute())) {
                    heard.add(i);
                }
            }
            List<Integer> expected = shape.members().get("received").elements().stream()
                    .map(v -> v.as(Integer.class))
                    .toList();
            assertThat(heard).as("%s", topic).isEqualTo(expected);
        }
    }

    @Test
    void the_shapes_that_taipy_refused_are_refused_with_any_attribute_and_entity() {
        Set<String> attributes = new LinkedHashSet<>();
        Set<String> entities = new LinkedHashSet<>();
        for (Value shape : trace.get("received").elements()) {
            attributes.add(text(shape, "attribute_name"));
            entities.add(text(shape, "entity_id"));
        }
        assertThat(attributes.size() * entities.size()).isEqualTo(45);
        List<Value> illegal = trace.get("illegal_registration_shapes").elements();
        assertThat(illegal).hasSize(4);
        for (Value shape : illegal) {
            assertThat(text(shape, "error")).isEqualTo("InvalidEventOperation");
            for (String attribute : attributes) {
                for (String entity : entities) {
                    assertThatThrownBy(() -> topic(type(shape), operation(shape), attribute, entity))
                            .isInstanceOf(InvalidEventOperation.class);
                }
            }
        }
    }

    @Test
    void each_of_336_events_is_legal_or_refused_as_in_taipy() {
        List<Value> constructions = trace.get("event_construction").elements();
        assertThat(constructions).hasSize(336);
        for (Value construction : constructions) {
            Operation operation = operation(construction);
            String attribute = text(construction, "attribute_name");
            Value value = construction.members().get("attribute_value");
            String entity = text(construction, "entity_id");
            Throwable thrown = catchThrowable(() -> {
                Change change =
                        Change.of(new EntityRef(type(construction), entity == null ? "an id" : entity), operation);
                if (attribute != null) {
                    change = change.attribute(attribute);
                }
                if (!value.isNull()) {
                    change.value(operation.equals(Operation.CREATION) ? Map.of("value", value) : value);
                }
            });
            String result = thrown == null ? "ok" : thrown.getClass().getSimpleName();
            assertThat(result).as(construction.json()).isEqualTo(text(construction, "result"));
        }
    }

    @Test
    void entity_type_none_with_operation_submission_is_accepted() {
        assertThat(topic(null, Operation.SUBMISSION, null, null).operation()).contains(Operation.SUBMISSION);
    }
}
