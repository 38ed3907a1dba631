package io.daybook;

import io.daybook.database.DatabaseFailure;
import io.daybook.database.SqlStates;
import io.daybook.event.Change;
import io.daybook.event.EntityRef;
import io.daybook.event.Receipt;
import io.daybook.event.Value;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets units of work that come at the same time share transactions: a commit costs the disk the same for one as for many. A unit that comes
 * while no other is under way goes straight to the database in its caller's thread. The others wait in a queue, of which one thread takes as much as there is into
 * one transaction, one after the other, so that a group is as large as the load makes it and nobody waits for a group to fill.
 *
 * <p>Units that touch the same entity are appended in the order in which they came. Who meets a lock of a transaction outside waits for it
 * alone, in a thread of its own, with only those behind it that touch its entities. Thread-safe.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    /** Each locks its entities, its id and their stripes, of which the database has some thousands for all. */
    private static final int MOST_UNITS_TOGETHER = 150;

    private static final int MOST_EVENTS_TOGETHER = 1_000;

    /** A larger unit gains nothing by sharing a transaction, and would keep the others waiting. */
    private static final int MOST_CHANGES = 20;

    private static final int MOST_CHARACTERS = 100_000;

    private static final int MOST_WAITING = 10_000;
    private static final long MOST_CHARACTERS_WAITING = 32L << 20;

    /** Threads that wait for locks of others; who finds none free tries again with a group now and then. And threads for units by themselves. */
    private static final int MOST_ALONE = 4;

    private static final long TRY_AGAIN_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    /** Appends a unit in a transaction of its own, waiting for locks; throws as {@link UnitOfWork#transact} does. */
    interface Own {
        Receipt append(Unit unit, UUID transactionId, Context context, Duration timeout);
    }

    private final Appender appender;
    private final Own own;
    private final Duration appendTimeout;
    private final Runnable appended;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Deque<Waiting> queue = new ArrayDeque<>();

    /** Entities of units that are on their way to the database. */
    private final Set<EntityRef> underWay = new HashSet<>();

    private long charactersWaiting;
    private int waitingForLocks;
    private int forThemselves;
    private boolean closed;
    private @Nullable Thread thread;
    private @Nullable ExecutorService aloneThreads;

    /** @param appended told after something was appended */
    GroupCommit(Appender appender, Own own, Duration appendTimeout, Runnable appended) {
        this.appender = appender;
        this.own = own;
        this.appendTimeout = appendTimeout;
        this.appended = appended;
    }

    /** A unit in the queue. What became of it is made known in {@code result}, errors as {@link UnitOfWork#transact} throws them. */
    private final class Waiting {
        private final Group.Member member;
        private final int characters;
        private final long deadline = System.nanoTime() + appendTimeout.toNanos();
        private final CompletableFuture<Receipt> result = new CompletableFuture<>();

        /** Never in a group: it is large or has a key. */
        private final boolean forItself;

        /** A group could not have it, for now. */
        private boolean metLock;

        private long notBefore = System.nanoTime();

        Waiting(Group.Member member, int characters, boolean forItself) {
            this.member = member;
            this.characters = characters;
            this.forItself = forItself;
        }

        boolean touchesAnyOf(Set<EntityRef> entities) {
            return !entities.isEmpty()
                    && member.unit().entities().stream().anyMatch(touched -> entities.contains(touched.entity));
        }

        void addTo(Set<EntityRef> entities) {
            member.unit().entities().forEach(touched -> entities.add(touched.entity));
        }

        void removeFrom(Set<EntityRef> entities) {
            member.unit().entities().forEach(touched -> entities.remove(touched.entity));
        }
    }

    /**
     * Appends it, in a transaction that others may share, and comes back when it is committed.
     *
     * @throws RuntimeException as {@link UnitOfWork#transact} throws
     */
    Receipt append(Unit unit, UUID transactionId, Context context) {
        int characters = characters(unit);
        // What the appending thread itself says, in a continuation of a result, cannot wait for that thread.
        if (isForItself(unit, context, characters) || isAppending(Thread.currentThread())) {
            return own(unit, transactionId, context);
        }
        Waiting waiting = new Waiting(new Group.Member(unit, transactionId, context), characters, false);
        boolean straight;
        lock.lock();
        try {
            straight = closed || (queue.isEmpty() && underWay.isEmpty());
            if (straight) {
                waiting.addTo(underWay);
            } else {
                enqueue(waiting);
            }
        } finally {
            lock.unlock();
        }
        if (!straight) {
            return await(waiting);
        }
        try {
            return own(unit, transactionId, context);
        } finally {
            lock.lock();
            try {
                waiting.removeFrom(underWay);
                work.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    private Receipt own(Unit unit, UUID transactionId, Context context) {
        Receipt receipt = own.append(unit, transactionId, context, appendTimeout);
        appended.run();
        return receipt;
    }

    /** Its caller's thread is not stopped by an interrupt: what becomes of the unit must be known. */
    private static Receipt await(Waiting waiting) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return waiting.result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    Throwable failure = Objects.requireNonNull(e.getCause());
                    // Where it was asked for is what a reader of the trace looks for.
                    failure.addSuppressed(new Asked());
                    if (failure instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) failure;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Marks in a stack trace who asked for what another thread did. */
    private static final class Asked extends Throwable {
        private static final long serialVersionUID = 1L;

        Asked() {
            super("The unit of work was appended by another thread for the caller here.");
        }
    }

    /**
     * Appends it soon, and comes back at once if there is room in the queue.
     *
     * @return completed when it is committed, or exceptionally, as {@link UnitOfWork#transact} throws
     * @throws AppendQueueFull if no room is made within the append timeout
     */
    CompletableFuture<Receipt> appendAsync(Unit unit, UUID transactionId, Context context) {
        int characters = characters(unit);
        Waiting waiting = new Waiting(
                new Group.Member(unit, transactionId, context), characters, isForItself(unit, context, characters));
        lock.lock();
        try {
            awaitRoom(waiting);
            enqueue(waiting);
        } finally {
            lock.unlock();
        }
        return waiting.result;
    }

    private void awaitRoom(Waiting waiting) {
        boolean interrupted = false;
        long left = appendTimeout.toNanos();
        try {
            while (!closed
                    && !queue.isEmpty()
                    && (queue.size() >= MOST_WAITING
                            || charactersWaiting + waiting.characters > MOST_CHARACTERS_WAITING)) {
                // Only the thread that appends makes room.
                if (left <= 0 || isAppending(Thread.currentThread())) {
                    throw new AppendQueueFull(waiting.member.unit().names(), queue.size(), appendTimeout);
                }
                try {
                    left = room.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void enqueue(Waiting waiting) {
        if (closed) {
            throw new IllegalStateException("The daybook is closed. Nothing was written; open it again.");
        }
        if (thread == null) {
            thread = new Appending(this::run);
            thread.start();
        }
        queue.addLast(waiting);
        charactersWaiting += waiting.characters;
        work.signal();
    }

    /** Known by its class to those whom a continuation calls back. */
    private static final class Appending extends Thread {
        Appending(Runnable task) {
            super(task, "daybook-append");
            setDaemon(true);
        }
    }

    private static boolean isAppending(Thread thread) {
        return thread instanceof Appending;
    }

    private static boolean isForItself(Unit unit, Context context, int characters) {
        return context.onceKey() != null || unit.changes().size() > MOST_CHANGES || characters > MOST_CHARACTERS;
    }

    /** Roughly what it takes in memory and on its way. */
    private static int characters(Unit unit) {
        long characters = 0;
        for (Unit.Placed placed : unit.changes()) {
            Change change = placed.change();
            characters += length(change.value()) + length(change.metadata());
        }
        return (int) Math.min(Integer.MAX_VALUE, characters);
    }

    private static long length(Optional<Value> value) {
        return value.isPresent() ? value.get().json().length() : 0;
    }

    private void run() {
        while (true) {
            List<Waiting> group;
            try {
                group = next();
            } catch (InterruptedException e) {
                // Nobody but a stranger interrupts this thread, and what waits must be appended.
                LOG.debug("The thread that appends was interrupted, and goes on.");
                continue;
            } catch (RuntimeException | Error e) {
                LOG.error("Choosing what is appended next failed in a way that nobody foresaw.", e);
                LockSupport.parkNanos(TRY_AGAIN_NANOSECONDS);
                continue;
            }
            if (group.isEmpty()) {
                return;
            }
            List<Waiting> again = new ArrayList<>();
            try {
                append(group, again);
            } catch (RuntimeException | Error e) {
                LOG.error("A group of units of work failed in a way that nobody foresaw.", e);
                group.forEach(waiting -> waiting.result.completeExceptionally(e));
                again.clear();
            } finally {
                done(group, again);
            }
        }
    }

    /** What can go now, in the order in which it came; empty = there is nothing left, and nothing will come. */
    private List<Waiting> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Selection selection = new Selection();
                selection.select();
                if (!selection.group.isEmpty()) {
                    selection.group.forEach(waiting -> waiting.addTo(underWay));
                    room.signalAll();
                    return selection.group;
                }
                if (closed && queue.isEmpty() && forThemselves + waitingForLocks == 0) {
                    return List.of();
                }
                if (selection.soonest == Long.MAX_VALUE) {
                    work.await();
                } else {
                    work.awaitNanos(selection.soonest);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** One walk through the queue: who can go now. Nobody overtakes one that came before and touches the same entity. */
    private final class Selection {
        private final List<Waiting> group = new ArrayList<>();
        private final Set<EntityRef> inGroup = new HashSet<>();
        private final Set<EntityRef> behind = new HashSet<>();
        private int events;

        /** Nanoseconds until one may be tried again; the greatest number = none waits for its time. */
        private long soonest = Long.MAX_VALUE;

        void select() {
            long now = System.nanoTime();
            for (Iterator<Waiting> i = queue.iterator(); i.hasNext(); ) {
                Waiting waiting = i.next();
                if (waiting.touchesAnyOf(behind) || waiting.touchesAnyOf(underWay) || waiting.touchesAnyOf(inGroup)) {
                    waiting.addTo(behind);
                } else if ((waiting.forItself || waiting.metLock) && startAlone(waiting)) {
                    remove(i, waiting);
                } else if (waiting.forItself) {
                    waiting.addTo(behind);
                } else if (waiting.notBefore - now > 0) {
                    soonest = Math.min(soonest, waiting.notBefore - now);
                    waiting.addTo(behind);
                } else {
                    remove(i, waiting);
                    group.add(waiting);
                    waiting.addTo(inGroup);
                    events += waiting.member.unit().changes().size();
                    if (group.size() == MOST_UNITS_TOGETHER || events >= MOST_EVENTS_TOGETHER) {
                        return;
                    }
                }
            }
        }

        private void remove(Iterator<Waiting> queued, Waiting waiting) {
            queued.remove();
            charactersWaiting -= waiting.characters;
        }
    }

    private boolean startAlone(Waiting waiting) {
        if ((waiting.forItself ? forThemselves : waitingForLocks) == MOST_ALONE) {
            return false;
        }
        if (aloneThreads == null) {
            AtomicInteger number = new AtomicInteger();
            // No bound of its own: a thread that has just told that it is free may not be so for the pool yet.
            aloneThreads = Executors.newCachedThreadPool(task -> {
                Thread aloneThread = new Thread(task, "daybook-append-alone-" + number.incrementAndGet());
                aloneThread.setDaemon(true);
                return aloneThread;
            });
        }
        countAlone(waiting, 1);
        waiting.addTo(underWay);
        aloneThreads.execute(() -> appendAlone(waiting));
        return true;
    }

    private void countAlone(Waiting waiting, int change) {
        if (waiting.forItself) {
            forThemselves += change;
        } else {
            waitingForLocks += change;
        }
    }

    private void appendAlone(Waiting waiting) {
        Runnable answer;
        try {
            Duration left = Duration.ofNanos(Math.max(TRY_AGAIN_NANOSECONDS, waiting.deadline - System.nanoTime()));
            Group.Member member = waiting.member;
            Receipt receipt = own.append(member.unit(), member.transactionId(), member.context(), left);
            appended.run();
            answer = () -> waiting.result.complete(receipt);
        } catch (RuntimeException | Error e) {
            answer = () -> waiting.result.completeExceptionally(e);
        }
        lock.lock();
        try {
            countAlone(waiting, -1);
            waiting.removeFrom(underWay);
            work.signal();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        // Last: who hears of it may have more to say of the same entities, in this thread.
        answer.run();
    }

    private void append(List<Waiting> group, List<Waiting> again) {
        List<Group.Fate> fates;
        try {
            fates = appender.together(
                    group.stream().map(waiting -> waiting.member).toList());
        } catch (SQLException e) {
            failed(group, e, again);
            return;
        }
        appended.run();
        for (int i = 0; i < fates.size(); i++) {
            Waiting waiting = group.get(i);
            Group.Fate fate = fates.get(i);
            if (fate instanceof Group.Fate.Appended done) {
                waiting.result.complete(done.receipt());
            } else if (fate instanceof Group.Fate.Refused refused) {
                waiting.result.completeExceptionally(
                        waiting.member.unit().refusal(refused.touched(), refused.version(), refused.life()));
            } else if (fate instanceof Group.Fate.Failed failed) {
                failed(List.of(waiting), failed.failure(), again);
            } else {
                tryAgain(waiting, null, again);
            }
        }
    }

    /** Nothing of the group was written, or nobody knows. */
    private void failed(List<Waiting> group, SQLException failure, List<Waiting> again) {
        if (failure instanceof Appender.CommitFailed) {
            group.forEach(waiting ->
                    waiting.result.completeExceptionally(new OutcomeUnknown(waiting.member.transactionId(), failure)));
        } else if (isConflict(failure)) {
            group.forEach(waiting -> tryAgain(waiting, failure, again));
        } else if (group.size() > 1 && SqlStates.isAboutWhatWasSaid(failure)) {
            // One of them says what the database does not take. The others have nothing to do with it.
            group.forEach(waiting -> append(List.of(waiting), again));
        } else {
            group.forEach(waiting -> waiting.result.completeExceptionally(new DatabaseFailure(
                    "Appending to %s".formatted(waiting.member.unit().names()), failure)));
        }
    }

    private static boolean isConflict(SQLException failure) {
        return SqlStates.isDeadlock(failure) || SqlStates.isStaleSnapshot(failure) || SqlStates.isLockTimeout(failure);
    }

    private void tryAgain(Waiting waiting, @Nullable SQLException failure, List<Waiting> again) {
        if (System.nanoTime() - waiting.deadline > 0) {
            waiting.result.completeExceptionally(new AppendTimeout(
                    waiting.member.unit().names(),
                    appendTimeout,
                    false,
                    failure == null ? null : SqlStates.withoutValues(failure)));
            return;
        }
        waiting.metLock = true;
        waiting.notBefore = System.nanoTime() + TRY_AGAIN_NANOSECONDS;
        again.add(waiting);
    }

    private void done(List<Waiting> group, List<Waiting> again) {
        lock.lock();
        try {
            group.forEach(waiting -> waiting.removeFrom(underWay));
            for (int i = again.size() - 1; i >= 0; i--) {
                queue.addFirst(again.get(i));
                charactersWaiting += again.get(i).characters;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets in nothing more, appends what waits, and stops. What is not appended by then ends with an error. */
    @Override
    public void close() {
        Thread appending;
        lock.lock();
        try {
            closed = true;
            appending = thread;
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (appending != null && appending != Thread.currentThread()) {
                appending.join(CLOSING.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<Waiting> left;
        lock.lock();
        try {
            left = List.copyOf(queue);
            queue.clear();
            if (aloneThreads != null) {
                aloneThreads.shutdown();
            }
        } finally {
            lock.unlock();
        }
        left.forEach(waiting -> waiting.result.completeExceptionally(new IllegalStateException(
                "The daybook was closed before %s could be appended. Nothing of it was written; open it and append again."
                        .formatted(waiting.member.unit().names()))));
    }
}
