package io.daybook.scenarios;

import io.daybook.event.DaybookException;
import io.daybook.event.Topic;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what is known here up to date with what other processes do, and lets the orchestrator look around when something happened. */
final class Follower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final Duration LONGEST_SLEEP = Duration.ofMillis(500);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final Core core;
    private final Orchestrator orchestrator;
    private final Registration registration;
    private final Thread thread = new Thread(this::run, "daybook-scenarios");
    private volatile boolean closed;

    Follower(Core core, Orchestrator orchestrator) {
        this.core = core;
        this.orchestrator = orchestrator;
        this.registration = core.daybook.notifier().register(World.TOPICS.toArray(Topic[]::new));
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                sleep();
                core.catchUp();
                orchestrator.lookAround();
            } catch (InterruptedException e) {
                LOG.debug("Following was interrupted; it ends only when it is closed.");
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                if (!closed) {
                    LOG.warn("Following what other processes do failed: {}. Trying again.", e.toString());
                }
            }
        }
    }

    /** Deliveries are only a signal: what they say is read from the ledger, together with everything else. */
    private void sleep() throws InterruptedException {
        Optional<Delivery> delivery = registration.poll(LONGEST_SLEEP);
        while (delivery.isPresent()) {
            delivery.get().done();
            delivery = registration.poll(Duration.ZERO);
        }
    }

    /** Looks around at once, in the calling thread. */
    void look() {
        if (!closed) {
            orchestrator.lookAround();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            core.daybook.notifier().unregister(registration.id());
        } catch (DaybookException e) {
            LOG.debug("The daybook was closed before: {}", e.getMessage());
        }
        try {
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
