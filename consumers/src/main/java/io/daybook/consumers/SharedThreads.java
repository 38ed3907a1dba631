package io.daybook.consumers;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The threads of all consumers of this process. A consumer that waits for events has none: where ten thousand have something to do now and then,
 * each event would else cost a switch of threads. And yet each delays only itself:
 *
 * <ul>
 *   <li>A consumer whose last turn was quick is served by one of a few threads, one per processor.
 *   <li>One whose last turn was not (it read the database, or called somebody who answers late) has a thread of its own while it has something to do.
 *   <li>Where a quick one does not return this time, another thread takes the place of the one it holds.
 * </ul>
 *
 * All are daemons, and end after a minute without work, so nobody has to close this. Thread-safe.
 */
final class SharedThreads {

    private static final Duration UNUSED = Duration.ofMinutes(1);

    /** More than a hundred events take that are only looked at, and less than whatever waits for a disk or a network. */
    private static final long QUICK_NANOS = 500_000;

    /** A thread that has been in one turn for so long does not count as one of the few. */
    private static final Duration HELD = Duration.ofMillis(10);

    static final SharedThreads OF_THIS_PROCESS =
            new SharedThreads(Math.max(2, Runtime.getRuntime().availableProcessors()));

    private final int few;
    private final ThreadPoolExecutor forQuick;
    private final ThreadPoolExecutor forSlow;
    private final ScheduledThreadPoolExecutor later;
    private final List<Server> servers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean watching = new AtomicBoolean();

    /** @param few how many serve those that are quick */
    SharedThreads(int few) {
        this.few = few;
        this.forQuick =
                new ThreadPoolExecutor(
                        few,
                        Integer.MAX_VALUE,
                        UNUSED.toSeconds(),
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Server::new) {
                    @Override
                    protected void beforeExecute(Thread thread, Runnable turn) {
                        ((Server) thread).begin();
                    }

                    @Override
                    protected void afterExecute(Runnable turn, @Nullable Throwable thrown) {
                        ((Server) Thread.currentThread()).end();
                    }
                };
        this.forQuick.allowCoreThreadTimeOut(true);
        this.forSlow = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                UNUSED.toSeconds(),
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                ConsumerThread::new);
        this.later = new ScheduledThreadPoolExecutor(1, ConsumerThread::new);
        this.later.setKeepAliveTime(UNUSED.toSeconds(), TimeUnit.SECONDS);
        this.later.allowCoreThreadTimeOut(true);
    }

    /**
     * Lets somebody have a turn, soon, in another thread. Waits for nothing: whoever calls may hold locks.
     *
     * @param turn throws nothing
     * @param quick whether the last one was
     * @throws OutOfMemoryError if there can be no more threads; then there is no turn
     */
    void serve(Runnable turn, boolean quick) {
        if (quick) {
            forQuick.execute(turn);
            watch();
        } else {
            forSlow.execute(turn);
        }
    }

    /** Whether a turn that began then, by {@link System#nanoTime}, is a quick one if it ends now. */
    static boolean isQuick(long began) {
        return System.nanoTime() - began < QUICK_NANOS;
    }

    /** Calls that after a while. It must be short. */
    void after(Duration pause, Runnable call) {
        ScheduledFuture<?> unused = later.schedule(call, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** While somebody waits for one of the few, it is looked at now and then whether these are held. */
    private void watch() {
        if (!watching.get() && watching.compareAndSet(false, true)) {
            after(HELD, this::look);
        }
    }

    private void look() {
        long now = System.nanoTime();
        int held = 0;
        for (Server server : servers) {
            if (server.isHeld(now)) {
                held++;
            }
        }
        if (forQuick.getCorePoolSize() != few + held) {
            forQuick.setCorePoolSize(few + held);
        }
        watching.set(false);
        if (!forQuick.getQueue().isEmpty()) {
            watch();
        }
    }

    /** A thread of consumers. */
    static class ConsumerThread extends Thread {

        private @Nullable Object serving;

        ConsumerThread(Runnable work) {
            // Nothing of whoever happens to be the first to need it is inherited.
            super(null, work, "daybook-consumers", 0, false);
            setDaemon(true);
            setContextClassLoader(null);
        }

        /** From now on this thread, the current one, is in the turn of that one, and looks as if it was made for it. */
        static void serve(Object whom, String name, @Nullable ClassLoader classLoader) {
            ConsumerThread thread = (ConsumerThread) Thread.currentThread();
            thread.serving = whom;
            if (!thread.getName().equals(name)) {
                thread.setName(name);
            }
            thread.setContextClassLoader(classLoader);
        }

        static void serveNobody() {
            ConsumerThread thread = (ConsumerThread) Thread.currentThread();
            thread.serving = null;
            thread.setContextClassLoader(null);
        }

        /** Whether the current thread is in the turn of that one. */
        static boolean isServing(Object whom) {
            return Thread.currentThread() instanceof ConsumerThread thread && thread.serving == whom;
        }
    }

    /** One of those that serve the quick ones. */
    private final class Server extends ConsumerThread {

        private volatile boolean busy;
        /** Since when, by {@link System#nanoTime}; written before {@link #busy}. */
        private long since;

        Server(Runnable work) {
            super(work);
        }

        @Override
        public void run() {
            servers.add(this);
            try {
                super.run();
            } finally {
                servers.remove(this);
            }
        }

        void begin() {
            since = System.nanoTime();
            busy = true;
        }

        void end() {
            busy = false;
        }

        boolean isHeld(long now) {
            return busy && now - since > HELD.toNanos();
        }
    }
}
