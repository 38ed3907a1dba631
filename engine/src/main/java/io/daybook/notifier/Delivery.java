package io.daybook.notifier;

import io.daybook.event.Event;
import io.daybook.ledger.LedgerEntry;

/**
 * One event handed to one registration. The cursor passes it only after {@link #done}; until then a restart delivers it again.
 * Thread-safe.
 */
public final class Delivery {

    private final Registration registration;
    private final LedgerEntry entry;

    /** Guarded by the registration's lock. */
    boolean done;

    Delivery(Registration registration, LedgerEntry entry) {
        this.registration = registration;
        this.entry = entry;
    }

    /** The event; its position is present. */
    public Event event() {
        return entry.event();
    }

    LedgerEntry entry() {
        return entry;
    }

    /** It is processed: the cursor may pass it, as soon as everything before it is done too. Twice is the same as once. */
    public void done() {
        registration.done(this);
    }

    /** It is not processed: the next poll hands it out again, before anything that comes after it. */
    public void again() {
        registration.again(this);
    }
}
