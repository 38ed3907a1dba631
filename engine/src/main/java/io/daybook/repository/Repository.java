package io.daybook.repository;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.event.Receipt;
import io.daybook.history.EntityHistory;
import io.daybook.history.Moment;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The entities of one type as records or beans: every change of them is in the log, with no more ceremony than saving them. Opened with {@code
 * daybook.repository(Order.class)}, or with an {@link EntityMapping} where the defaults do not fit.
 *
 * <pre>{@code
 * record Order(String id, String status, BigDecimal total) {}
 *
 * Repository<Order> orders = daybook.repository(Order.class);
 * orders.as("kim").create(new Order("o-1", "new", new BigDecimal("42")));
 * Loaded<Order> order = orders.find("o-1").orElseThrow();
 * orders.as("kim").because("customer paid").save(order.with(new Order("o-1", "paid", order.entity().total())));
 * orders.history("o-1").forEach(version -> ...);
 * orders.diff("o-1", 1, 2);
 * }</pre>
 *
 * <p><b>What is kept.</b> {@link #create} appends one CREATION with all attributes, {@link #save} one UPDATE per attribute that changed, {@link
 * #delete} a DELETION. Each carries the schema version of the class in its metadata, as {@code schema_version}; an event without it counts as
 * version 1. A null component is JSON null, and so is an empty {@code Optional}. Dates and times are ISO 8601 text, enums their names, {@code
 * byte[]} base 64. A time with an offset keeps it; that of a {@code ZonedDateTime} is all that is kept of its zone.
 *
 * <p><b>What is a change.</b> Attributes are compared as JSON: numbers by value ({@code 1.0} is {@code 1}), lists and arrays by their order, sets and
 * maps without (a set is kept in the order of its elements' JSON). An attribute that is missing equals null.
 *
 * <p><b>What is read.</b> Everything that is committed counts, whether it has a position yet or not. An attribute that the log does not have, or has as
 * null, is null, an empty {@code Optional}, and for a primitive {@link UnreadableEntity}: a count that nobody told is not zero. Attributes that
 * the class does not have are passed over, and left alone by {@code save}. Older schema versions are brought up event by event while they are
 * folded, see {@link Upcaster}; a newer one than the class knows is {@link UnreadableEntity}.
 *
 * <p>Immutable and thread-safe: {@code as} and {@code because} answer a new one. Holds no connection. Reading an entity costs reading its events.
 */
public final class Repository<T> {

    private final EntityHistory reading;
    private final Author author;
    private final EntityMapping<T> mapping;
    private final EntityMapper<T> mapper;
    private final EntityChanges<T> changes;
    private final RepositoryAsOf<T> now;

    private Repository(EntityHistory reading, Author author, EntityMapping<T> mapping, EntityMapper<T> mapper) {
        this.reading = reading;
        this.author = author;
        this.mapping = mapping;
        this.mapper = mapper;
        this.changes = new EntityChanges<>(mapper);
        this.now = new RepositoryAsOf<>(reading, mapper, Moment.NOW);
    }

    /**
     * For the engine: use {@code daybook.repository(...)}.
     *
     * @param declared the names of the attributes that the daybook knows to be sensitive
     * @throws InvalidMapping if the mapping contradicts itself or cannot be kept
     */
    public static <T> Repository<T> of(
            EntityHistory reading,
            Author author,
            EntityMapping<T> mapping,
            Supplier<? extends Collection<String>> declared) {
        return new Repository<>(reading, author, mapping, mapping.mapper(declared));
    }

    /** How the class is an entity. */
    public EntityMapping<T> mapping() {
        return mapping;
    }

    /** The same, appending in that name: {@code orders.by(daybook.as("kim").correlatedWith("call-7"))}. */
    public Repository<T> by(Author newAuthor) {
        return new Repository<>(reading, newAuthor, mapping, mapper);
    }

    /** The same, appending as that actor. @throws io.daybook.event.InvalidEvent if the name has more than 200 characters */
    public Repository<T> as(String actor) {
        return by(author.as(actor));
    }

    /** The same, appending for that reason. @throws io.daybook.event.InvalidEvent if it has more than 2,000 characters */
    public Repository<T> because(String reason) {
        return by(author.because(reason));
    }

    /**
     * The same within an open unit of work, so that several repositories and the application's own rows share one transaction: {@code
     * daybook.join(connection, tx -> orders.in(tx).save(order))}.
     *
     * @param tx what {@code transact} or {@code join} handed out
     */
    public RepositoryInTransaction<T> in(Changes tx) {
        return new RepositoryInTransaction<>(changes, tx);
    }

    /**
     * An entity begins, in a transaction of its own.
     *
     * @throws InvalidEntity if it cannot be written as it is; nothing was written, as after the next two
     * @throws io.daybook.event.InvalidEvent if its id is not legal
     * @throws io.daybook.event.DaybookException see {@code UnitOfWork.transact}: {@code EntityExists} and others
     */
    public Receipt create(T entity) {
        return author.append(List.of(changes.create(mapper.refOf(entity), entity)));
    }

    /**
     * An entity becomes what it is now, in a transaction of its own: one UPDATE for each attribute that is not what it was when it was loaded, in
     * attribute order. If nothing has changed, nothing is appended, and nobody looks at the version. Of an entity that was brought up from an
     * older schema version, only what has changed since it was loaded is appended, in the version of the class: what the upcasters made of the
     * rest, they make again.
     *
     * @return what was appended; save it again only after loading it again
     * @throws InvalidEntity if it cannot be written as it is, or is not the one that was loaded; nothing was written, as after the next two
     * @throws io.daybook.event.DaybookException see {@code UnitOfWork.transact}: {@code VersionConflict} if somebody else changed it since it was
     *     loaded, and others
     */
    public Receipt save(Loaded<T> loaded) {
        return author.append(changes.save(loaded));
    }

    /**
     * An entity ends, if it is still at the version of the loading, in a transaction of its own.
     *
     * @throws InvalidEntity if it is of another type
     * @throws io.daybook.event.DaybookException see {@code UnitOfWork.transact}: {@code VersionConflict} and others; nothing was written
     */
    public Receipt delete(Loaded<T> loaded) {
        return author.append(List.of(changes.delete(loaded)));
    }

    /**
     * An entity ends, whatever its version, in a transaction of its own.
     *
     * @param id as the class has it, or its text
     * @throws InvalidEntity if the id is null or of another type
     * @throws io.daybook.event.DaybookException see {@code UnitOfWork.transact}: {@code EntityNotFound} and others; nothing was written
     */
    public Receipt delete(Object id) {
        return author.append(List.of(changes.delete(id)));
    }

    /**
     * What that entity is.
     *
     * @param id as the class has it, or its text
     * @return empty if it does not exist: never created, or deleted
     * @throws InvalidEntity if the id is null or of another type
     * @throws UnreadableEntity if what the log has does not fit the class
     */
    public Optional<Loaded<T>> find(Object id) {
        return now.find(id);
    }

    /**
     * What these entities are: as {@link #find} for each, but with one round trip for up to 1,000 ids, more only where they have more than 5,000
     * events together. To save many entities in one transaction, find them so before it. Each round trip sees what is committed when it begins.
     * No ids, no round trip.
     *
     * <pre>{@code
     * List<Loaded<Order>> late = orders.findAll(ids);
     * daybook.as("kim").transact(tx -> late.forEach(order -> orders.in(tx).save(order.with(order.entity().status("late")))));
     * }</pre>
     *
     * @param ids as the class has them, or their texts; may name one more than once
     * @return in the order of the ids, each entity once, at its first place; those that do not exist (never created, or deleted) are left out.
     *     In memory as a whole; cannot be changed
     * @throws InvalidEntity if an id is null or of another type; nothing was read
     * @throws UnreadableEntity if what the log has of one of them does not fit the class
     */
    public List<Loaded<T>> findAll(Collection<?> ids) {
        return now.findAll(ids);
    }

    /** Those that exist. */
    public Entities<T> list() {
        return now.list();
    }

    /**
     * Those that exist and have that value of that attribute: see {@link Entities#where(String, Object)}.
     *
     * @throws InvalidMapping if the class has no such attribute
     */
    public Entities<T> where(String attribute, @Nullable Object value) {
        return now.where(attribute, value);
    }

    /** Those that exist and fulfil this condition. */
    public Entities<T> where(Predicate<? super T> wanted) {
        return now.where(wanted);
    }

    /** What that entity went through, oldest first; empty if nothing. @throws InvalidEntity if the id is null or of another type */
    public EntityVersions<T> history(Object id) {
        return now.history(id);
    }

    /** As it is now, everything that is committed counts: for differences between what was and what is. */
    public RepositoryAsOf<T> now() {
        return now;
    }

    /** As it stands in the ledger up to that position. */
    public RepositoryAsOf<T> asOf(long position) {
        return at(Moment.NOW.atPosition(position));
    }

    /** As it had been recorded by then (clock of the database): what could be known at that time. */
    public RepositoryAsOf<T> asOfRecorded(Instant instant) {
        return at(Moment.NOW.recordedBy(instant));
    }

    /** As it had happened by then (creation dates), by all that is known today. */
    public RepositoryAsOf<T> asOfOccurred(Instant instant) {
        return at(Moment.NOW.occurredBy(instant));
    }

    private RepositoryAsOf<T> at(Moment moment) {
        return new RepositoryAsOf<>(reading, mapper, moment);
    }

    /**
     * What is not the same after two versions of an entity, in attribute order; empty if nothing is, or it existed after neither. Compared as {@link
     * #save} does, in the schema version of the class. Between two moments: {@link RepositoryAsOf#diff}.
     *
     * @param id as the class has it, or its text
     * @param from 0 = before its first event
     * @param to may be less than {@code from}: then what is undone
     * @throws IllegalArgumentException if it has no such version
     * @throws InvalidEntity if the id is null or of another type
     * @throws UnreadableEntity if one of the two does not fit the class
     */
    public List<AttributeDifference> diff(Object id, long from, long to) {
        EntityRef entity = mapper.ref(id);
        return mapper.differences(after(entity, from), after(entity, to));
    }

    private Optional<Loaded<T>> after(EntityRef entity, long version) {
        EntityFold<T> fold = new EntityFold<>(entity, mapper);
        for (Event event : reading.history(entity, Moment.NOW)) {
            if (event.version() > version) {
                break;
            }
            fold.add(event);
        }
        if (version != fold.version()) {
            throw new IllegalArgumentException(
                    "%s has no version %d; ask for one of its history, or 0.".formatted(entity, version));
        }
        return fold.result();
    }
}
