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

    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final int FEWEST_WARM_UPS = 3;
    private static final int MOST_WARM_UPS = 18;

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
     * By turns, until the compiler has nothing left to do on any side: a slice of one writer is too few calls for that, and with many
     * writers the compiler hardly gets a processor.
     */
    static void warmUp(Suite.Plan plan, Crew... crews) throws InterruptedException, ExecutionException {
        double[] best = new double[crews.length];
        for (int i = 0; i < (plan.quick() ? 1 : MOST_WARM_UPS); i++) {
            boolean warming = i < FEWEST_WARM_UPS;
            for (int crew = 0; crew < crews.length; crew++) {
                double rate =
                        crews[crew].work(plan.quick() ? plan.slice() : WARM_UP).perSecond();
                warming |= rate >= STILL_WARMING * best[crew];
                best[crew] = Math.max(rate, best[crew]);
            }
            if (!warming) {
                return;
            }
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
