package io.daybook.scenarios.react;

import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Value;
import io.daybook.history.History;
import io.daybook.scenarios.DataNode;
import io.daybook.scenarios.Entity;
import io.daybook.scenarios.Scenarios;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An event that happened, with what can be asked about it; each question is answered once for all callbacks. Belongs to one thread. */
final class Occurrence {

    private static final String CONFIG_ID = "config_id";

    private final Event event;
    private final long position;
    private final Knowledge knowledge;
    private final Answer<Scenarios> scenarios = new Answer<>();
    private final Answer<Optional<String>> configIdBefore = new Answer<>();
    private final Answer<Optional<Value>> data = new Answer<>();

    // The event has its position.
    Occurrence(Event event, Knowledge knowledge) {
        this.event = event;
        this.position = event.position().orElseThrow();
        this.knowledge = knowledge;
    }

    Event event() {
        return event;
    }

    long position() {
        return position;
    }

    /** The entity of that id as it is now; empty if it is gone, or not of that type. */
    <T> Optional<T> find(String id, Class<T> type) {
        Scenarios found = scenarios.get(() -> knowledge.asOf(position));
        return found.find(id).filter(type::isInstance).map(type::cast);
    }

    /** The entity that it is about as it is now; empty if it is gone, or not of that type. */
    <E extends Entity<E>> Optional<E> entity(Class<E> type) {
        return find(event.entityId(), type);
    }

    /** What the metadata says under that name; empty if nothing. */
    Optional<String> said(String name) {
        return said(event, name);
    }

    private static Optional<String> said(Event event, String name) {
        return Optional.ofNullable(event.metadata().get(name))
                .filter(value -> !value.isNull())
                .map(value -> value.as(String.class));
    }

    /** Whether the entity is of one of these kinds; none = of any. */
    boolean isOf(Set<String> configIds) {
        return isOf(configIds, CONFIG_ID);
    }

    /** Whether it is of one of these kinds, by what the metadata says under that name; none = of any. */
    boolean isOf(Set<String> configIds, String name) {
        return configIds.isEmpty() || said(name).filter(configIds::contains).isPresent();
    }

    /** Whether what was deleted was of one of these kinds; none = of any. */
    boolean wasOf(Set<String> configIds) {
        return configIds.isEmpty()
                || configIdBefore
                        .get(this::configIdBefore)
                        .filter(configIds::contains)
                        .isPresent();
    }

    /**
     * The event of a deletion does not say the kind; the events before it do. (Taipy looks for it in the id, and finds too much.) Looks back from the
     * deletion, further each time: mostly the event just before it says it.
     */
    private Optional<String> configIdBefore() {
        History history =
                knowledge.daybook().asOf(position).history(event.entityType().name(), event.entityId());
        long until = event.version() - 1;
        for (long step = 1; until > 0; step *= 2) {
            long after = Math.max(0, until - step);
            String newest = null;
            boolean wholeLife = false;
            for (Event earlier : history.after(after)) {
                if (earlier.version() > until) {
                    break;
                }
                if (earlier.operation().equals(Operation.DELETION)) {
                    // That was an earlier life under the same id.
                    newest = null;
                    wholeLife = true;
                } else {
                    newest = said(earlier, CONFIG_ID).orElse(newest);
                }
            }
            if (newest != null || wholeLife) {
                return Optional.ofNullable(newest);
            }
            until = after;
        }
        return Optional.empty();
    }

    /** The data of that data node, which the event is about, as the event left it. */
    Optional<Value> data(DataNode node) {
        return data.get(() -> node.dataAsOf(event));
    }

    /** Asked for once. */
    private static final class Answer<T> {

        private @Nullable T known;

        T get(Supplier<T> question) {
            T answer = known;
            if (answer == null) {
                answer = question.get();
                known = answer;
            }
            return answer;
        }
    }
}
