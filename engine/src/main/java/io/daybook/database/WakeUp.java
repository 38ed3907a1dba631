package io.daybook.database;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A sleep that others may shorten. A wake-up is only a hint: whoever sleeps looks for work afterwards whether it came or not,
 * so a lost one costs time and nothing else. A wake-up that comes while nobody sleeps ends the next sleep at once. Thread-safe.
 */
public final class WakeUp {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean woken;

    public void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sleeps for that time, or until somebody wakes.
     *
     * @return whether somebody did
     * @throws InterruptedException if the thread was interrupted, as when its owner closes
     */
    public boolean sleep(Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long remaining = nanos(atMost);
            while (!woken && remaining > 0) {
                remaining = changed.awaitNanos(remaining);
            }
            boolean result = woken;
            woken = false;
            return result;
        } finally {
            lock.unlock();
        }
    }

    /** How long to sleep when there was nothing to do: longer each time, short again when there was. */
    public static Duration longer(Duration last, Duration shortest, Duration longest) {
        Duration doubled = last.multipliedBy(2);
        if (doubled.compareTo(shortest) < 0) {
            return shortest;
        }
        return doubled.compareTo(longest) > 0 ? longest : doubled;
    }

    /** {@code atMost} in nanoseconds, saturated: callers may say "for ever" with a huge duration. */
    public static long nanos(Duration atMost) {
        try {
            return atMost.toNanos();
        } catch (ArithmeticException e) {
            return TimeUnit.DAYS.toNanos(365_000);
        }
    }
}
