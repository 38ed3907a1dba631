package io.daybook.notifier;

import io.daybook.event.EntityRef;
import io.daybook.event.Event;
import io.daybook.ledger.LedgerEntry;

/**
 * One event handed to one registration. The cursor passes it only after {@link #done}, {@link #park} or {@link #skip}; until then a
 * restart delivers it again. Thread-safe.
 */
public final class Delivery {

    private final Partition partition;
    private final LedgerEntry entry;
    private final int attempts;
    private final boolean retry;

    /** Set once, under the lock of the registration. */
    boolean done;

    Delivery(Partition partition, LedgerEntry entry) {
        this(partition, entry, 0, false);
    }

    private Delivery(Partition partition, LedgerEntry entry, int attempts, boolean retry) {
        this.partition = partition;
        this.entry = entry;
        this.attempts = attempts;
        this.retry = retry;
    }

    /** An event that was set aside and is to be tried again. */
    static Delivery ofParked(Partition partition, LedgerEntry entry, int attempts) {
        return new Delivery(partition, entry, attempts, true);
    }

    /** The event; its position is present. */
    public Event event() {
        return entry.event();
    }

    /**
     * What the event is called in the whole world, for consumers whose effects are elsewhere and who want to recognise one that
     * comes again: {@code <daybook id>/<position>}, the same at every delivery to every registration.
     */
    public String eventId() {
        return partition.registration.eventId(entry.position());
    }

    /** Whether the event was set aside, and an operator wants it tried again. */
    public boolean isRetry() {
        return retry;
    }

    /** How often it was tried before it was set aside; 0 = it was not. */
    public int attempts() {
        return attempts;
    }

    /** Begins a reaction to its event in this thread: see {@link Registration#react}. For who polls; a consumer does it by itself. */
    public Reaction enter() {
        return partition.registration.react(event());
    }

    Partition partition() {
        return partition;
    }

    LedgerEntry entry() {
        return entry;
    }

    EntityRef entity() {
        return entry.event().entity();
    }

    /**
     * It is processed: the cursor may pass it, as soon as everything before it is done too. Twice is the same as once. Where the
     * partition is another node's by now it does nothing: the event comes again there.
     *
     * @throws io.daybook.database.DatabaseFailure if it was parked and the database cannot forget that; it stays parked
     */
    public void done() {
        partition.registration.done(this);
    }

    /** It is not processed: the next poll hands it out again, before anything that comes after it. */
    public void again() {
        partition.registration.again(this);
    }

    /**
     * It cannot be processed: it is set aside, with all that follows of the same entity, until an operator says what shall become
     * of them ({@link Notifier#control}). Other entities go on.
     *
     * @param why what failed
     * @param tried how often it was tried
     * @throws io.daybook.database.DatabaseFailure if the database cannot, or did not answer; it comes again unless it was parked
     * @throws IllegalStateException if the registration is ephemeral
     */
    public void park(Throwable why, int tried) {
        partition.registration.park(this, why, tried);
    }

    /**
     * It cannot be processed and shall be left out, which is recorded as an event of the registration.
     *
     * @param why what failed
     * @param tried how often it was tried
     * @throws io.daybook.database.DatabaseFailure if the database cannot record it, or did not answer; it comes again unless it was
     */
    public void skip(Throwable why, int tried) {
        partition.registration.skip(this, why, tried);
    }
}
