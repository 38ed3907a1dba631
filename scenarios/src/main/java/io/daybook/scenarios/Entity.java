package io.daybook.scenarios;

import io.daybook.event.EntityType;
import io.daybook.event.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something of Taipy's world. A handle, not a copy: whatever it answers is what is known now, in this process at once, of what other processes
 * do within moments; whatever is set is one unit of work of its own, or part of the one that {@link #update} or {@link Scenarios#transact}
 * makes. Handles of one entity are equal. Thread-safe.
 *
 * @param <S> its own type
 */
public abstract sealed class Entity<S extends Entity<S>> permits Cycle, DataNode, Job, Submission, Subscribable, Task {

    final Scenarios home;
    private final EntityType type;
    private final String id;

    Entity(Scenarios home, EntityType type, String id) {
        this.home = home;
        this.type = type;
        this.id = id;
    }

    /** The same in events. */
    public final String id() {
        return id;
    }

    /** Which of Taipy's seven it is. */
    public final EntityType type() {
        return type;
    }

    /** Whether there is one, still. */
    public final boolean exists() {
        return home.core().view().find(type, id).isPresent();
    }

    /** All of its properties, unmodifiable. @throws ModelNotFound if it does not exist */
    public final Map<String, Value> properties() {
        Map<String, Value> properties = new LinkedHashMap<>();
        stored().map("properties").forEach((name, value) -> properties.put(name, Value.of(value)));
        return Collections.unmodifiableMap(properties);
    }

    /** That property; empty if it has none of that name. @throws ModelNotFound if it does not exist */
    public final Optional<Value> property(String name) {
        return Optional.ofNullable(properties().get(name));
    }

    /** A property gets a value. @throws ModelNotFound if the entity does not exist */
    public final void setProperty(String name, @Nullable Object value) {
        run(draft -> Attributes.setProperty(draft, type, id, name, plain(value)));
    }

    /** Several do, one event each. @throws ModelNotFound if the entity does not exist */
    public final void setProperties(Map<String, ?> values) {
        run(draft -> values.forEach((name, value) -> Attributes.setProperty(draft, type, id, name, plain(value))));
    }

    /** A property ends. @throws NoSuchProperty if there is none of that name. @throws ModelNotFound if the entity does not exist */
    public final void removeProperty(String name) {
        run(draft -> Attributes.removeProperty(draft, type, id, name));
    }

    /**
     * Several changes as one unit of work: all of them, with their events in this order, or none. What is read in between is what the changes
     * have made of it. May be run more than once, if another process changes the same meanwhile.
     *
     * @throws ScenarioException what a change throws: then nothing was written
     */
    public final void update(Consumer<? super S> changes) {
        home.transact(() -> changes.accept(self()));
    }

    abstract S self();

    /** @throws ModelNotFound if it does not exist */
    final Stored stored() {
        return home.core().view().get(type, id);
    }

    /** An attribute gets a value, with what follows from that. */
    final void set(String attribute, @Nullable Object value) {
        run(draft -> Attributes.set(draft, type, id, attribute, plain(value)));
    }

    final void run(Consumer<Draft> work) {
        home.change(draft -> {
            work.accept(draft);
            return id;
        });
    }

    final <T> T change(Function<Draft, T> work) {
        return home.change(work);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return Stored.plain(Value.of(value));
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof Entity<?> entity && entity.type.equals(type) && entity.id.equals(id);
    }

    @Override
    public final int hashCode() {
        return id.hashCode();
    }

    /** Type and id. */
    @Override
    public final String toString() {
        return type + " " + id;
    }
}
