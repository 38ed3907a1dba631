package io.daybook.scenarios.react;

import io.daybook.event.EntityType;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which events. Each part that is given must fit; a part that is not given fits everything of Taipy's world. As in topics, and in Taipy, an
 * attribute alone also fits events that name none: {@code of(JOB).attribute("status")} fits creation and deletion of a job too, unless the
 * operation is given.
 *
 * <pre>{@code
 * EventFilter.of(EntityType.JOB).operation(Operation.UPDATE).attribute("status")
 *     .when(event -> event.actor().isPresent())
 * }</pre>
 *
 * <p>Immutable.
 */
public final class EventFilter {

    /** What an {@link EventProcessor} hears. */
    static final List<EntityType> TYPES = List.of(
            EntityType.CYCLE,
            EntityType.SCENARIO,
            EntityType.SEQUENCE,
            EntityType.TASK,
            EntityType.DATA_NODE,
            EntityType.JOB,
            EntityType.SUBMISSION);

    private static final EventFilter EVERYTHING = new EventFilter(Topic.everything(), event -> true);

    private final Topic topic;
    private final Predicate<? super Event> condition;

    private EventFilter(Topic topic, Predicate<? super Event> condition) {
        this.topic = topic;
        this.condition = condition;
    }

    /** Every event of Taipy's world. */
    public static EventFilter everything() {
        return EVERYTHING;
    }

    /**
     * Those about entities of that type.
     *
     * @throws IllegalArgumentException if it is none of Taipy's seven
     */
    public static EventFilter of(EntityType type) {
        return EVERYTHING.type(type);
    }

    /**
     * Of these, those about entities of that type.
     *
     * @throws IllegalArgumentException if it is none of Taipy's seven
     * @throws io.daybook.event.InvalidEventOperation if entities of that type are never submitted, and submissions are what this fits
     */
    public EventFilter type(EntityType type) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException(
                    "An event processor hears of Taipy's seven types, not of %s. Register with daybook.notifier() for others."
                            .formatted(type));
        }
        return new EventFilter(topic.type(type), condition);
    }

    /** Of these, those about the entity of that id. @throws io.daybook.event.InvalidEvent if this cannot be an id */
    public EventFilter entity(String id) {
        return new EventFilter(topic.entity(id), condition);
    }

    /**
     * Of these, those of that operation.
     *
     * @throws io.daybook.event.InvalidEventOperation for SUBMISSION, if entities of the type are never submitted
     */
    public EventFilter operation(Operation operation) {
        return new EventFilter(topic.operation(operation), condition);
    }

    /** Of these, those of that attribute, and those that name none. @throws io.daybook.event.InvalidEvent if this cannot be an attribute */
    public EventFilter attribute(String name) {
        return new EventFilter(topic.attribute(name), condition);
    }

    /** Of these, those for which that is true too. If it throws, so does the callback: see {@link EventProcessor}. */
    public EventFilter when(Predicate<? super Event> and) {
        Predicate<? super Event> before = condition;
        return new EventFilter(topic, event -> before.test(event) && and.test(event));
    }

    /** Whether it fits that event. */
    public boolean matches(Event event) {
        return topic.matches(event) && condition.test(event);
    }

    /** As of its topic; says nothing of conditions. */
    @Override
    public String toString() {
        return topic.toString();
    }
}
