package io.daybook.consumers;

import io.daybook.Daybook;
import io.daybook.event.Event;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.ProcessedTable;

/**
 * A memory of the events that a consumer has acted on, for consumers whose effects are outside the database (a mail, a call):
 *
 * <pre>{@code
 * ProcessedEvents mailed = ProcessedEvents.of(daybook, "mailer");
 * Consumers.consume(mailer, event -> {
 *   if (!mailed.isProcessed(event)) {
 *     send(event);
 *     mailed.markProcessed(event);
 *   }
 * });
 * }</pre>
 *
 * <p>It makes delivery again rare, not impossible: an event that comes again because the cursor was not saved yet is recognised, one whose
 * consumer died after the effect and before the mark is not, and has its effect twice. (Marked before the effect, it would have none.)
 * Exactly once needs the other side: hand it {@link Delivery#eventId()} as the key by which it recognises what it has seen. Effects
 * in this database need none of this: use a {@link TransactionalEventConsumer}.
 *
 * <p>Give it the name of the registration: then {@code daybook doctor --recover} forgets with a cursor that it sets back what was
 * remembered after it. A replay on purpose is recognised, too: forget first what shall be had again.
 *
 * <p>Thread-safe.
 */
public final class ProcessedEvents {

    private final ProcessedTable table;

    private ProcessedEvents(ProcessedTable table) {
        this.table = table;
    }

    /**
     * What the consumer of that name remembers.
     *
     * @param consumer its name, best the name of its registration
     * @throws IllegalArgumentException if the name is empty or has more than 200 characters
     */
    public static ProcessedEvents of(Daybook daybook, String consumer) {
        return new ProcessedEvents(daybook.processed(consumer));
    }

    /**
     * Whether that event is marked.
     *
     * @throws IllegalArgumentException if the event has no position yet
     * @throws io.daybook.database.DatabaseFailure if the database cannot say
     */
    public boolean isProcessed(Event event) {
        return table.contains(position(event));
    }

    /** Whether the event of that delivery is marked: see {@link #isProcessed(Event)}. */
    public boolean isProcessed(Delivery delivery) {
        return isProcessed(delivery.event());
    }

    /**
     * Marks that event, in a transaction of its own, committed when this returns.
     *
     * @return false if it was marked already
     * @throws IllegalArgumentException if the event has no position yet
     * @throws io.daybook.database.DatabaseFailure if the database cannot; it is not marked
     */
    public boolean markProcessed(Event event) {
        return table.add(position(event));
    }

    /** Marks the event of that delivery: see {@link #markProcessed(Event)}. */
    public boolean markProcessed(Delivery delivery) {
        return markProcessed(delivery.event());
    }

    /**
     * Forgets the marks of events before that position, so that the table stays small. What the registration's cursor has passed never
     * comes again by itself: {@code forgetBefore(registration.position())} is safe, as long as nothing is parked.
     *
     * @return how many marks that were
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     */
    public int forgetBefore(long position) {
        return table.removeBefore(position);
    }

    private static long position(Event event) {
        return event.position()
                .orElseThrow(() -> new IllegalArgumentException(
                        "Version %d of %s has no position yet, so it was not delivered. Ask about events that were."
                                .formatted(event.version(), event.entity())));
    }
}
