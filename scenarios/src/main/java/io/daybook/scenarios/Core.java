package io.daybook.scenarios;

import io.daybook.Daybook;
import io.daybook.EntityDeleted;
import io.daybook.EntityExists;
import io.daybook.EntityNotFound;
import io.daybook.OutcomeUnknown;
import io.daybook.UnitOfWork;
import io.daybook.VersionConflict;
import io.daybook.event.DaybookException;
import io.daybook.event.Receipt;
import io.daybook.scenarios.config.Configuration;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all handles of one {@link Scenarios} share: the entities, and how units of work are done on them. Decisions are made on what is known
 * here and committed only if that is still so; where another process was faster they are made again. Thread-safe.
 */
final class Core {

    private static final Logger LOG = LoggerFactory.getLogger(Core.class);
    private static final Duration GIVE_UP_AFTER = Duration.ofSeconds(30);
    private static final long PAUSE_MILLISECONDS = 3;

    final Daybook daybook;
    final Configuration configuration;
    final String version;
    final Clock clock;
    final ZoneId zone;
    final Supplier<String> uniqueIds;
    final DataFiles files;
    final World world;
    final Subscribers subscribers = new Subscribers();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile BiConsumer<Draft, String> jobListener = (draft, job) -> {};

    @SuppressWarnings("ThreadLocalUsage") // One for each Core: a thread may work with several at once.
    private final ThreadLocal<@Nullable Draft> current = new ThreadLocal<>();

    Core(
            Daybook daybook,
            Configuration configuration,
            String version,
            Clock clock,
            ZoneId zone,
            Supplier<String> uniqueIds) {
        this.daybook = daybook;
        this.configuration = configuration;
        this.version = version;
        this.clock = clock;
        this.zone = zone;
        this.uniqueIds = uniqueIds;
        this.files = new DataFiles(daybook, uniqueIds);
        this.world = new World(daybook);
        catchUp();
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** What is committed and known here; within a unit of work, as that leaves it. */
    View view() {
        Draft draft = current.get();
        return draft == null ? world : draft;
    }

    /** Hears what other processes did. @return whether they did anything */
    boolean catchUp() {
        lock.lock();
        try {
            boolean news = world.catchUp();
            if (news) {
                changed.signalAll();
            }
            return news;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Does that as one unit of work, or as part of the one that this thread is in. May be done more than once, until it fits what other
     * processes do; what it throws ends it, with nothing written.
     */
    <T> T change(UnitOfWork unitOfWork, Function<Draft, T> work) {
        Draft open = current.get();
        if (open != null) {
            int before = open.size();
            try {
                return work.apply(open);
            } catch (RuntimeException | Error e) {
                if (open.size() > before) {
                    open.fail(e);
                }
                throw e;
            }
        }
        List<Runnable> afterwards = new ArrayList<>();
        T result;
        lock.lock();
        try {
            result = commit(unitOfWork, work, afterwards);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        afterwards.forEach(Runnable::run);
        return result;
    }

    /** @param listener told of each job that gets a status, in the unit of work in which it does */
    void listen(BiConsumer<Draft, String> listener) {
        this.jobListener = listener;
    }

    /** Waits until that is so. @return false if it is not in time */
    boolean await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
        if (current.get() != null) {
            throw new IllegalStateException(
                    "Within a unit of work nothing of others is heard, so there is nothing to wait for. Wait after it.");
        }
        long remaining = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (!condition.getAsBoolean()) {
                if (remaining <= 0) {
                    return false;
                }
                remaining = changed.awaitNanos(remaining);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private <T> T commit(UnitOfWork unitOfWork, Function<Draft, T> work, List<Runnable> afterwards) {
        long deadline = System.nanoTime() + GIVE_UP_AFTER.toNanos();
        while (true) {
            world.catchUp();
            Draft draft = new Draft(world, version, jobListener);
            T result;
            current.set(draft);
            try {
                result = work.apply(draft);
                Statuses.wakeReady(draft);
                if (draft.failure() != null) {
                    throw new IllegalStateException(
                            "A part of this unit of work failed half-way, and that was caught. Nothing was written; let it fail, or do that part"
                                    + " in a unit of work of its own.",
                            draft.failure());
                }
            } finally {
                current.remove();
            }
            if (draft.isEmpty()) {
                afterwards.addAll(draft.afterCommit());
                return result;
            }
            try {
                Receipt receipt = append(unitOfWork, draft);
                if (receipt.repeated()) {
                    world.catchUp();
                    throw new IllegalStateException(
                            "A unit of work of that key was done before (%s), so this one was not. Look for what it made."
                                    .formatted(receipt.transactionId()));
                }
                draft.accept(receipt);
                afterwards.addAll(draft.afterCommit());
                return result;
            } catch (VersionConflict | EntityExists | EntityDeleted | EntityNotFound e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.debug("Decided by something that has changed; again: {}", e.getMessage());
                pause();
            }
        }
    }

    private Receipt append(UnitOfWork unitOfWork, Draft draft) {
        try {
            return unitOfWork.transact(draft::say);
        } catch (OutcomeUnknown e) {
            return settle(e);
        }
    }

    /** The connection broke in the commit: asks until the database answers what became of it. */
    private Receipt settle(OutcomeUnknown unknown) {
        long deadline = System.nanoTime() + GIVE_UP_AFTER.toNanos();
        while (true) {
            try {
                Optional<Receipt> receipt = daybook.outcome(unknown.transactionId());
                if (receipt.isPresent()) {
                    return receipt.get();
                }
                throw new ConnectionBroke(unknown);
            } catch (ConnectionBroke e) {
                throw e;
            } catch (DaybookException e) {
                if (System.nanoTime() > deadline) {
                    unknown.addSuppressed(e);
                    throw unknown;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Interrupted();
        }
    }
}
