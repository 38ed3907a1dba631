package io.daybook.consumers;

import io.daybook.database.WakeUp;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.notifier.Batch;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationClosed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer's share of {@link SharedThreads}, from start to stop: at most one thread per partition of its registration at the same time, each of
 * which takes events of a partition that no other has in hand; none while there is nothing to take. Thread-safe.
 */
final class ConsumerThreads {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerThreads.class);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** More partitions than this share the workers. */
    private static final int MOST_WORKERS = 32;

    /** After so many it lets others have the thread. */
    private static final int BATCHES_OF_A_TURN = 10;

    /** What to do with events. */
    interface Handler {
        /**
         * Finishes the events; what it leaves is given back. Never throws what the application threw.
         *
         * @param pauses for waiting, until the consumer is stopped
         */
        void handle(Batch batch, Pauses pauses);
    }

    /** Waits that a stop ends. */
    interface Pauses {
        /** Waits so long. @return false if the consumer is to stop */
        boolean pause(Duration duration);
    }

    private final Registration registration;
    private final String who;
    private final int batchSize;
    private final Handler handler;
    private final SharedThreads threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopped = lock.newCondition();

    // Guarded by the lock.
    private @Nullable Run run;

    ConsumerThreads(Registration registration, String who, int batchSize, Handler handler, SharedThreads threads) {
        this.registration = registration;
        this.who = who;
        this.batchSize = batchSize;
        this.handler = handler;
        this.threads = threads;
    }

    void start() {
        lock.lock();
        try {
            if (run != null) {
                throw new IllegalStateException(
                        "Consumer %s runs already; stop it before starting it again.".formatted(registration.id()));
            }
            Run next = new Run(registration.claim(who));
            run = next;
            next.begin();
        } finally {
            lock.unlock();
        }
    }

    boolean isRunning() {
        lock.lock();
        try {
            return run != null;
        } finally {
            lock.unlock();
        }
    }

    boolean stop(Duration within) {
        lock.lock();
        try {
            Run ending = run;
            if (ending == null) {
                return true;
            }
            ending.stop();
            if (SharedThreads.ConsumerThread.isServing(ending)) {
                return false;
            }
            long remaining = WakeUp.nanos(within);
            while (run == ending && remaining > 0) {
                remaining = stopped.awaitNanos(remaining);
            }
            if (run == ending) {
                LOG.warn(
                        "Consumer {} has been processing an event for {} ms after stop; it stops when that returns.",
                        registration.id(),
                        within.toMillis());
            }
            return run != ending;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** From one start to its stop. */
    private final class Run {

        private final Registration.Claim claim;
        private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
        /** Added to under the lock of the consumer. */
        private final List<Worker> workers = new CopyOnWriteArrayList<>();

        private final CountDownLatch pauses = new CountDownLatch(1);
        /** Guarded by the lock of the consumer. */
        private int running;

        private volatile boolean ending;

        Run(Registration.Claim claim) {
            this.claim = claim;
        }

        void begin() {
            claim.whenReady(this::wake);
            addWorkers();
            LOG.info("Consumer {} starts.", registration.id());
        }

        /** As many as there are partitions, which may become more while it runs. */
        void addWorkers() {
            if (workers.size() >= Math.min(MOST_WORKERS, claim.partitions())) {
                return;
            }
            lock.lock();
            try {
                int wanted = Math.min(MOST_WORKERS, claim.partitions());
                while (!ending && workers.size() < wanted) {
                    Worker worker = new Worker(this, workers.size());
                    workers.add(worker);
                    running++;
                    worker.wake();
                }
            } finally {
                lock.unlock();
            }
        }

        /** There may be something to take. Waits for nothing. */
        private void wake() {
            workers.forEach(Worker::wake);
        }

        /** Nobody is interrupted: neither what the application does, nor a database that closes its files at an interrupt. */
        void stop() {
            ending = true;
            claim.end();
            pauses.countDown();
            wake();
        }

        /** A worker has ended: the last one closes the door. */
        void ended() {
            lock.lock();
            try {
                // One that ends by itself (closed, diverged) takes the others along.
                stop();
                if (--running > 0) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            try {
                claim.close();
            } catch (RuntimeException e) {
                LOG.warn(
                        "Consumer {} could not save its cursor at its stop: {}. Events since the last saved one come again.",
                        registration.id(),
                        e.getMessage());
            }
            lock.lock();
            try {
                run = null;
                stopped.signalAll();
            } finally {
                lock.unlock();
            }
            LOG.info("Consumer {} stopped.", registration.id());
        }
    }

    private enum State {
        /** Nothing to do, as far as is known. */
        IDLE,
        /** Waits for a thread. */
        WAKING,
        /** In a thread. */
        RUNNING,
        /** In a thread, and something has come since it looked last. */
        WOKEN,
        /** Waits until it may try again. */
        PAUSING,
        /** Ended with its run. */
        ENDED
    }

    /** One of those in a run who take events of different partitions. Has a thread only while there is something to take. */
    private final class Worker implements Pauses {

        private final Run ofRun;
        private final String threadName;
        private final Runnable turn = this::turn;
        private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

        /** How its last turn was. At first the benefit of the doubt: thousands may start at once, and a thread for each would be too many. */
        private volatile boolean quick = true;

        /** The last pause after a failure. Only touched by the thread that has this. */
        private Duration pause = Duration.ZERO;

        Worker(Run ofRun, int number) {
            this.ofRun = ofRun;
            this.threadName = "daybook-consumer-" + registration.id() + (number == 0 ? "" : "-" + number);
        }

        void wake() {
            while (true) {
                State seen = state.get();
                if (seen == State.IDLE || (seen == State.PAUSING && ofRun.ending)) {
                    if (state.compareAndSet(seen, State.WAKING)) {
                        serve(seen);
                        return;
                    }
                } else if (seen != State.RUNNING || state.compareAndSet(State.RUNNING, State.WOKEN)) {
                    return;
                }
            }
        }

        private void serve(State otherwise) {
            boolean served = false;
            try {
                threads.serve(turn, quick);
                served = true;
            } finally {
                if (!served) {
                    state.set(otherwise);
                }
            }
        }

        private void turn() {
            SharedThreads.ConsumerThread.serve(ofRun, threadName, ofRun.classLoader);
            try {
                takeSome();
            } finally {
                SharedThreads.ConsumerThread.serveNobody();
            }
        }

        /** Whatever it does last is to say what becomes of it: from then on another thread may have it. */
        private void takeSome() {
            long began = System.nanoTime();
            for (int batches = 0; batches < BATCHES_OF_A_TURN; ) {
                state.set(State.RUNNING);
                if (ofRun.ending) {
                    end();
                    return;
                }
                try {
                    Optional<Batch> batch = ofRun.claim.take(batchSize, Duration.ZERO);
                    if (batch.isPresent()) {
                        handle(batch.get());
                        batches++;
                    }
                    pause = Duration.ZERO;
                    ofRun.addWorkers();
                    if (batch.isEmpty()) {
                        quick = SharedThreads.isQuick(began);
                        if (state.compareAndSet(State.RUNNING, State.IDLE)) {
                            return;
                        }
                    }
                } catch (RegistrationClosed e) {
                    LOG.info("Consumer {} ends: {}", registration.id(), e.getMessage());
                    end();
                    return;
                } catch (LedgerDiverged e) {
                    LOG.error("Consumer {} ends: {}", registration.id(), e.getMessage());
                    end();
                    return;
                } catch (InterruptedException e) {
                    // Left behind by what the application does in this thread; nothing of ours interrupts.
                    LOG.debug("Consumer {} was interrupted, and goes on.", registration.id());
                } catch (RuntimeException | Error e) {
                    pause = WakeUp.longer(pause, SHORTEST_PAUSE, LONGEST_PAUSE);
                    LOG.warn(
                            "Consumer {} cannot go on: {}. Trying again in {} ms.",
                            registration.id(),
                            e.getMessage(),
                            pause.toMillis());
                    goOnAfter(pause);
                    return;
                }
            }
            // Others wait for this thread.
            quick = SharedThreads.isQuick(began);
            state.set(State.WAKING);
            serve(State.IDLE);
        }

        private void goOnAfter(Duration delay) {
            state.set(State.PAUSING);
            threads.after(delay, () -> {
                if (state.compareAndSet(State.PAUSING, State.IDLE)) {
                    wake();
                }
            });
            if (ofRun.ending) {
                wake();
            }
        }

        private void end() {
            state.set(State.ENDED);
            ofRun.ended();
        }

        private void handle(Batch batch) {
            try {
                handler.handle(batch, this);
            } finally {
                // What is neither done nor given back would keep its partition in hand for ever.
                batch.giveBack();
            }
        }

        @Override
        public boolean pause(Duration duration) {
            try {
                return !ofRun.pauses.await(duration.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                LOG.debug("Consumer {} was interrupted in a pause.", registration.id());
                return !ofRun.ending;
            }
        }
    }
}
