package io.daybook.history;

import io.daybook.event.EntityRef;
import io.daybook.event.EntityType;
import io.daybook.event.Event;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Folds the entities of some ids, many by one statement. In memory is the answer of one statement and what was made of the entities. Not
 * thread-safe; used once.
 *
 * @param <T> what is made of an entity
 */
final class ManyLives<T> {

    private final EventPages pages;
    private final EntityType type;
    private final Moment moment;
    private final Function<EntityRef, ? extends EntityFolding<T>> folding;
    private final List<T> done = new ArrayList<>();

    /** The entity whose events are coming, and what is made of it so far. */
    private @Nullable EntityFolding<T> folded;

    /** The newest event that came. */
    private @Nullable Event last;

    /** @param folding what begins to fold that entity */
    ManyLives(
            EventPages pages, EntityType type, Moment moment, Function<EntityRef, ? extends EntityFolding<T>> folding) {
        this.pages = pages;
        this.type = type;
        this.moment = moment;
        this.folding = folding;
    }

    /**
     * What is made of them, in the order of the ids.
     *
     * @param ids each once
     */
    List<T> of(Collection<String> ids) {
        List<String> rest = new ArrayList<>(ids);
        while (!rest.isEmpty()) {
            List<String> asked = rest.subList(0, Math.min(rest.size(), EventPages.MOST_IDS));
            int events = pages.ofEntities(type, asked, moment, this::add);
            int settled = asked.size();
            Event cut = last;
            if (events == EventPages.MOST_OF_MANY && cut != null) {
                // The answer may end within an entity, and with it ends what is known of the others.
                settled = asked.indexOf(cut.entityId()) + 1;
                new History(version -> pages.ofEntity(cut.entity(), moment, version), cut.version()).forEach(this::add);
            }
            end();
            rest = rest.subList(settled, rest.size());
        }
        return done;
    }

    private void add(Event event) {
        EntityFolding<T> current = folded;
        if (current == null || last == null || !last.entityId().equals(event.entityId())) {
            end();
            current = folding.apply(event.entity());
            folded = current;
        }
        current.add(event);
        last = event;
    }

    private void end() {
        if (folded != null) {
            folded.result().ifPresent(done::add);
        }
        folded = null;
        last = null;
    }
}
