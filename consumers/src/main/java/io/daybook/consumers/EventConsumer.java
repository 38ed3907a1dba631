package io.daybook.consumers;

import io.daybook.database.WakeUp;
import io.daybook.event.Event;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationClosed;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Acts on the events of one registration, one after the other, in the order of the ledger, on a daemon thread of its own. Extend
 * it and implement {@link #processEvent}.
 *
 * <p>Unlike Taipy's consumer (trace o-consumer-lifecycle) it may be started again after a stop, an event counts as consumed only
 * when {@code processEvent} returned, and an exception does not end it: the event is logged and offered again, after a pause that
 * grows from 100 ms to 10 s. Until then no later event is delivered, so the order stays.
 *
 * <p>{@code start} and {@code stop} are thread-safe; {@code processEvent} is only called by the consumer's thread.
 */
public abstract class EventConsumer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventConsumer.class);

    private static final String MDC_CONSUMER = "daybook.consumer";
    private static final String MDC_POSITION = "daybook.position";

    private static final Duration POLL = Duration.ofSeconds(10);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration DEFAULT_STOP_WITHIN = Duration.ofSeconds(30);

    private final Registration registration;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopped = lock.newCondition();

    // Guarded by the lock.
    private @Nullable Run run;

    protected EventConsumer(Registration registration) {
        this.registration = registration;
    }

    /**
     * Acts on that event; its position is present. May come again for the same event, after a restart or an exception.
     *
     * @throws Exception if it could not: the event is offered again after a pause
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
     * @throws RegistrationClosed if the registration was unregistered, or its daybook is closed
     */
    public final void start() {
        lock.lock();
        try {
            if (run != null) {
                throw new IllegalStateException(
                        "Consumer %s runs already; stop it before starting it again.".formatted(registration.id()));
            }
            Run next = new Run(registration.claim("a consumer (" + getClass().getName() + ")"));
            run = next;
            next.thread.start();
        } finally {
            lock.unlock();
        }
        LOG.info("Consumer {} starts after position {}.", registration.id(), registration.position());
    }

    /** Whether it was started and has not ended. */
    public final boolean isRunning() {
        lock.lock();
        try {
            return run != null;
        } finally {
            lock.unlock();
        }
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
        lock.lock();
        try {
            Run ending = run;
            if (ending == null) {
                return true;
            }
            ending.stop();
            if (Thread.currentThread() == ending.thread) {
                return false;
            }
            long remaining = within.toNanos();
            while (run == ending && remaining > 0) {
                remaining = stopped.awaitNanos(remaining);
            }
            if (run == ending) {
                LOG.warn(
                        "Consumer {} has been processing an event for {} ms after stop; it stops when that returns.",
                        registration.id(),
                        within.toMillis());
            }
            return run != ending;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The same as {@link #stop()}. */
    @Override
    public final void close() {
        stop();
    }

    /** From one start to its stop. */
    private final class Run {

        private final Registration.Claim claim;
        private final Thread thread;
        private final Object sleeping = new Object();
        /** Whether the thread waits for us and not for the application: then an interrupt is welcome. Guarded by sleeping. */
        private boolean mayInterrupt;

        private volatile boolean ending;

        Run(Registration.Claim claim) {
            this.claim = claim;
            this.thread = new Thread(this::loop, "daybook-consumer-" + registration.id());
            this.thread.setDaemon(true);
        }

        void stop() {
            ending = true;
            synchronized (sleeping) {
                if (mayInterrupt) {
                    thread.interrupt();
                }
            }
        }

        private void loop() {
            Duration pause = Duration.ZERO;
            try {
                while (!ending) {
                    try {
                        Optional<Delivery> delivery = interruptibly(() -> registration.poll(POLL));
                        if (delivery.isPresent()) {
                            process(delivery.get());
                        }
                        pause = Duration.ZERO;
                    } catch (RegistrationClosed e) {
                        LOG.info("Consumer {} ends: {}", registration.id(), e.getMessage());
                        return;
                    } catch (LedgerDiverged e) {
                        LOG.error("Consumer {} ends: {}", registration.id(), e.getMessage());
                        return;
                    } catch (InterruptedException e) {
                        // Only stop() interrupts; the loop's condition tells.
                        LOG.debug("Consumer {} was woken to stop.", registration.id());
                    } catch (RuntimeException e) {
                        pause = WakeUp.longer(pause, SHORTEST_PAUSE, LONGEST_PAUSE);
                        LOG.warn(
                                "Consumer {} cannot read: {}. Trying again in {} ms.",
                                registration.id(),
                                e.getMessage(),
                                pause.toMillis());
                        pause(pause);
                    }
                }
            } finally {
                end();
            }
        }

        private void process(Delivery delivery) {
            Event event = delivery.event();
            Duration pause = Duration.ZERO;
            while (true) {
                try {
                    MDC.put(MDC_CONSUMER, registration.id());
                    MDC.put(MDC_POSITION, Long.toString(event.position().orElseThrow()));
                    processEvent(event);
                    delivery.done();
                    return;
                } catch (Exception | Error e) {
                    pause = WakeUp.longer(pause, SHORTEST_PAUSE, LONGEST_PAUSE);
                    LOG.error(
                            "Consumer {} failed at position {} ({} of {}, version {}). Offering it again in {} ms; later events wait.",
                            registration.id(),
                            event.position().orElseThrow(),
                            event.operation(),
                            event.entity(),
                            event.version(),
                            pause.toMillis(),
                            e);
                } finally {
                    MDC.remove(MDC_CONSUMER);
                    MDC.remove(MDC_POSITION);
                }
                if (!ending) {
                    pause(pause);
                }
                if (ending) {
                    delivery.again();
                    return;
                }
            }
        }

        private void pause(Duration duration) {
            try {
                interruptibly(() -> {
                    Thread.sleep(duration.toMillis());
                    return true;
                });
            } catch (InterruptedException e) {
                LOG.debug("Consumer {} was woken in a pause to stop.", registration.id());
            }
        }

        private interface Wait<T> {
            T run() throws InterruptedException;
        }

        /** An interrupt ends our own waits only: what the application does in processEvent is never interrupted. */
        private <T> T interruptibly(Wait<T> wait) throws InterruptedException {
            synchronized (sleeping) {
                if (ending) {
                    throw new InterruptedException("stopping");
                }
                mayInterrupt = true;
            }
            try {
                return wait.run();
            } finally {
                synchronized (sleeping) {
                    mayInterrupt = false;
                    // One that came between the end of the wait and here was meant for the wait.
                    Thread.interrupted();
                }
            }
        }

        private void end() {
            try {
                claim.close();
            } catch (RuntimeException e) {
                LOG.warn(
                        "Consumer {} could not save its cursor at its stop: {}. Events since the last saved one come again.",
                        registration.id(),
                        e.getMessage());
            }
            lock.lock();
            try {
                run = null;
                stopped.signalAll();
            } finally {
                lock.unlock();
            }
            LOG.info("Consumer {} stopped after position {}.", registration.id(), registration.position());
        }
    }
}
