package io.daybook.repository;

import io.daybook.event.EntityRef;
import io.daybook.history.EntityHistory;
import io.daybook.history.Moment;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The entities of one type as they were at some moment, in two times: what was known on the first of March about the first of February is {@code
 * orders.asOfRecorded(march).occurredBy(february)}. What is loaded here may be saved, as what is loaded anywhere: with success only if it is
 * still at that version, and if no earlier version was left out because it happened later. Immutable and thread-safe; holds no connection.
 */
public final class RepositoryAsOf<T> {

    private final EntityHistory reading;
    private final EntityMapper<T> mapper;
    private final Moment moment;

    RepositoryAsOf(EntityHistory reading, EntityMapper<T> mapper, Moment moment) {
        this.reading = reading;
        this.mapper = mapper;
        this.moment = moment;
    }

    /** The same, by what stands in the ledger up to that position, if that is less. */
    public RepositoryAsOf<T> atPosition(long position) {
        return new RepositoryAsOf<>(reading, mapper, moment.atPosition(position));
    }

    /** The same, by what had entered the ledger by then (clock of the database), if that is earlier: what could be known. */
    public RepositoryAsOf<T> recordedBy(Instant instant) {
        return new RepositoryAsOf<>(reading, mapper, moment.recordedBy(instant));
    }

    /** The same, by what had happened by then (creation dates), if that is earlier. */
    public RepositoryAsOf<T> occurredBy(Instant instant) {
        return new RepositoryAsOf<>(reading, mapper, moment.occurredBy(instant));
    }

    /**
     * What that entity was then.
     *
     * @param id as the class has it, or its text
     * @return empty if it did not exist: not created yet, or deleted
     * @throws InvalidEntity if the id is null or of another type
     * @throws UnreadableEntity if what the log has does not fit the class
     */
    public Optional<Loaded<T>> find(Object id) {
        EntityRef entity = mapper.ref(id);
        EntityFold<T> fold = new EntityFold<>(entity, mapper);
        reading.history(entity, moment).forEach(fold::add);
        return fold.result();
    }

    /**
     * What these entities were then: {@link Repository#findAll}.
     *
     * @param ids as the class has them, or their texts
     * @return in the order of the ids, each once; those that did not exist are left out
     * @throws InvalidEntity if an id is null or of another type; nothing was read
     * @throws UnreadableEntity if what the log has of one of them does not fit the class
     */
    public List<Loaded<T>> findAll(Collection<?> ids) {
        Set<String> wanted = new LinkedHashSet<>();
        for (Object id : ids) {
            wanted.add(mapper.ref(id).id());
        }
        return Collections.unmodifiableList(
                reading.folded(mapper.type(), wanted, moment, entity -> new EntityFold<>(entity, mapper)));
    }

    /** Those that existed then. */
    public Entities<T> list() {
        return new Entities<>(
                mapper, reading.folded(mapper.type(), moment, entity -> new EntityFold<>(entity, mapper)));
    }

    /** Those that existed then, with that value of that attribute: see {@link Entities#where(String, Object)}. */
    public Entities<T> where(String attribute, @Nullable Object value) {
        return list().where(attribute, value);
    }

    /** Those that existed then, and fulfil this condition. */
    public Entities<T> where(Predicate<? super T> wanted) {
        return list().where(wanted);
    }

    /** What that entity had gone through by then, oldest first; empty if nothing. @throws InvalidEntity if the id is null or of another type */
    public EntityVersions<T> history(Object id) {
        EntityRef entity = mapper.ref(id);
        return new EntityVersions<>(entity, mapper, reading.history(entity, moment));
    }

    /**
     * In what that entity differs at a second moment from what it was then, in attribute order; empty if in nothing, or if it existed at neither.
     * Compared as {@link Repository#save} does, in the schema version of the class.
     *
     * @param id as the class has it, or its text
     * @throws InvalidEntity if the id is null or of another type
     * @throws UnreadableEntity if what the log has does not fit the class
     */
    public List<AttributeDifference> diff(Object id, RepositoryAsOf<T> to) {
        return mapper.differences(find(id), to.find(id));
    }
}
