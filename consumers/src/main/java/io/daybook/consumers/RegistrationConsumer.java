package io.daybook.consumers;

import io.daybook.notifier.Batch;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.util.Random;

/**
 * What every consumer of a registration can: start, stop, start again. Extend {@link EventConsumer} or {@link
 * TransactionalEventConsumer}.
 *
 * <p>A registration of several partitions is consumed by several threads: events of one entity one after the other, in order, events of
 * others beside them. Other nodes may consume the same registration; each partition is consumed by one of them at a time.
 *
 * <p>Thread-safe; the application's own methods are only called by the consumer's threads.
 */
public abstract sealed class RegistrationConsumer implements AutoCloseable
        permits EventConsumer, TransactionalEventConsumer {

    private static final Duration DEFAULT_STOP_WITHIN = Duration.ofSeconds(30);

    private final Registration registration;
    private final Failures failures;
    private final ConsumerThreads threads;

    RegistrationConsumer(Registration registration, FailurePolicy policy, int batchSize) {
        this.registration = registration;
        this.failures = new Failures(registration, policy, new Random());
        this.threads = new ConsumerThreads(
                registration,
                "a consumer (" + getClass().getName() + ")",
                batchSize,
                this::handle,
                SharedThreads.OF_THIS_PROCESS);
    }

    /** Finishes the events; what it leaves is given back. */
    abstract void handle(Batch batch, ConsumerThreads.Pauses pauses);

    Failures failures() {
        return failures;
    }

    /** Whose events these are. */
    public final Registration registration() {
        return registration;
    }

    /**
     * Begins, or goes on after {@link #stop}, behind the last event that was processed.
     *
     * @throws IllegalStateException if it runs
     * @throws io.daybook.notifier.RegistrationBusy if another consumer of this node has the registration
     * @throws io.daybook.notifier.RegistrationClosed if the registration was unregistered, or its daybook is closed
     */
    public final void start() {
        threads.start();
    }

    /** Whether it was started and has not ended. */
    public final boolean isRunning() {
        return threads.isRunning();
    }

    /** Stops, waiting at most 30 seconds for what is in hand: see {@link #stop(Duration)}. */
    public final void stop() {
        stop(DEFAULT_STOP_WITHIN);
    }

    /**
     * Stops: what is in hand is finished, the cursor saved, everything later stays for the next start. Called from within the consumer
     * it does not wait. Of a consumer that does not run it is no error.
     *
     * @param within how long to wait for what is in hand
     * @return whether it has stopped; if not, it will as soon as what is in hand is finished
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
