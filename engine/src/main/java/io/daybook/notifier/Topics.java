package io.daybook.notifier;

import io.daybook.event.EntityType;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.event.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Topics as the column {@code registrations.topics} has them: a JSON array of objects; an empty one is everything. */
final class Topics {

    private Topics() {}

    static String json(Set<Topic> topics) {
        List<Map<String, String>> list = new ArrayList<>();
        for (Topic topic : topics) {
            Map<String, String> parts = new TreeMap<>();
            topic.entityType().ifPresent(type -> parts.put("entity_type", type.name()));
            topic.entityId().ifPresent(id -> parts.put("entity_id", id));
            topic.operation().ifPresent(operation -> parts.put("operation", operation.name()));
            topic.attributeName().ifPresent(name -> parts.put("attribute_name", name));
            list.add(parts);
        }
        return Value.of(list).json();
    }

    static Set<Topic> parse(String json) {
        Set<Topic> topics = new LinkedHashSet<>();
        for (Value element : Value.stored(json).elements()) {
            Map<String, Value> parts = element.members();
            Topic topic = Topic.everything();
            String entityType = text(parts.get("entity_type"));
            String entityId = text(parts.get("entity_id"));
            String operation = text(parts.get("operation"));
            String attributeName = text(parts.get("attribute_name"));
            topic = entityType == null ? topic : topic.type(new EntityType(entityType));
            topic = entityId == null ? topic : topic.entity(entityId);
            topic = operation == null ? topic : topic.operation(Operation.of(operation));
            topics.add(attributeName == null ? topic : topic.attribute(attributeName));
        }
        return topics;
    }

    private static @Nullable String text(@Nullable Value value) {
        return value == null ? null : value.as(String.class);
    }
}
