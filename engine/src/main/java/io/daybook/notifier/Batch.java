package io.daybook.notifier;

import io.daybook.event.Event;
import java.util.List;
import org.jooq.DSLContext;

/**
 * Events of one partition, in order, in the hand of one consumer: until they are finished or given back, nothing else of their
 * partition is handed out. Belongs to the thread that took it.
 */
public final class Batch {

    private final Registration registration;
    private final List<Delivery> deliveries;

    Batch(Registration registration, List<Delivery> deliveries) {
        this.registration = registration;
        this.deliveries = List.copyOf(deliveries);
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
                .map(delivery -> new Batch(registration, List.of(delivery)))
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

    /** Gives back what is not done: it comes again, before anything after it. */
    public void giveBack() {
        deliveries.forEach(Delivery::again);
    }
}
