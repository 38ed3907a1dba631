package io.daybook.database;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts that something went on, for many who wait for it. Read {@link #count} first, then look, then wait from that count: what
 * happens in between ends the wait at once. Thread-safe.
 */
public final class Advances {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile long count;

    public long count() {
        return count;
    }

    public void advance() {
        lock.lock();
        try {
            long seen = count;
            count = seen + 1;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the count is more than {@code seen}, or so long. */
    public void awaitMoreThan(long seen, Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long remaining = WakeUp.nanos(atMost);
            while (count <= seen && remaining > 0) {
                remaining = changed.awaitNanos(remaining);
            }
        } finally {
            lock.unlock();
        }
    }
}
