package io.daybook.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order",
                "o",
                "data_node",
                "order2",
                "shop.order",
                "shop-order",
                "a.b-c.d_e",
                "shop.2",
                "x-_",
                "daybook",
                "daybooks.x",
                "daybook_x",
                "daybook.registration"
            })
    void an_entity_type_is_a_lower_case_word(String name) {
        assertThat(EntityType.of(name).name()).isEqualTo(name);
        assertThat(EntityType.of(name)).hasToString(name).isEqualTo(new EntityType(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Order",
                "ORDER",
                "2order",
                "_order",
                "order ",
                "order.",
                ".order",
                "a..b",
                "a-",
                "a.-b",
                "ä",
                "a b",
                "a/b",
                "a\n",
                "a\0",
                "order\uD83D"
            })
    void anything_else_is_none(String name) {
        assertThatThrownBy(() -> EntityType.of(name)).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> new EntityType(name)).isInstanceOf(InvalidEvent.class);
    }

    @Test
    void what_begins_with_daybook_is_daybooks_own() {
        assertThatThrownBy(() -> EntityType.of("daybook.x")).isInstanceOf(InvalidEvent.class);
        assertThat(new EntityType("daybook.x").isReserved()).isTrue();
        assertThat(EntityType.DAYBOOK_REGISTRATION.isReserved()).isTrue();
        assertThat(EntityType.of("daybook").isReserved()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "APPROVAL", "SENT_2", "A_"})
    void an_operation_is_an_upper_case_word(String name) {
        assertThat(Operation.of(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "approval", "Approval", "_A", "2A", "A B", "A-B", "Ä", "A\n", "A\0"})
    void and_nothing_else(String name) {
        assertThatThrownBy(() -> Operation.of(name)).isInstanceOf(InvalidEvent.class);
    }

    @Test
    void three_operations_change_the_state() {
        assertThat(Operation.CREATION.changesState()).isTrue();
        assertThat(Operation.UPDATE.changesState()).isTrue();
        assertThat(Operation.DELETION.changesState()).isTrue();
        assertThat(Operation.SUBMISSION.changesState()).isFalse();
        assertThat(Operation.of("UPDATES").changesState()).isFalse();
        for (Operation operation : List.of(Operation.CREATION, Operation.UPDATE, Operation.DELETION)) {
            assertThatThrownBy(() -> Change.act("order", "o-1", operation)).isInstanceOf(InvalidEvent.class);
        }
        assertThat(Change.act("order", "o-1", Operation.SUBMISSION).operation()).isEqualTo(Operation.SUBMISSION);
    }

    @Test
    void names_are_counted_in_characters() {
        String rocket = "\uD83D\uDE80";
        assertThat(EntityRef.of("order", rocket.repeat(200)).id()).hasSize(400);
        assertThatThrownBy(() -> EntityRef.of("order", rocket.repeat(201)))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("201 characters");
        assertThatThrownBy(() -> EntityRef.of("order", "")).isInstanceOf(InvalidEvent.class);
        assertThatThrownBy(() -> EntityRef.of("order", "x".repeat(100_000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    @Test
    void a_message_shows_nothing_that_spoils_a_log() {
        assertThatThrownBy(() -> EntityType.of("a\nERROR forged\u001b[31m"))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").doesNotContain("\u001b"));
    }

    @Test
    void entities_are_sorted_by_type_and_id() {
        List<EntityRef> sorted = List.of(
                EntityRef.of("a", "1"), EntityRef.of("a", "2"), EntityRef.of("a.b", "0"), EntityRef.of("b", "1"));
        assertThat(sorted).isSortedAccordingTo(EntityRef::compareTo);
    }

    @Test
    void a_change_is_never_changed() {
        Change change = Change.update("order", "o-1");
        Change full = change.attribute("total", 43)
                .metadata(Map.of("source", "till 7"))
                .occurredAt(Instant.EPOCH)
                .expecting(3);
        assertThat(change.attributeName()).isEmpty();
        assertThat(change.value()).isEmpty();
        assertThat(change.metadata()).isEmpty();
        assertThat(change.occurredAt()).isEmpty();
        assertThat(change.expectedVersion()).isEmpty();
        assertThat(full.attributeName()).contains("total");
        assertThat(full.value()).contains(Value.of(43));
        assertThat(full.metadata()).contains(Value.of(Map.of("source", "till 7")));
        assertThat(full.occurredAt()).contains(Instant.EPOCH);
        assertThat(full.expectedVersion()).hasValue(3);
        assertThat(full).hasToString("UPDATE of order o-1 total");
        assertThat(full.metadata(Map.of()).metadata()).isEmpty();
        assertThat(full.value(null).value().orElseThrow().isNull()).isTrue();
        assertThatThrownBy(() -> change.expecting(-1)).isInstanceOf(InvalidEvent.class);
    }

    @Test
    void the_errors_of_taipy_tell_their_facts() {
        assertThatThrownBy(() -> Change.submit("job", "j-1"))
                .isInstanceOfSatisfying(
                        InvalidEventOperation.class, e -> assertThat(e).hasMessageContaining("job"));
        assertThatThrownBy(() -> Change.create("order", "o-1").attribute("status"))
                .isInstanceOfSatisfying(InvalidEventAttributeName.class, e -> {
                    assertThat(e.operation()).isEqualTo(Operation.CREATION);
                    assertThat(e.attributeName()).isEqualTo("status");
                });
    }

    @Test
    void topics_are_equal_by_their_four_parts() {
        Set<Topic> topics = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            topics.add(Topic.everything());
            topics.add(Topic.of("order"));
            topics.add(Topic.of(EntityType.of("order")).entity("o-1"));
            topics.add(Topic.of("order").operation(Operation.UPDATE));
            topics.add(Topic.of("order").attribute("status"));
            topics.add(Topic.everything().attribute("status"));
            topics.add(Topic.everything().attribute("status").type(EntityType.of("order")));
        }
        assertThat(topics).hasSize(6);
        assertThat(Topic.of("order").entity("o-1").operation(Operation.UPDATE).attribute("status"))
                .hasToString("order o-1 UPDATE status");
        assertThat(Topic.everything()).hasToString("* * * *");
    }

    @Test
    void a_topic_with_an_attribute_also_hears_what_names_none() {
        Topic status = Topic.of("order").attribute("status");
        assertThat(status.matches(event("order", Operation.UPDATE, "status"))).isTrue();
        assertThat(status.matches(event("order", Operation.UPDATE, "total"))).isFalse();
        assertThat(status.matches(event("order", Operation.CREATION, null))).isTrue();
        assertThat(status.matches(event("invoice", Operation.CREATION, null))).isFalse();
        assertThat(status.operation(Operation.UPDATE).matches(event("order", Operation.CREATION, null)))
                .isFalse();
        assertThat(Topic.everything().attribute("").matches(event("order", Operation.UPDATE, "x")))
                .isFalse();
    }

    @Test
    void an_event_keeps_no_map_of_the_caller() {
        Map<String, Value> metadata = new HashMap<>(Map.of("a", Value.of(1)));
        Event event = new Event(
                1,
                OptionalLong.empty(),
                EntityRef.of("order", "o-1"),
                1,
                Operation.UPDATE,
                Optional.empty(),
                Optional.empty(),
                metadata,
                Instant.EPOCH,
                Optional.empty(),
                new UUID(0, 0),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                metadata);
        metadata.clear();
        assertThat(event.metadata()).hasSize(1);
        assertThat(event.context()).hasSize(1);
        assertThatThrownBy(() -> event.metadata().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    private static Event event(String type, Operation operation, String attribute) {
        return new Event(
                1,
                OptionalLong.of(1),
                EntityRef.of(type, "o-1"),
                1,
                operation,
                Optional.ofNullable(attribute),
                Optional.empty(),
                Map.of(),
                Instant.EPOCH,
                Optional.of(Instant.EPOCH),
                new UUID(0, 0),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Map.of());
    }
}
