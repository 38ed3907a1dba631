package io.daybook.consumers;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What becomes of an event that a consumer cannot process. It is tried again with longer and longer pauses; later events of its
 * partition wait meanwhile. Then, if ever, comes the last resort.
 *
 * <pre>{@code
 * FailurePolicy.retry(5).thenPark()
 * FailurePolicy.retry(3).backOff(Duration.ofMillis(50), Duration.ofSeconds(2)).thenStop()
 * }</pre>
 *
 * <p>Immutable.
 */
public sealed interface FailurePolicy {

    /** How long to wait between two tries. */
    BackOff backOff();

    /** Tried until it works: nothing is ever left out, and everything behind it waits. The default. */
    static FailurePolicy retryForEver() {
        return new RetryForEver(BackOff.DEFAULT);
    }

    /**
     * Tried at most so often, and then as is said next.
     *
     * @param attempts at least 1, the first one included
     */
    static Retry retry(int attempts) {
        return new Retry(attempts, BackOff.DEFAULT);
    }

    /** See {@link #retryForEver()}. */
    record RetryForEver(BackOff backOff) implements FailurePolicy {}

    /** See {@link #retry(int)}. */
    record RetryThen(int attempts, BackOff backOff, LastResort lastResort) implements FailurePolicy {}

    /** What is left when an event has failed too often. */
    enum LastResort {
        /** The registration is paused, on all nodes, until an operator resumes it; the event is then tried again. */
        STOP,
        /** The event is set aside with what follows of its entity; other entities go on. */
        PARK,
        /** The event is left out, which is recorded. What follows goes on, of the same entity too. */
        SKIP
    }

    /** So many tries; say what comes then. */
    record Retry(int attempts, BackOff backOff) {

        /** Refuses what makes no sense. */
        public Retry {
            if (attempts < 1) {
                throw new IllegalArgumentException(
                        "An event is tried at least once, found %d attempts.".formatted(attempts));
            }
        }

        /**
         * The same with these pauses: the first one, twice as long each time, up to the longest; each is shortened by up to a half at
         * random, so that consumers that failed together do not come back together.
         */
        public Retry backOff(Duration first, Duration longest) {
            return new Retry(attempts, new BackOff(first, longest));
        }

        /** Then the registration is paused, on all nodes, until an operator resumes it. */
        public FailurePolicy thenStop() {
            return new RetryThen(attempts, backOff, LastResort.STOP);
        }

        /** Then the event is set aside with what follows of its entity; other entities go on. Only for durable registrations. */
        public FailurePolicy thenPark() {
            return new RetryThen(attempts, backOff, LastResort.PARK);
        }

        /** Then the event is left out, which is recorded. */
        public FailurePolicy thenSkip() {
            return new RetryThen(attempts, backOff, LastResort.SKIP);
        }
    }

    /**
     * Pauses between tries.
     *
     * @param first more than zero
     * @param longest at least as long
     */
    record BackOff(Duration first, Duration longest) {

        static final BackOff DEFAULT = new BackOff(Duration.ofMillis(100), Duration.ofSeconds(10));

        /** Refuses what makes no sense. */
        public BackOff {
            if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
                throw new IllegalArgumentException(
                        "Pauses begin with more than zero and do not get shorter, found %s to %s."
                                .formatted(first, longest));
            }
        }

        /**
         * How long to wait after that many failures.
         *
         * @param failures at least 1
         */
        Duration pause(int failures, RandomGenerator random) {
            long most = longest.toMillis();
            long doubled = first.toMillis() << Math.min(failures - 1, 30);
            long full = Math.max(1, doubled <= 0 ? most : Math.min(most, doubled));
            return Duration.ofMillis(full - random.nextLong(full / 2 + 1));
        }
    }
}
