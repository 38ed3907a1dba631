package io.daybook.testkit;

import io.daybook.Daybook;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what is on its way, never longer than 30 seconds, and never by the clock alone. */
public final class Await {

    /** The longest that anything here waits. */
    public static final Duration LONGEST = Duration.ofSeconds(30);

    private static final long PAUSE_MILLISECONDS = 5;

    private Await() {}

    /**
     * Waits until everything that is committed has its position.
     *
     * @return the last of them
     * @throws AssertionError if it does not happen in time
     */
    public static long sequenced(Daybook daybook) {
        until(
                () -> daybook.ledger().unsequenced() == 0,
                () -> "%d committed events still have no position%s"
                        .formatted(
                                daybook.ledger().unsequenced(),
                                daybook.sequencerFailure()
                                        .map(e -> "; the sequencer says: " + e)
                                        .orElse("")));
        return daybook.head();
    }

    /**
     * Waits until each of these registrations has passed everything that is committed now. Somebody must consume them.
     *
     * @throws AssertionError if one does not in time
     */
    public static void caughtUp(Daybook daybook, Registration... registrations) {
        long head = sequenced(daybook);
        for (Registration registration : registrations) {
            until(
                    () -> registration.position() >= head,
                    () -> "%s has not passed position %d".formatted(registration, head));
        }
    }

    /**
     * Waits until that is true.
     *
     * @param otherwise what is wrong if it never is; asked only then
     * @throws AssertionError if it is not in time
     */
    public static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("After %d s: %s.".formatted(LONGEST.toSeconds(), otherwise.get()));
            }
            try {
                Thread.sleep(PAUSE_MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("Interrupted while waiting: %s.".formatted(otherwise.get()), e);
            }
        }
    }
}
