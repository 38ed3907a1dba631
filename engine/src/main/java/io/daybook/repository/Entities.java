package io.daybook.repository;

import io.daybook.event.Value;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The entities of one type that exist and answer to some conditions, in the order of their ids as the database sorts them. They are read from
 * the log in pages while they are walked through: this holds no connection, takes no closing, and may be walked through more than once.
 * Walking throws {@link UnreadableEntity} at the first one that does not fit the class. Immutable and thread-safe: {@code where} answers a new
 * one; each iterator belongs to one thread.
 *
 * <p>All events of the type are read, and the conditions are checked here, not in the database: see docs/audit.md for what that costs.
 */
public final class Entities<T> implements Iterable<Loaded<T>> {

    private final EntityMapper<T> mapper;
    private final Iterable<Loaded<T>> all;
    private final Predicate<Loaded<T>> condition;

    /** @param all those that exist, in order */
    Entities(EntityMapper<T> mapper, Iterable<Loaded<T>> all) {
        this(mapper, all, loaded -> true);
    }

    private Entities(EntityMapper<T> mapper, Iterable<Loaded<T>> all, Predicate<Loaded<T>> condition) {
        this.mapper = mapper;
        this.all = all;
        this.condition = condition;
    }

    /**
     * Those of them whose attribute has that value. Equal is what is the same JSON: {@code 1.0} equals {@code 1}, lists by their order, sets and
     * maps without.
     *
     * @param attribute its name in the log
     * @param value anything with a JSON form; null finds those where it is null or missing
     * @throws InvalidMapping if the class has no such attribute
     * @throws io.daybook.event.InvalidEvent if the value has no JSON form
     */
    public Entities<T> where(String attribute, @Nullable Object value) {
        mapper.checkKnown(attribute);
        Value wanted = Value.of(value);
        return and(loaded -> wanted.equals(loaded.attributes().get(attribute)));
    }

    /** Those of them that fulfil this condition. */
    public Entities<T> where(Predicate<? super T> wanted) {
        return and(loaded -> wanted.test(loaded.entity()));
    }

    private Entities<T> and(Predicate<Loaded<T>> more) {
        return new Entities<>(mapper, all, condition.and(more));
    }

    @Override
    public Iterator<Loaded<T>> iterator() {
        return stream().iterator();
    }

    /** The same as a stream, lazy; needs no closing. */
    public Stream<Loaded<T>> stream() {
        return StreamSupport.stream(all.spliterator(), false).filter(condition);
    }

    /** All of them in memory, in the order of their ids. */
    public List<Loaded<T>> toList() {
        return stream().toList();
    }
}
