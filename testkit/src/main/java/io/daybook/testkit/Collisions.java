package io.daybook.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Threads that do the same thing at the same moment, and what became of each of them. */
public final class Collisions {

    private static final Duration LONGEST = Duration.ofMinutes(2);

    private Collisions() {}

    /** What each racer does. */
    @FunctionalInterface
    public interface Racer<T> {

        /** Races, as the racer of that number, from 0. */
        T run(int number) throws Exception;
    }

    /**
     * What became of one racer.
     *
     * @param value what it returned; null if it failed, or returned null
     * @param failure what it threw; null if it returned
     */
    public record Outcome<T>(@Nullable T value, @Nullable Throwable failure) {

        public boolean succeeded() {
            return failure == null;
        }
    }

    /**
     * Lets {@code n} threads begin together and waits for all of them, at most two minutes.
     *
     * @return one outcome per racer, in the order of their numbers
     * @throws AssertionError if one of them did not end
     * @throws InterruptedException if this thread was interrupted
     */
    public static <T> List<Outcome<T>> collide(int n, Racer<T> action) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(n);
        try {
            CyclicBarrier start = new CyclicBarrier(n);
            List<Future<Outcome<T>>> running = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                int number = i;
                running.add(threads.submit(() -> race(start, number, action)));
            }
            long deadline = System.nanoTime() + LONGEST.toNanos();
            List<Outcome<T>> outcomes = new ArrayList<>();
            for (Future<Outcome<T>> racer : running) {
                outcomes.add(racer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
            }
            return outcomes;
        } catch (ExecutionException e) {
            throw new AssertionError("A racer could not start.", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("A racer did not end within %s.".formatted(LONGEST), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> Outcome<T> race(CyclicBarrier start, int number, Racer<T> action)
            throws InterruptedException, BrokenBarrierException {
        start.await();
        try {
            return new Outcome<>(action.run(number), null);
        } catch (Exception | Error e) {
            return new Outcome<>(null, e);
        }
    }

    /**
     * What all racers returned.
     *
     * @throws AssertionError if one of them failed, with its failure
     */
    public static <T> List<T> allSucceeded(List<Outcome<T>> outcomes) {
        List<T> values = new ArrayList<>();
        for (Outcome<T> outcome : outcomes) {
            if (outcome.failure() != null) {
                throw new AssertionError("A racer failed: " + outcome.failure(), outcome.failure());
            }
            T value = outcome.value();
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }
}
