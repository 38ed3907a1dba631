package io.daybook.scenarios;

import io.daybook.event.DaybookException;
import io.daybook.event.Topic;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationClosed;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what is known here up to date with what other processes do, and lets the orchestrator look around when something happened. */
final class Follower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final Duration LONGEST_SLEEP = Duration.ofMillis(500);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
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
        Duration pause = SHORTEST_PAUSE;
        while (!closed) {
            try {
                sleep();
                core.catchUp();
                orchestrator.lookAround();
                pause = SHORTEST_PAUSE;
            } catch (RegistrationClosed e) {
                if (!closed) {
                    LOG.warn("The daybook was closed before the scenarios; they follow nothing any more.");
                }
                return;
            } catch (InterruptedException e) {
                LOG.debug("Following was interrupted; it ends only when it is closed.");
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                if (!closed && pause.equals(SHORTEST_PAUSE)) {
                    LOG.warn(
                            "Following what other processes do failed: {}. Trying again, more and more slowly.",
                            e.toString());
                }
                pause = rest(pause);
            }
        }
    }

    /** Sleeps, and answers how long to sleep the next time. */
    private static Duration rest(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            LOG.debug("A pause was interrupted.");
        }
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
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
