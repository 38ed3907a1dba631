package io.daybook.consumers;

import io.daybook.event.Event;
import io.daybook.notifier.Batch;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Reaction;
import io.daybook.notifier.Registration;

/**
 * Acts on the events of one registration, one after the other, in the order of the ledger, on a daemon thread of its own. Extend
 * it and implement {@link #processEvent}.
 *
 * <p>Unlike Taipy's consumer (trace o-consumer-lifecycle) it may be started again after a stop, an event counts as consumed only
 * when {@code processEvent} returned, and an exception does not end it: what becomes of the event is for its {@link FailurePolicy}
 * to say. Unless told otherwise it is tried until it works, after a pause that grows from 100 ms to 10 s; until then no later event is
 * delivered, so the order stays.
 *
 * <p>Starts, stops and threads: see {@link RegistrationConsumer}.
 */
public abstract non-sealed class EventConsumer extends RegistrationConsumer {

    /** Most events to take at once: each is processed for itself, but taking costs as much for one as for some. */
    private static final int TAKEN_AT_ONCE = 100;

    /** A consumer that tries an event that fails until it works. */
    protected EventConsumer(Registration registration) {
        this(registration, FailurePolicy.retryForEver());
    }

    /**
     * A consumer with that policy.
     *
     * @throws IllegalArgumentException if the policy parks or stops and the registration is ephemeral
     */
    protected EventConsumer(Registration registration, FailurePolicy policy) {
        super(registration, policy, TAKEN_AT_ONCE);
    }

    @Override
    @SuppressWarnings("try")
    final void handle(Batch batch, ConsumerThreads.Pauses pauses) {
        for (Delivery delivery : batch.deliveries()) {
            // What is left is given back, here and where one did not work: what follows may be of the same entity.
            boolean worked = batch.mayGoOn(delivery)
                    && failures().attempt(delivery, pauses, () -> {
                        try (Reaction ignored = delivery.enter()) {
                            processEvent(delivery.event());
                        }
                        delivery.done();
                    });
            if (!worked) {
                return;
            }
        }
    }

    /**
     * Acts on that event; its position is present. What it appends in this thread is recorded as caused by the event, unless it says another
     * cause. May come again for the same event, after a restart or an exception.
     *
     * @throws Exception if it could not: what becomes of the event is for the failure policy to say
     */
    protected abstract void processEvent(Event event) throws Exception;
}
