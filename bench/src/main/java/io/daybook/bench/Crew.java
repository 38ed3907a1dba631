package io.daybook.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Several writers at once. */
public final class Crew implements AutoCloseable {

    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final int FEWEST_WARM_UPS = 3;
    private static final int MOST_WARM_UPS = 12;

    /** What a warm-up must gain for there to be another one. */
    private static final double STILL_WARMING = 1.05;

    private final List<Writer> writers;
    private final int eventsPerTransaction;
    private final ExecutorService threads;

    public Crew(List<Writer> writers, int eventsPerTransaction) {
        this.writers = writers;
        this.eventsPerTransaction = eventsPerTransaction;
        this.threads = Executors.newFixedThreadPool(writers.size());
    }

    /** What they did. */
    public record Work(long events, double seconds) {
        public double perSecond() {
            return events / seconds;
        }
    }

    /** All write for that long, each finishing the transaction in hand. */
    public Work work(Duration duration) throws InterruptedException, ExecutionException {
        CyclicBarrier start = new CyclicBarrier(writers.size() + 1);
        List<Future<Long>> counts = new ArrayList<>();
        for (Writer writer : writers) {
            counts.add(threads.submit(() -> {
                start.await();
                long until = System.nanoTime() + duration.toNanos();
                long events = 0;
                while (System.nanoTime() < until) {
                    writer.write(eventsPerTransaction);
                    events += eventsPerTransaction;
                }
                return events;
            }));
        }
        long begin;
        try {
            start.await();
            begin = System.nanoTime();
        } catch (java.util.concurrent.BrokenBarrierException e) {
            throw new IllegalStateException("A writer did not start.", e);
        }
        long events = 0;
        for (Future<Long> count : counts) {
            events += count.get();
        }
        return new Work(events, (System.nanoTime() - begin) / 1e9);
    }

    /**
     * By turns, until the compiler has nothing left to do on either side: a slice of one writer is too few calls for that, and with many
     * writers the compiler hardly gets a processor.
     */
    static void warmUp(Crew ours, Crew theirs, Suite.Plan plan) throws InterruptedException, ExecutionException {
        double ourBest = 0;
        double theirBest = 0;
        for (int i = 0; i < (plan.quick() ? 1 : MOST_WARM_UPS); i++) {
            double our = ours.work(plan.quick() ? plan.slice() : WARM_UP).perSecond();
            double their = theirs.work(plan.quick() ? plan.slice() : WARM_UP).perSecond();
            if (i >= FEWEST_WARM_UPS && our < STILL_WARMING * ourBest && their < STILL_WARMING * theirBest) {
                return;
            }
            ourBest = Math.max(our, ourBest);
            theirBest = Math.max(their, theirBest);
        }
    }

    @Override
    public void close() throws java.sql.SQLException {
        threads.shutdownNow();
        for (Writer writer : writers) {
            writer.close();
        }
    }
}
