package io.daybook.notifier;

import static io.daybook.schema.Tables.PARKED_EVENTS;

import io.daybook.database.Database;
import io.daybook.event.EntityRef;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The table {@code parked_events}: what was set aside. Thread-safe. */
final class ParkedTable {

    private static final int LONGEST_ERROR = 2_000;
    private static final int LONGEST_STACK_TRACE = 20_000;

    private final Database database;

    ParkedTable(Database database) {
        this.database = database;
    }

    private static Condition of(String registration, EntityRef entity) {
        return PARKED_EVENTS
                .REGISTRATION
                .eq(registration)
                .and(PARKED_EVENTS.ENTITY_TYPE.eq(entity.type().name()))
                .and(PARKED_EVENTS.ENTITY_ID.eq(entity.id()));
    }

    /**
     * Sets an event aside, in the caller's transaction. One that is there already (delivered again after a crash) stays; one that was
     * tried again and failed again keeps the newest failure, and waits for an operator again.
     */
    void park(Connection connection, Partition partition, Delivery delivery, @Nullable Throwable why, int attempts) {
        DSLContext jooq = database.jooq(connection);
        String registration = partition.registration.id();
        String error = why == null ? null : cut(why.toString(), LONGEST_ERROR);
        String stackTrace = why == null ? null : cut(stackTrace(why), LONGEST_STACK_TRACE);
        if (delivery.isRetry()) {
            jooq.update(PARKED_EVENTS)
                    .set(PARKED_EVENTS.ATTEMPTS, attempts)
                    .set(PARKED_EVENTS.ERROR, error)
                    .set(PARKED_EVENTS.STACK_TRACE, stackTrace)
                    .where(PARKED_EVENTS.REGISTRATION.eq(registration))
                    .and(PARKED_EVENTS.POSITION.eq(delivery.entry().position()))
                    .execute();
            jooq.update(PARKED_EVENTS)
                    .setNull(PARKED_EVENTS.RETRY)
                    .where(of(registration, delivery.entity()))
                    .execute();
            return;
        }
        jooq.insertInto(PARKED_EVENTS)
                .set(PARKED_EVENTS.REGISTRATION, registration)
                .set(PARKED_EVENTS.POSITION, delivery.entry().position())
                .set(PARKED_EVENTS.PARTITION, partition.number)
                .set(PARKED_EVENTS.ENTITY_TYPE, delivery.entity().type().name())
                .set(PARKED_EVENTS.ENTITY_ID, delivery.entity().id())
                .set(PARKED_EVENTS.ATTEMPTS, attempts)
                .set(PARKED_EVENTS.ERROR, error)
                .set(PARKED_EVENTS.STACK_TRACE, stackTrace)
                .set(PARKED_EVENTS.PARKED, DSL.currentOffsetDateTime())
                // Where its predecessors are to be tried again, so is it, after them.
                .set(
                        PARKED_EVENTS.RETRY,
                        DSL.field(DSL.select(DSL.max(PARKED_EVENTS.RETRY))
                                .from(PARKED_EVENTS)
                                .where(of(registration, delivery.entity()))))
                .onConflictDoNothing()
                .execute();
    }

    private static String cut(String text, int longest) {
        // PostgreSQL keeps no NUL in text.
        String clean = text.replace("\0", "\\0");
        return clean.length() <= longest ? clean : clean.substring(0, longest);
    }

    private static String stackTrace(Throwable why) {
        StringWriter text = new StringWriter();
        why.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** It is processed. @return whether nothing of its entity is set aside any more */
    boolean remove(Connection connection, String registration, Delivery delivery) {
        DSLContext jooq = database.jooq(connection);
        jooq.deleteFrom(PARKED_EVENTS)
                .where(PARKED_EVENTS.REGISTRATION.eq(registration))
                .and(PARKED_EVENTS.POSITION.eq(delivery.entry().position()))
                .execute();
        return !jooq.fetchExists(DSL.selectOne().from(PARKED_EVENTS).where(of(registration, delivery.entity())));
    }

    /** Entities of that partition with events set aside. */
    List<EntityRef> entities(String registration, int partition) {
        return database.call(
                "Reading the parked entities of registration " + registration,
                c -> database.jooq(c)
                        .selectDistinct(PARKED_EVENTS.ENTITY_TYPE, PARKED_EVENTS.ENTITY_ID)
                        .from(PARKED_EVENTS)
                        .where(PARKED_EVENTS.REGISTRATION.eq(registration))
                        .and(PARKED_EVENTS.PARTITION.eq(partition))
                        .fetch(row -> EntityRef.of(row.value1(), row.value2())));
    }

    /** What is to be tried again, in the order of the ledger; at most so many. */
    List<ParkedEvent> toRetry(String registration, int partition, int most) {
        return read(
                PARKED_EVENTS
                        .REGISTRATION
                        .eq(registration)
                        .and(PARKED_EVENTS.PARTITION.eq(partition))
                        .and(PARKED_EVENTS.RETRY.isNotNull()),
                0,
                most);
    }

    /** What is set aside after that position, in the order of the ledger; at most so many. */
    List<ParkedEvent> list(String registration, long after, int most) {
        return read(PARKED_EVENTS.REGISTRATION.eq(registration), after, most);
    }

    private List<ParkedEvent> read(Condition which, long after, int most) {
        return database.call(
                "Reading parked events",
                c -> database.jooq(c)
                        .selectFrom(PARKED_EVENTS)
                        .where(which)
                        .and(PARKED_EVENTS.POSITION.gt(after))
                        .orderBy(PARKED_EVENTS.POSITION)
                        .limit(most)
                        .fetch(ParkedTable::parked));
    }

    private static ParkedEvent parked(Record row) {
        return new ParkedEvent(
                row.get(PARKED_EVENTS.REGISTRATION),
                row.get(PARKED_EVENTS.POSITION),
                EntityRef.of(row.get(PARKED_EVENTS.ENTITY_TYPE), row.get(PARKED_EVENTS.ENTITY_ID)),
                row.get(PARKED_EVENTS.ATTEMPTS),
                Optional.ofNullable(row.get(PARKED_EVENTS.ERROR)),
                Optional.ofNullable(row.get(PARKED_EVENTS.STACK_TRACE)),
                row.get(PARKED_EVENTS.PARKED).toInstant(),
                row.get(PARKED_EVENTS.RETRY) != null);
    }

    long count(Connection connection, String registration) {
        return database.jooq(connection).fetchCount(PARKED_EVENTS, PARKED_EVENTS.REGISTRATION.eq(registration));
    }

    /**
     * Marks what is to be tried again, and answers how many events that is.
     *
     * @param entity null = all
     */
    int retry(Connection connection, String registration, @Nullable EntityRef entity) {
        return database.jooq(connection)
                .update(PARKED_EVENTS)
                .set(PARKED_EVENTS.RETRY, DSL.currentOffsetDateTime())
                .where(entity == null ? PARKED_EVENTS.REGISTRATION.eq(registration) : of(registration, entity))
                .execute();
    }

    /** Forgets an event, and answers it; empty if it was not set aside. */
    Optional<ParkedEvent> discard(Connection connection, String registration, long position) {
        DSLContext jooq = database.jooq(connection);
        Condition which = PARKED_EVENTS.REGISTRATION.eq(registration).and(PARKED_EVENTS.POSITION.eq(position));
        Optional<ParkedEvent> found =
                jooq.selectFrom(PARKED_EVENTS).where(which).forUpdate().fetchOptional(ParkedTable::parked);
        jooq.deleteFrom(PARKED_EVENTS).where(which).execute();
        return found;
    }
}
