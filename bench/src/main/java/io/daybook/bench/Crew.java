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

    @Override
    public void close() throws java.sql.SQLException {
        threads.shutdownNow();
        for (Writer writer : writers) {
            writer.close();
        }
    }
}
