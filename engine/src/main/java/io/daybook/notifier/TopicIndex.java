package io.daybook.notifier;

import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who hears an event, found by looking up the eight shapes that its type, id and operation can be asked for in, whatever the
 * number of registrations. Not thread-safe.
 */
final class TopicIndex<T> {

    /** Null = any. */
    private record Shape(
            @Nullable EntityType entityType,
            @Nullable String entityId,
            @Nullable Operation operation) {}

    /** Who asked for a shape, by attribute: an event that names none is heard by all of them. */
    private static final class Bucket<T> {
        final List<T> anyAttribute = new ArrayList<>();
        final Map<String, List<T>> byAttribute = new HashMap<>();

        boolean isEmpty() {
            return anyAttribute.isEmpty() && byAttribute.isEmpty();
        }
    }

    private final Map<Shape, Bucket<T>> buckets = new HashMap<>();
    private int size;

    /** @param topics no topic = everything */
    void add(T listener, Collection<Topic> topics) {
        for (Topic topic : orEverything(topics)) {
            Bucket<T> bucket = buckets.computeIfAbsent(shape(topic), s -> new Bucket<>());
            list(bucket, topic).add(listener);
        }
        size++;
    }

    void remove(T listener, Collection<Topic> topics) {
        for (Topic topic : orEverything(topics)) {
            Bucket<T> bucket = buckets.get(shape(topic));
            if (bucket != null) {
                list(bucket, topic).remove(listener);
                bucket.byAttribute.values().removeIf(List::isEmpty);
                if (bucket.isEmpty()) {
                    buckets.remove(shape(topic));
                }
            }
        }
        size--;
    }

    private static Collection<Topic> orEverything(Collection<Topic> topics) {
        return topics.isEmpty() ? List.of(Topic.everything()) : topics;
    }

    private static Shape shape(Topic topic) {
        return new Shape(
                topic.entityType().orElse(null),
                topic.entityId().orElse(null),
                topic.operation().orElse(null));
    }

    private static <T> List<T> list(Bucket<T> bucket, Topic topic) {
        return topic.attributeName()
                .map(name -> bucket.byAttribute.computeIfAbsent(name, n -> new ArrayList<>()))
                .orElse(bucket.anyAttribute);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * Who hears that event, each once, however many of its topics fit.
     *
     * @return to be read before anybody is added or removed
     */
    Collection<T> listeners(Event event) {
        Collection<T> listeners = List.of();
        for (int shape = 0; shape < 8; shape++) {
            Bucket<T> bucket = buckets.get(new Shape(
                    (shape & 1) == 0 ? null : event.entityType(),
                    (shape & 2) == 0 ? null : event.entityId(),
                    (shape & 4) == 0 ? null : event.operation()));
            if (bucket == null) {
                continue;
            }
            listeners = union(listeners, bucket.anyAttribute);
            if (event.attributeName().isEmpty()) {
                for (List<T> some : bucket.byAttribute.values()) {
                    listeners = union(listeners, some);
                }
            } else {
                listeners = union(
                        listeners,
                        bucket.byAttribute.getOrDefault(event.attributeName().get(), List.of()));
            }
        }
        return listeners;
    }

    /** Nearly always all have asked in the same way, and nothing needs to be copied. */
    private static <T> Collection<T> union(Collection<T> listeners, List<T> more) {
        if (more.isEmpty()) {
            return listeners;
        }
        if (listeners.isEmpty()) {
            return more;
        }
        Set<T> all = listeners instanceof LinkedHashSet<T> set ? set : new LinkedHashSet<>(listeners);
        all.addAll(more);
        return all;
    }
}
