package io.daybook.consumers;

import io.daybook.event.Event;
import io.daybook.notifier.Batch;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.util.Random;

/**
 * Acts on the events of one registration, one after the other, in the order of the ledger, on a daemon thread of its own. Extend
 * it and implement {@link #processEvent}.
 *
 * <p>Unlike Taipy's consumer (trace o-consumer-lifecycle) it may be started again after a stop, an event counts as consumed only
 * when {@code processEvent} returned, and an exception does not end it: what becomes of the event is for its {@link FailurePolicy}
 * to say. Unless told otherwise it is tried until it works, after a pause that grows from 100 ms to 10 s; until then no later event is
 * delivered, so the order stays.
 *
 * <p>A registration of several partitions is consumed by several threads: events of one entity one after the other, in order, events of
 * others beside them. Other nodes may consume the same registration; each partition is consumed by one of them at a time.
 *
 * <p>{@code start} and {@code stop} are thread-safe; {@code processEvent} is only called by the consumer's threads.
 */
public abstract class EventConsumer implements AutoCloseable {

    private static final Duration DEFAULT_STOP_WITHIN = Duration.ofSeconds(30);

    private final Registration registration;
    private final Failures failures;
    private final ConsumerThreads threads;

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
        this.registration = registration;
        this.failures = new Failures(registration, policy, new Random());
        this.threads =
                new ConsumerThreads(registration, "a consumer (" + getClass().getName() + ")", 1, this::handle);
    }

    private void handle(Batch batch, ConsumerThreads.Pauses pauses) {
        Delivery delivery = batch.deliveries().get(0);
        failures.attempt(delivery, pauses, () -> {
            processEvent(delivery.event());
            delivery.done();
        });
    }

    /**
     * Acts on that event; its position is present. May come again for the same event, after a restart or an exception.
     *
     * @throws Exception if it could not: what becomes of the event is for the failure policy to say
     */
    protected abstract void processEvent(Event event) throws Exception;

    /** Whose events these are. */
    public final Registration registration() {
        return registration;
    }

    /**
     * Begins, or goes on after {@link #stop}, behind the last event that was processed.
     *
     * @throws IllegalStateException if it runs
     * @throws io.daybook.notifier.RegistrationBusy if another consumer has the registration
     * @throws io.daybook.notifier.RegistrationClosed if the registration was unregistered, or its daybook is closed
     */
    public final void start() {
        threads.start();
    }

    /** Whether it was started and has not ended. */
    public final boolean isRunning() {
        return threads.isRunning();
    }

    /** Stops, waiting at most 30 seconds for the event in hand: see {@link #stop(Duration)}. */
    public final void stop() {
        stop(DEFAULT_STOP_WITHIN);
    }

    /**
     * Stops: the event in hand is finished, the cursor saved, everything later stays for the next start. Called from within {@code
     * processEvent} it does not wait. Of a consumer that does not run it is no error.
     *
     * @param within how long to wait for the event in hand
     * @return whether it has stopped; if not, it will as soon as the event in hand is finished
     */
    public final boolean stop(Duration within) {
        return threads.stop(within);
    }

    /** The same as {@link #stop()}. */
    @Override
    public final void close() {
        stop();
    }
}
