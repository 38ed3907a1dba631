package io.daybook.database;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts that something went on, for many who wait for it. Read {@link #count} first, then look, then wait from that count: what
 * happens in between ends the wait at once. Thread-safe.
 */
public final class Advances {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicLong count = new AtomicLong();
    /** Written before a look at the count, and read after a change of it: so one of the two sides sees the other. */
    private final AtomicInteger waiting = new AtomicInteger();

    public long count() {
        return count.get();
    }

    public void advance() {
        count.incrementAndGet();
        if (waiting.get() == 0) {
            return;
        }
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the count is more than {@code seen}, or so long. */
    public void awaitMoreThan(long seen, Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        waiting.incrementAndGet();
        try {
            long remaining = WakeUp.nanos(atMost);
            while (count.get() <= seen && remaining > 0) {
                remaining = changed.awaitNanos(remaining);
            }
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }
}
