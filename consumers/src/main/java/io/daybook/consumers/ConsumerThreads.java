package io.daybook.consumers;

import io.daybook.database.WakeUp;
import io.daybook.ledger.LedgerDiverged;
import io.daybook.notifier.Batch;
import io.daybook.notifier.Registration;
import io.daybook.notifier.RegistrationClosed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a consumer, from start to stop: one per partition of its registration, each of which takes events of a partition
 * that no other has in hand. Thread-safe.
 */
final class ConsumerThreads {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerThreads.class);

    private static final Duration POLL = Duration.ofMinutes(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** More partitions than this share the threads. */
    private static final int MOST_THREADS = 32;

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
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopped = lock.newCondition();

    // Guarded by the lock.
    private @Nullable Run run;

    ConsumerThreads(Registration registration, String who, int batchSize, Handler handler) {
        this.registration = registration;
        this.who = who;
        this.batchSize = batchSize;
        this.handler = handler;
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
            if (ending.isOwn(Thread.currentThread())) {
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
        /** Guarded by the lock of the consumer. */
        private final List<Worker> workers = new ArrayList<>();

        private final CountDownLatch pauses = new CountDownLatch(1);
        private int running;
        private volatile boolean ending;

        Run(Registration.Claim claim) {
            this.claim = claim;
        }

        void begin() {
            addWorkers();
            LOG.info("Consumer {} starts.", registration.id());
        }

        /** As many as there are partitions, which may become more while it runs. */
        void addWorkers() {
            lock.lock();
            try {
                int wanted = Math.min(MOST_THREADS, claim.partitions());
                while (!ending && workers.size() < wanted) {
                    Worker worker = new Worker(this, workers.size());
                    workers.add(worker);
                    running++;
                    worker.thread.start();
                }
            } finally {
                lock.unlock();
            }
        }

        /** Nobody is interrupted: neither what the application does, nor a database that closes its files at an interrupt. */
        void stop() {
            ending = true;
            claim.end();
            pauses.countDown();
        }

        boolean isOwn(Thread thread) {
            return workers.stream().anyMatch(worker -> worker.thread == thread);
        }

        /** A thread has ended: the last one closes the door. */
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

    /** One thread of a run. */
    private final class Worker implements Pauses {

        private final Run ofRun;
        private final Thread thread;

        Worker(Run ofRun, int number) {
            this.ofRun = ofRun;
            this.thread =
                    new Thread(this::loop, "daybook-consumer-" + registration.id() + (number == 0 ? "" : "-" + number));
            this.thread.setDaemon(true);
        }

        private void loop() {
            Duration pause = Duration.ZERO;
            try {
                while (!ofRun.ending) {
                    try {
                        Optional<Batch> batch = ofRun.claim.take(batchSize, POLL);
                        batch.ifPresent(this::handle);
                        ofRun.addWorkers();
                        pause = Duration.ZERO;
                    } catch (RegistrationClosed e) {
                        LOG.info("Consumer {} ends: {}", registration.id(), e.getMessage());
                        return;
                    } catch (LedgerDiverged e) {
                        LOG.error("Consumer {} ends: {}", registration.id(), e.getMessage());
                        return;
                    } catch (InterruptedException e) {
                        // Left behind by what the application does in this thread; nothing of ours interrupts.
                        LOG.debug("Consumer {} was interrupted, and goes on.", registration.id());
                    } catch (RuntimeException e) {
                        pause = WakeUp.longer(pause, SHORTEST_PAUSE, LONGEST_PAUSE);
                        LOG.warn(
                                "Consumer {} cannot go on: {}. Trying again in {} ms.",
                                registration.id(),
                                e.getMessage(),
                                pause.toMillis());
                        pause(pause);
                    }
                }
            } finally {
                ofRun.ended();
            }
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
