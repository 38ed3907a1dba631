package io.daybook.scenarios.react;

import io.daybook.redaction.SensitiveAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who are connected to a running application, each told by a daemon thread of its own. Nobody waits for anybody: one that is slow misses
 * the oldest of what it has not been told yet, and is told how much; one that throws is told the next all the same.
 *
 * <pre>{@code
 * Listeners listeners = new Listeners();
 * try (Listeners.Connection connection = listeners.connect(broadcast -> show(broadcast))) { ... }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class Listeners implements Broadcaster, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private static final int DEFAULT_CAPACITY = 1_000;

    private final int capacity;
    private final AtomicLong number = new AtomicLong();
    private final Set<Told> connected = ConcurrentHashMap.newKeySet();

    /** Up to 1,000 broadcasts wait for each listener. */
    public Listeners() {
        this(DEFAULT_CAPACITY);
    }

    /**
     * The same, with another bound.
     *
     * @param capacity how many broadcasts wait for each listener at most, 1 or more
     */
    public Listeners(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "At least one broadcast must be able to wait for a listener, found %d.".formatted(capacity));
        }
        this.capacity = capacity;
    }

    /** That somebody is connected. */
    public interface Connection extends AutoCloseable {

        /** Ends it: what waits is dropped, and nothing more is told; what is being told just then may still be. Twice is the same as once. */
        @Override
        void close();
    }

    /** From now on it is told everything, until the connection is closed. */
    public Connection connect(Listener listener) {
        Told told = new Told(listener);
        connected.add(told);
        told.thread.start();
        return told;
    }

    /** How many are connected. */
    public int size() {
        return connected.size();
    }

    @Override
    public void broadcast(Broadcast broadcast) {
        connected.forEach(told -> told.offer(broadcast));
    }

    /** Closes every connection; others may be made. */
    @Override
    public void close() {
        connected.forEach(Told::close);
    }

    /** One of them, with what waits for it. */
    private final class Told implements Connection {

        private final Listener listener;
        private final Thread thread;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();

        // Guarded by the lock.
        private final Deque<Broadcast> waiting = new ArrayDeque<>();
        private long missed;
        private boolean closed;

        Told(Listener listener) {
            this.listener = listener;
            this.thread = new Thread(this::tell, "daybook-listener-" + number.incrementAndGet());
            this.thread.setDaemon(true);
        }

        void offer(Broadcast broadcast) {
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                if (waiting.size() == capacity) {
                    // The oldest: whoever is behind wants to know how things are, not how they were.
                    waiting.remove();
                    if (missed++ == 0) {
                        LOG.warn(
                                "{} is too slow: broadcasts to it are dropped, and it is told how many.",
                                thread.getName());
                    }
                }
                waiting.add(broadcast);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private record Next(long missed, Broadcast broadcast) {}

        private @Nullable Next next() {
            lock.lock();
            try {
                while (!closed && waiting.isEmpty()) {
                    changed.awaitUninterruptibly();
                }
                if (closed) {
                    return null;
                }
                Next next = new Next(missed, waiting.remove());
                missed = 0;
                return next;
            } finally {
                lock.unlock();
            }
        }

        private void tell() {
            Next next = next();
            while (next != null) {
                tell(next);
                next = next();
            }
        }

        private void tell(Next next) {
            if (next.missed() > 0) {
                attempt(next, () -> listener.missed(next.missed()));
            }
            attempt(next, () -> listener.hear(next.broadcast()));
        }

        private void attempt(Next next, Attempt attempt) {
            try {
                attempt.run();
            } catch (Exception | Error e) {
                LOG.warn(
                        "{} failed at broadcast \"{}\" of position {}. It is told the next.",
                        thread.getName(),
                        next.broadcast().what(),
                        next.broadcast().event().position().orElse(0),
                        SensitiveAttributes.withoutMessages(e));
            }
        }

        @Override
        public void close() {
            connected.remove(this);
            lock.lock();
            try {
                closed = true;
                waiting.clear();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private interface Attempt {
        void run() throws Exception;
    }
}
