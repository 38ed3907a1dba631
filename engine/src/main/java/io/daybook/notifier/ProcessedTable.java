package io.daybook.notifier;

import static io.daybook.schema.Tables.PROCESSED_EVENTS;

import io.daybook.database.Database;
import org.jooq.impl.DSL;

/**
 * The table {@code processed_events}: positions that a consumer with effects elsewhere remembers to have done. Use it through {@code
 * ProcessedEvents} in module consumers. Thread-safe.
 */
public final class ProcessedTable {

    private static final int LONGEST_NAME = 200;

    private final Database database;
    private final String consumer;

    /**
     * For the engine: use {@code daybook.processed(consumer)}.
     *
     * @throws IllegalArgumentException if the name is empty or has more than 200 characters
     */
    public ProcessedTable(Database database, String consumer) {
        if (consumer.isEmpty() || consumer.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("A consumer has a name of 1 to %d characters, found %d."
                    .formatted(LONGEST_NAME, consumer.length()));
        }
        this.database = database;
        this.consumer = consumer;
    }

    /** Whether that position is remembered. @throws io.daybook.database.DatabaseFailure if the database cannot */
    public boolean contains(long position) {
        return database.call(
                "Looking what consumer %s has done".formatted(consumer),
                c -> database.jooq(c)
                        .fetchExists(
                                PROCESSED_EVENTS,
                                PROCESSED_EVENTS.CONSUMER.eq(consumer).and(PROCESSED_EVENTS.POSITION.eq(position))));
    }

    /**
     * Remembers that position, in a transaction of its own.
     *
     * @return false if it was remembered already
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     */
    public boolean add(long position) {
        return database.transaction(
                "Remembering what consumer %s has done".formatted(consumer),
                c -> database.jooq(c)
                                .insertInto(PROCESSED_EVENTS)
                                .set(PROCESSED_EVENTS.CONSUMER, consumer)
                                .set(PROCESSED_EVENTS.POSITION, position)
                                .set(PROCESSED_EVENTS.PROCESSED, DSL.currentOffsetDateTime())
                                .onConflictDoNothing()
                                .execute()
                        == 1);
    }

    /**
     * Forgets what is before that position.
     *
     * @return how many that were
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     */
    public int removeBefore(long position) {
        return database.transaction(
                "Forgetting what consumer %s has done".formatted(consumer),
                c -> database.jooq(c)
                        .deleteFrom(PROCESSED_EVENTS)
                        .where(PROCESSED_EVENTS.CONSUMER.eq(consumer))
                        .and(PROCESSED_EVENTS.POSITION.lt(position))
                        .execute());
    }
}
