package io.daybook.consumers;

import io.daybook.event.Event;
import io.daybook.notifier.Batch;
import io.daybook.notifier.OwnershipLost;
import io.daybook.notifier.Reaction;
import io.daybook.notifier.Registration;
import java.util.List;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts on the events of one registration in the database that they are in: what it writes and the cursor are committed in one
 * transaction, so each event has its effect exactly once, whatever crashes, freezes or is cut off (on H2 but for a {@code kill -9} while others write too: docs/guarantees.md, promise 1). Extend it and implement {@link
 * #processEvent}, or {@link #processEvents} to see a whole batch.
 *
 * <p>Several events share a transaction, up to the size of a batch. If one of them fails, all are rolled back and each is tried in a
 * transaction of its own; what becomes of the one that fails is for the {@link FailurePolicy} to say. Effects outside the database
 * are had again with every try: for them use an {@link EventConsumer} and recognise what comes again by its position.
 *
 * <p>On PostgreSQL a transaction in which nothing happens for 60 seconds is ended, so that a node that froze does not hold the rows
 * that others need.
 *
 * <p>Starts, stops and threads: see {@link RegistrationConsumer}.
 */
public abstract non-sealed class TransactionalEventConsumer extends RegistrationConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalEventConsumer.class);

    private static final int DEFAULT_BATCH = 100;
    private static final int LARGEST_BATCH = 1_000;

    /** A consumer of batches of up to 100 events, that tries an event that fails until it works. */
    protected TransactionalEventConsumer(Registration registration) {
        this(registration, FailurePolicy.retryForEver());
    }

    /** A consumer of batches of up to 100 events. @throws IllegalArgumentException if the registration is ephemeral */
    protected TransactionalEventConsumer(Registration registration, FailurePolicy policy) {
        this(registration, policy, DEFAULT_BATCH);
    }

    /**
     * A consumer of batches.
     *
     * @param batchSize most events of one transaction, from 1 to 1,000
     * @throws IllegalArgumentException if the registration is ephemeral, or the size makes no sense
     */
    protected TransactionalEventConsumer(Registration registration, FailurePolicy policy, int batchSize) {
        super(durable(registration), policy, checked(batchSize));
    }

    private static Registration durable(Registration registration) {
        if (!registration.isDurable()) {
            throw new IllegalArgumentException(
                    "Registration %s is ephemeral: there is no cursor that could be committed with effects. Give it a name."
                            .formatted(registration.id()));
        }
        return registration;
    }

    private static int checked(int batchSize) {
        if (batchSize < 1 || batchSize > LARGEST_BATCH) {
            throw new IllegalArgumentException(
                    "A batch has 1 to %d events, found %d.".formatted(LARGEST_BATCH, batchSize));
        }
        return batchSize;
    }

    /**
     * Acts on that event; its position is present. What it appends in this thread is recorded as caused by the event, unless it says another
     * cause. Never commits or rolls back.
     *
     * @param jooq in the transaction that moves the cursor
     * @throws Exception if it could not: everything is rolled back
     */
    protected abstract void processEvent(Event event, DSLContext jooq) throws Exception;

    /**
     * Acts on these events of one partition, in order; at least one. Unless overridden, on one after the other. Who overrides it
     * says the cause of what it appends: of a whole batch nobody else knows ({@code daybook.reactingTo(event)}).
     *
     * @param jooq in the transaction that moves the cursor past all of them
     * @throws Exception if it could not: everything is rolled back, and each is tried alone
     */
    @SuppressWarnings("try")
    protected void processEvents(List<Event> events, DSLContext jooq) throws Exception {
        for (Event event : events) {
            try (Reaction ignored = registration().react(event)) {
                processEvent(event, jooq);
            }
        }
    }

    /** What the application forgets to close in one batch does not count in the next. */
    @SuppressWarnings("try")
    private void processApart(List<Event> events, DSLContext jooq) throws Exception {
        try (Reaction ignored = registration().withoutCause()) {
            processEvents(events, jooq);
        }
    }

    @Override
    final void handle(Batch batch, ConsumerThreads.Pauses pauses) {
        try {
            if (batch.deliveries().size() > 1 && finished(batch)) {
                return;
            }
            for (Batch single : batch.split()) {
                boolean worked = failures()
                        .attempt(
                                single.deliveries().get(0),
                                pauses,
                                () -> single.finish(jooq -> processApart(single.events(), jooq)));
                if (!worked) {
                    // What follows may be of the same entity: it comes again, and then it is known what became of this
                    // one.
                    break;
                }
            }
        } catch (OwnershipLost e) {
            LOG.info("Consumer {}: {}", registration().id(), e.getMessage());
        }
    }

    /** All of it at once, as is usual. */
    private boolean finished(Batch batch) {
        try {
            batch.finish(jooq -> processApart(batch.events(), jooq));
            return true;
        } catch (OwnershipLost e) {
            throw e;
        } catch (Exception | Error e) {
            LOG.warn(
                    "Consumer {} failed in a batch of {} events up to position {}: {}. Trying each alone.",
                    registration().id(),
                    batch.deliveries().size(),
                    batch.events().get(batch.events().size() - 1).position().orElseThrow(),
                    registration().shown(e, batch.events()).toString());
            return false;
        }
    }
}
