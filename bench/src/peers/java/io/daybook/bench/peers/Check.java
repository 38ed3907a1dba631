package io.daybook.bench.peers;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** A number that somebody lost or made up is no measurement. */
final class Check {

    private Check() {}

    /** @throws IllegalStateException unless the two are the same */
    static void count(String what, long expected, long found) {
        if (found != expected) {
            throw new IllegalStateException("Number of %s: expected %d, found %d.".formatted(what, expected, found));
        }
    }

    /** Waits for what was shut down. */
    static void finished(ExecutorService threads) {
        try {
            if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("Threads did not end within a minute.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
