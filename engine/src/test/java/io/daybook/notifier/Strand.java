package io.daybook.notifier;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Something that can be left in the middle and gone on with later, although the code that it runs knows nothing of that: it has a stack
 * of its own, which in Java is a thread. Of all strands, and who resumes them, exactly one runs at any time, so nothing here depends on
 * how threads are scheduled.
 */
final class Strand {

    private static final ExecutorService THREADS = Executors.newCachedThreadPool(run -> {
        Thread thread = new Thread(run, "simulated-strand");
        thread.setDaemon(true);
        return thread;
    });

    private final Runnable what;
    private final Semaphore mayGoOn = new Semaphore(0);
    private final Semaphore stopped = new Semaphore(0);
    private boolean begun;
    private boolean ended;
    private @Nullable Throwable failure;

    Strand(Runnable what) {
        this.what = what;
    }

    /** Goes on until it is left again or ends; throws what it throws. @return whether it has ended */
    boolean resume() {
        if (begun) {
            mayGoOn.release();
        } else {
            begun = true;
            THREADS.execute(this::run);
        }
        stopped.acquireUninterruptibly();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        return ended;
    }

    /** To be called by what it runs: returns when somebody resumes it. */
    void leave() {
        stopped.release();
        mayGoOn.acquireUninterruptibly();
    }

    private void run() {
        try {
            what.run();
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            ended = true;
            stopped.release();
        }
    }
}
