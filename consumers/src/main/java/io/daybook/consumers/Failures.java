package io.daybook.consumers;

import io.daybook.event.Event;
import io.daybook.notifier.Delivery;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Tries one event as a failure policy says. Thread-safe. */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private static final String MDC_CONSUMER = "daybook.consumer";
    private static final String MDC_POSITION = "daybook.position";

    private final Registration registration;
    private final FailurePolicy policy;
    private final RandomGenerator random;

    Failures(Registration registration, FailurePolicy policy, RandomGenerator random) {
        this.registration = registration;
        this.policy = policy;
        this.random = random;
        boolean parks =
                policy instanceof FailurePolicy.RetryThen then && then.lastResort() != FailurePolicy.LastResort.SKIP;
        if (parks && !registration.isDurable()) {
            throw new IllegalArgumentException(
                    "Registration %s is ephemeral, so there is nothing to park or stop. Give it a name, or retry or skip."
                            .formatted(registration.id()));
        }
    }

    /** One try. */
    interface Attempt {
        void run() throws Exception;
    }

    /**
     * Tries until it works, or is given back, parked or skipped, or the registration is stopped.
     *
     * @return whether it worked: then what follows may be tried
     */
    boolean attempt(Delivery delivery, ConsumerThreads.Pauses pauses, Attempt attempt) {
        int failures = 0;
        while (true) {
            Throwable why = tried(delivery, attempt);
            if (why == null) {
                return true;
            }
            failures++;
            if (policy instanceof FailurePolicy.RetryThen then && failures >= then.attempts()) {
                lastResort(then.lastResort(), delivery, why, failures);
                return false;
            }
            Duration pause = policy.backOff().pause(failures, random);
            Event event = delivery.event();
            LOG.error(
                    "Consumer {} failed at position {} ({} of {}, version {}). Offering it again in {} ms; later events wait.",
                    registration.id(),
                    event.position().orElseThrow(),
                    event.operation(),
                    event.entity(),
                    event.version(),
                    pause.toMillis(),
                    why);
            if (!pauses.pause(pause)) {
                delivery.again();
                return false;
            }
        }
    }

    private @org.jspecify.annotations.Nullable Throwable tried(Delivery delivery, Attempt attempt) {
        try {
            MDC.put(MDC_CONSUMER, registration.id());
            MDC.put(MDC_POSITION, Long.toString(delivery.event().position().orElseThrow()));
            attempt.run();
            return null;
        } catch (io.daybook.notifier.OwnershipLost e) {
            // No failure of the event: it is tried elsewhere.
            throw e;
        } catch (Exception | Error e) {
            return registration.shown(e, List.of(delivery.event()));
        } finally {
            MDC.remove(MDC_CONSUMER);
            MDC.remove(MDC_POSITION);
        }
    }

    private void lastResort(FailurePolicy.LastResort lastResort, Delivery delivery, Throwable why, int failures) {
        int attempts = delivery.attempts() + failures;
        try {
            switch (lastResort) {
                case PARK -> delivery.park(why, attempts);
                case SKIP -> delivery.skip(why, attempts);
                case STOP -> {
                    registration.stopBecauseOf(delivery, why, attempts);
                    delivery.again();
                }
                default -> throw new IllegalStateException("No such last resort: " + lastResort);
            }
        } catch (RuntimeException e) {
            delivery.again();
            throw e;
        }
    }
}
