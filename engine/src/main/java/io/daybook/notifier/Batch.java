package io.daybook.notifier;

import io.daybook.event.Event;
import java.util.Collections;
import java.util.List;
import org.jooq.DSLContext;

/**
 * Events of one partition, in order, in the hand of one consumer: until they are finished or given back, nothing else of their
 * partition is handed out. Belongs to the thread that took it.
 */
public final class Batch {

    private final Registration registration;
    private final Registration.Claim claim;
    private final List<Delivery> deliveries;

    Batch(Registration registration, Registration.Claim claim, List<Delivery> deliveries) {
        this.registration = registration;
        this.claim = claim;
        this.deliveries = Collections.unmodifiableList(deliveries);
    }

    /** At least one; one that is to be tried again comes alone. */
    public List<Delivery> deliveries() {
        return deliveries;
    }

    /** Of the deliveries, at least one, in order. */
    public List<Event> events() {
        return deliveries.stream().map(Delivery::event).toList();
    }

    /** What a consumer does in the transaction of its cursor. */
    @FunctionalInterface
    public interface TransactionalWork {
        /** Acts in the transaction of that context; never commits, rolls back or closes. */
        void on(DSLContext jooq) throws Exception;
    }

    /** The same events, each for itself, in order; for finding out which of them fails. */
    public List<Batch> split() {
        return deliveries.stream()
                .map(delivery -> new Batch(registration, claim, List.of(delivery)))
                .toList();
    }

    /**
     * Does that, and moves the cursor past these events, in one transaction: both, or nothing.
     *
     * @throws OwnershipLost if the partition is another node's now; nothing was done
     * @throws io.daybook.database.DatabaseFailure if the database cannot; nothing was done
     * @throws io.daybook.event.DaybookException if the connection broke during the commit: then the partition is taken anew, so that
     *     what the database says counts
     * @throws Exception what the work threw; nothing was done
     */
    public void finish(TransactionalWork work) throws Exception {
        registration.finish(deliveries, work);
    }

    /**
     * Whether that delivery may still be processed here: asked before each one by whoever processes them one after the other, because what would
     * keep it from being handed out now keeps it from being processed. The claim has not ended, and the partition is this node's and stays so.
     */
    public boolean mayGoOn(Delivery delivery) {
        return registration.mayGoOn(delivery, claim);
    }

    /** Gives back what is not done: it comes again, before anything after it. */
    public void giveBack() {
        for (Delivery delivery : deliveries) {
            // Done stays done, so a look without the lock will do.
            if (!delivery.done) {
                delivery.again();
            }
        }
    }
}
