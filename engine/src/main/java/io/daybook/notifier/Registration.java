package io.daybook.notifier;

import io.daybook.database.Advances;
import io.daybook.database.WakeUp;
import io.daybook.event.DaybookException;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.ledger.Ledger;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerPoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants to hear, and how far they are. Events come in the order of the ledger, at least once; the cursor is the
 * last position finished. A durable registration keeps its cursor in the database and goes on from there after a restart; an
 * ephemeral one ends with the process.
 *
 * <p>Usually read through an {@code EventConsumer}; {@link #poll} reads it without one. Thread-safe.
 *
 * <p>A registration is either <em>live</em> (the node's reader puts matching events into its bounded queue) or <em>catching
 * up</em> (whoever polls reads from the database, at their own pace). It begins by catching up, becomes live when it has reached
 * the reader, and falls back when its queue is full, so a slow consumer delays nobody and takes no memory.
 */
public final class Registration {

    /** Most events that wait in memory. */
    private static final int QUEUE_EVENTS = 1_000;

    /** Most bytes that wait in memory, but for the last event. */
    private static final long QUEUE_BYTES = 8 << 20;

    /** Events to read at once while catching up. */
    private static final int PAGE = 500;

    /** Positions to look at in one statement while catching up. */
    private static final long RANGE = 50_000;

    private final Notifier notifier;
    private final Ledger ledger;
    private final String id;
    private final boolean durable;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Advances finishedSomething = new Advances();

    // All below guarded by the lock.

    private Set<Topic> topics;
    /** Read, not handed out. */
    private final Deque<LedgerEntry> queue = new ArrayDeque<>();

    private long queuedBytes;
    /** Handed out, in order, from the first that is not done on. */
    private final Deque<Delivery> handedOut = new ArrayDeque<>();
    /** Handed out and given back. */
    private final Queue<Delivery> returned = new PriorityQueue<>(
            (a, b) -> Long.compare(a.entry().position(), b.entry().position()));

    private boolean live;
    private boolean readingAhead;
    /** Counts the replacements of the topics: a page that was read for earlier ones is of no use. */
    private int replacements;

    /** Up to here the ledger was looked at for this registration; while live the reader may be further. */
    private LedgerPoint looked;
    /** The last delivery done, with all before it. */
    private LedgerPoint finished;

    private LedgerPoint saved;
    private long savedAt = System.nanoTime();
    private @Nullable String holder;
    private @Nullable DaybookException failure;
    private boolean closed;

    Registration(Notifier notifier, Ledger ledger, String id, boolean durable, Set<Topic> topics, LedgerPoint cursor) {
        this.notifier = notifier;
        this.ledger = ledger;
        this.id = id;
        this.durable = durable;
        this.topics = Set.copyOf(topics);
        this.looked = cursor;
        this.finished = cursor;
        this.saved = cursor;
    }

    /** Its name, or for an ephemeral one {@code REGISTRATION_<uuid>}. */
    public String id() {
        return id;
    }

    /** Whether its cursor survives a restart. */
    public boolean isDurable() {
        return durable;
    }

    /** What it hears; empty = everything. */
    public Set<Topic> topics() {
        lock.lock();
        try {
            return topics;
        } finally {
            lock.unlock();
        }
    }

    /** Last position finished: everything that matches up to here is processed. */
    public long position() {
        return progress().position();
    }

    /**
     * The next event, waiting for one if there is none.
     *
     * @param timeout how long to wait; zero = look once
     * @return empty if there was none in time
     * @throws RegistrationClosed if it was unregistered, or the daybook is closed
     * @throws io.daybook.ledger.LedgerDiverged if the database is not the one it was
     * @throws io.daybook.database.DatabaseFailure if the database cannot be read; the next poll tries again
     * @throws InterruptedException if the thread was interrupted while it waited; nothing was handed out
     */
    public Optional<Delivery> poll(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + WakeUp.nanos(timeout);
        boolean tried = false;
        while (true) {
            lock.lockInterruptibly();
            try {
                while (true) {
                    check();
                    Delivery next = next();
                    if (next != null) {
                        return Optional.of(next);
                    }
                    long remaining = deadline - System.nanoTime();
                    if (remaining <= 0 && tried) {
                        return Optional.empty();
                    }
                    if (!live && !readingAhead) {
                        readingAhead = true;
                        break;
                    }
                    tried = true;
                    if (remaining > 0) {
                        changed.awaitNanos(remaining);
                    }
                }
            } finally {
                lock.unlock();
            }
            readAhead();
            tried = true;
        }
    }

    private void check() {
        if (closed) {
            throw new RegistrationClosed(id);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private @Nullable Delivery next() {
        Delivery back = returned.poll();
        if (back != null) {
            return back;
        }
        LedgerEntry entry = queue.poll();
        if (entry == null) {
            return null;
        }
        queuedBytes -= entry.size();
        Delivery delivery = new Delivery(this, entry);
        handedOut.add(delivery);
        return delivery;
    }

    /** One page from the database, in the thread of whoever polls; only one thread at a time. */
    private void readAhead() throws InterruptedException {
        try {
            LedgerPoint from;
            Set<Topic> wanted;
            int replacementsBefore;
            lock.lock();
            try {
                from = looked;
                wanted = topics;
                replacementsBefore = replacements;
            } finally {
                lock.unlock();
            }
            Ledger.Page page = notifier.catchUp(() -> ledger.matching(wanted, from, RANGE, PAGE, "Registration " + id));
            lock.lock();
            try {
                if (replacements != replacementsBefore) {
                    return;
                }
                if (!page.entries().isEmpty()) {
                    finishSkipped(from);
                }
                for (LedgerEntry entry : page.entries()) {
                    queue.add(entry);
                    queuedBytes += entry.size();
                }
                looked = page.lookedUntil();
            } finally {
                lock.unlock();
            }
            if (page.atEnd()) {
                notifier.becomeLive(this);
            }
        } catch (LedgerDiverged e) {
            fail(e);
        } finally {
            lock.lock();
            try {
                readingAhead = false;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    boolean isLive() {
        lock.lock();
        try {
            return live;
        } finally {
            lock.unlock();
        }
    }

    LedgerPoint lookedPoint() {
        lock.lock();
        try {
            return looked;
        } finally {
            lock.unlock();
        }
    }

    /**
     * From now on the reader brings what comes after {@code reader}. Called by the notifier, while its reader stands still.
     *
     * @return false if this registration has not come as far as the reader, or is closed
     */
    boolean goLive(LedgerPoint reader) {
        lock.lock();
        try {
            if (closed || failure != null || live || looked.position() < reader.position()) {
                return false;
            }
            live = true;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The reader brings a matching event.
     *
     * @param before the place before it: up to there this registration has seen everything
     * @return false if the queue is full: from now on it catches up by itself
     */
    boolean offer(LedgerEntry entry, LedgerPoint before) {
        lock.lock();
        try {
            if (entry.position() <= looked.position()) {
                return true;
            }
            if (queue.size() >= QUEUE_EVENTS || queuedBytes >= QUEUE_BYTES) {
                live = false;
                if (before.position() > looked.position()) {
                    looked = before;
                }
                return false;
            }
            finishSkipped(before);
            queue.add(entry);
            queuedBytes += entry.size();
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What was skipped before the next event comes is finished, and stays so while that event is not. */
    private void finishSkipped(LedgerPoint point) {
        if (queue.isEmpty() && handedOut.isEmpty() && point.position() > finished.position()) {
            finished = point;
        }
    }

    /**
     * It hears something else after what was handed out, and catches up with it by itself: what waits in memory was chosen by
     * the old topics. Called by the notifier.
     */
    void replaceTopics(Set<Topic> newTopics, LedgerPoint reader) {
        lock.lock();
        try {
            topics = Set.copyOf(newTopics);
            replacements++;
            if (!handedOut.isEmpty()) {
                looked = handedOut.getLast().entry().point();
            } else if (!queue.isEmpty()) {
                looked = finished;
            } else if (live && reader.position() > looked.position()) {
                looked = reader;
            }
            queue.clear();
            queuedBytes = 0;
            live = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void done(Delivery delivery) {
        lock.lock();
        try {
            delivery.done = true;
            returned.remove(delivery);
            while (!handedOut.isEmpty() && handedOut.getFirst().done) {
                finished = handedOut.removeFirst().entry().point();
            }
        } finally {
            lock.unlock();
        }
        finishedSomething.advance();
    }

    void again(Delivery delivery) {
        lock.lock();
        try {
            if (!delivery.done && !returned.contains(delivery)) {
                returned.add(delivery);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How far it is: past everything that does not match, if nothing that matches is unfinished. */
    LedgerPoint progress() {
        lock.lock();
        try {
            if (!queue.isEmpty() || !handedOut.isEmpty()) {
                return finished;
            }
            LedgerPoint seen = live && notifier.reader().position() > looked.position() ? notifier.reader() : looked;
            return seen.position() > finished.position() ? seen : finished;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is to be saved.
     *
     * @param skippedToo whether a move that no delivery made is worth a write
     * @return null if nothing
     */
    @Nullable
    LedgerPoint unsaved(Duration idleInterval, boolean skippedToo) {
        lock.lock();
        try {
            LedgerPoint now = progress();
            boolean delivered = finished.position() > saved.position();
            boolean due = skippedToo || System.nanoTime() - savedAt > idleInterval.toNanos();
            return durable && !closed && now.position() > saved.position() && (delivered || due) ? now : null;
        } finally {
            lock.unlock();
        }
    }

    void saved(LedgerPoint point) {
        lock.lock();
        try {
            saved = point;
            savedAt = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes the cursor now, instead of within the next second. An ephemeral registration has none to write.
     *
     * @throws io.daybook.database.DatabaseFailure if the database cannot
     */
    public void save() {
        notifier.save(this);
    }

    /**
     * Waits until this registration has passed the events of a unit of work: each of them is processed, or is not for it.
     * Somebody must consume it meanwhile.
     *
     * @throws AwaitTimeout if it has not in time
     * @throws InterruptedException if the thread was interrupted
     */
    public void await(Receipt receipt, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + WakeUp.nanos(timeout);
        long target = notifier.awaitPosition(receipt, timeout);
        while (true) {
            long finishedCount = finishedSomething.count();
            long readCount = notifier.advances().count();
            lock.lock();
            try {
                check();
            } finally {
                lock.unlock();
            }
            long position = position();
            if (position >= target) {
                return;
            }
            long remaining = deadline - System.nanoTime();
            if (remaining <= 0) {
                throw new AwaitTimeout(
                        "Registration %s is at position %d and did not pass position %d of unit of work %s"
                                .formatted(id, position, target, receipt.transactionId()),
                        timeout);
            }
            boolean delivering = hasOutstanding();
            if (delivering) {
                finishedSomething.awaitMoreThan(finishedCount, Duration.ofNanos(remaining));
            } else {
                notifier.advances().awaitMoreThan(readCount, Duration.ofNanos(Math.min(remaining, 20_000_000L)));
            }
        }
    }

    private boolean hasOutstanding() {
        lock.lock();
        try {
            return !queue.isEmpty() || !handedOut.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes this registration for one consumer, until the claim is closed.
     *
     * @param who for the message that others get
     * @throws RegistrationBusy if it is taken
     * @throws RegistrationClosed if it was unregistered, or the daybook is closed
     */
    public Claim claim(String who) {
        lock.lock();
        try {
            check();
            if (holder != null) {
                throw new RegistrationBusy(id, holder);
            }
            holder = who;
            return new Claim();
        } finally {
            lock.unlock();
        }
    }

    /** Says that one consumer, and no other, reads the registration. */
    public final class Claim implements AutoCloseable {

        private Claim() {}

        /** Gives it free: what was handed out and is not done is handed out again. Writes the cursor. */
        @Override
        public void close() {
            lock.lock();
            try {
                holder = null;
                for (Delivery delivery : handedOut) {
                    again(delivery);
                }
            } finally {
                lock.unlock();
            }
            save();
        }
    }

    void fail(DaybookException because) {
        lock.lock();
        try {
            failure = because;
            live = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            live = false;
            queue.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        finishedSomething.advance();
    }

    @Override
    public String toString() {
        return "%s at %d".formatted(id, position());
    }
}
