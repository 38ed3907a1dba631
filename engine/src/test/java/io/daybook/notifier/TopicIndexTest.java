package io.daybook.notifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.InvalidEventOperation;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TopicIndexTest {

    private static final List<String> TYPES = List.of("order", "invoice", "job");
    private static final List<String> IDS = List.of("a", "b");
    private static final List<Operation> OPERATIONS =
            List.of(Operation.CREATION, Operation.UPDATE, Operation.SUBMISSION, Operation.of("ACT"));
    private static final List<String> ATTRIBUTES = List.of("", "status", "total");

    @Test
    void it_finds_the_same_listeners_as_asking_every_topic() {
        String given = System.getProperty("daybook.seed");
        long seed = given == null ? new Random().nextInt(1_000_000_000) : Long.parseLong(given);
        System.out.printf("Seed %d. Replay: -Dtest=TopicIndexTest -Ddaybook.seed=%d%n", seed, seed);
        Random random = new Random(seed);
        TopicIndex<String> index = new TopicIndex<>();
        Map<String, List<Topic>> listeners = new HashMap<>();
        for (int step = 0; step < 500; step++) {
            if (listeners.isEmpty() || random.nextInt(3) > 0) {
                String name = "listener " + step;
                List<Topic> topics = topics(random);
                listeners.put(name, topics);
                index.add(name, topics);
            } else {
                List<String> names = new ArrayList<>(listeners.keySet());
                String name = names.get(random.nextInt(names.size()));
                index.remove(name, listeners.remove(name));
            }
            assertThat(index.isEmpty()).isEqualTo(listeners.isEmpty());
            Event event = event(random);
            Set<String> expected = listeners.entrySet().stream()
                    .filter(e -> e.getValue().isEmpty() || e.getValue().stream().anyMatch(t -> t.matches(event)))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            assertThat(index.listeners(event)).as("%s", event).containsExactlyInAnyOrderElementsOf(expected);
        }
        listeners.forEach(index::remove);
        assertThat(index.isEmpty()).isTrue();
        assertThat(index.listeners(event(random))).isEmpty();
    }

    private static <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static List<Topic> topics(Random random) {
        List<Topic> topics = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            try {
                Topic topic = Topic.everything();
                topic = random.nextBoolean() ? topic : topic.type(EntityType.of(any(TYPES, random)));
                topic = random.nextBoolean() ? topic : topic.entity(any(IDS, random));
                topic = random.nextBoolean() ? topic : topic.operation(any(OPERATIONS, random));
                topic = random.nextBoolean() ? topic : topic.attribute(any(ATTRIBUTES, random));
                if (!topics.contains(topic)) {
                    topics.add(topic);
                }
            } catch (InvalidEventOperation e) {
                // Jobs are never submitted.
                i++;
            }
        }
        return topics;
    }

    private static Event event(Random random) {
        return new Event(
                1,
                OptionalLong.of(1),
                EntityRef.of(any(TYPES, random), any(IDS, random)),
                1,
                any(OPERATIONS, random),
                random.nextBoolean() ? Optional.empty() : Optional.of(any(ATTRIBUTES, random)),
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
