package io.daybook.bench.peers;

import io.daybook.Daybook;
import io.daybook.bench.Daybooks;
import io.daybook.bench.Life;
import io.daybook.bench.Row;
import io.daybook.bench.Series;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.bench.Target;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.notifier.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * From the acknowledgement of an append to its handler in the same process, at a fixed rate, the peer and Daybook by turns. Open loop:
 * event n is due at start + n ÷ rate whatever became of those before it, on enough threads that a slow append delays no other.
 */
record Latencies(Server server, Suite.Plan plan, Suite.Report report, String peer, String comment) {

    private static final int RATE = 200;

    /** So many append at once. */
    static final int THREADS = 8;

    /** As many as a Daybook for so many threads has. */
    static final int CONNECTIONS = THREADS + 6;

    /** Appends in a transaction of its own. */
    interface Publisher {

        /** Committed when this returns. */
        void publish(String id) throws Exception;
    }

    /** The peer with its handler. */
    interface Peer extends AutoCloseable {

        Publisher publisher();

        @Override
        void close();
    }

    /** Opens a peer: at first on an empty schema, then again on what it left. */
    interface Opening {
        /**
         * With its handler.
         *
         * @param arrivals are to be told the id of each event that the handler is called for
         */
        Peer open(Arrivals arrivals) throws Exception;
    }

    /** Takes the time at which handlers are called. */
    static final class Arrivals {

        private volatile Turn turn = new Turn("", 0);

        /** Any further time of the same event does not count: peers may deliver one twice. */
        void handled(String id) {
            turn.handled(id, System.nanoTime());
        }
    }

    void measure(Opening opening) throws Exception {
        Room.clear(server);
        Series peerMedian = new Series();
        Series peerHigh = new Series();
        Series daybookMedian = new Series();
        Series daybookHigh = new Series();
        Series medians = new Series();
        Series highs = new Series();
        try {
            int warmUps = plan.quick() ? 1 : 2;
            for (int i = 0; i < warmUps + plan.pairs(); i++) {
                Histogram theirs;
                Histogram own;
                if (i % 2 == 0) {
                    theirs = theirs(i, opening);
                    own = ours(i);
                } else {
                    own = ours(i);
                    theirs = theirs(i, opening);
                }
                if (i >= warmUps) {
                    peerMedian.add(theirs.getValueAtPercentile(50) / 1e3);
                    peerHigh.add(theirs.getValueAtPercentile(99) / 1e3);
                    daybookMedian.add(own.getValueAtPercentile(50) / 1e3);
                    daybookHigh.add(own.getValueAtPercentile(99) / 1e3);
                    medians.add(daybookMedian.last() / peerMedian.last());
                    highs.add(daybookHigh.last() / peerHigh.last());
                }
            }
        } finally {
            Room.leave(server);
        }
        row("p50", medians, daybookMedian, peerMedian);
        row("p99", highs, daybookHigh, peerHigh);
    }

    private void row(String percentile, Series ratios, Series daybook, Series theirs) {
        report.row(Row.ratio(
                "%s: acknowledged → handler at %d/s, %s, Daybook ÷ %s".formatted(peer, RATE, percentile, peer),
                ratios,
                Target.atMost(1),
                "%s ÷ %s ms%s".formatted(daybook.text(2), theirs.text(2), comment.isEmpty() ? "" : "; " + comment)));
    }

    /** Whoever has no turn is closed: a reader that looks for changes all the time would slow down the other one. */
    private Histogram theirs(int number, Opening opening) throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Peer open = opening.open(arrivals)) {
            return turn(number, arrivals, open.publisher());
        }
    }

    private Histogram ours(int number) throws Exception {
        Arrivals arrivals = new Arrivals();
        try (Daybook daybook = Daybooks.open(server, Room.DAYBOOK, true, THREADS)) {
            Registration registration = daybook.notifier().register("bench");
            try (EventConsumer consumer = Consumers.consume(
                    registration, event -> arrivals.handled(event.entity().id()))) {
                Histogram latencies = turn(
                        number,
                        arrivals,
                        id -> daybook.as(Life.ACTOR)
                                .transact(tx -> tx.create(Life.ENTITY_TYPE, id, Map.of("status", "new"))));
                Check.count("consumers of Daybook that still run", 1, consumer.isRunning() ? 1 : 0);
                return latencies;
            }
        }
    }

    private Histogram turn(int number, Arrivals arrivals, Publisher publisher) throws Exception {
        Turn start = new Turn("w" + number + "-", RATE);
        arrivals.turn = start;
        start.run(publisher);
        Turn turn = new Turn("s" + number + "-", (int) (plan.slice().toMillis() * RATE / 1_000));
        arrivals.turn = turn;
        return turn.run(publisher);
    }

    private static final class Turn {

        private final int events;
        private final String prefix;
        private final AtomicLongArray acknowledged;
        private final AtomicLongArray handled;
        private final CountDownLatch missing;

        Turn(String prefix, int events) {
            this.events = events;
            this.prefix = prefix;
            this.acknowledged = new AtomicLongArray(events);
            this.handled = new AtomicLongArray(events);
            this.missing = new CountDownLatch(events);
        }

        void handled(String id, long now) {
            if (id.startsWith(prefix)
                    && handled.compareAndSet(Integer.parseInt(id.substring(prefix.length())), 0, now)) {
                missing.countDown();
            }
        }

        /** In microseconds. */
        Histogram run(Publisher publisher) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                long start = System.nanoTime() + 100_000_000L;
                List<Future<?>> ends = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    int first = thread;
                    ends.add(threads.submit(() -> {
                        publish(publisher, first, start);
                        return null;
                    }));
                }
                for (Future<?> end : ends) {
                    end.get();
                }
            } finally {
                threads.shutdown();
            }
            if (!missing.await(30, TimeUnit.SECONDS)) {
                Check.count("events handled", events, events - missing.getCount());
            }
            Histogram latencies = new Histogram(3);
            for (int i = 0; i < events; i++) {
                // An event may be handled before its appender was scheduled to see the acknowledgement.
                latencies.recordValue(Math.max(0, (handled.get(i) - acknowledged.get(i)) / 1_000));
            }
            return latencies;
        }

        private void publish(Publisher publisher, int first, long start) throws Exception {
            for (int i = first; i < events; i += THREADS) {
                long due = start + i * (1_000_000_000L / RATE);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                publisher.publish(prefix + i);
                acknowledged.set(i, System.nanoTime());
            }
        }
    }
}
