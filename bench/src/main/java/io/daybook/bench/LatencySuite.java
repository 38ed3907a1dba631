package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.event.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * From the acknowledgement of an append to {@code processEvent}, at fixed rates: in the process that appends, in another one that NOTIFY wakes, and
 * in another one that nothing wakes. Open loop: a unit of work is due at start + n ÷ rate whatever became of those before it, on enough threads that
 * a slow append delays no other; and latency is reported from the moment it was due as well, so that a stall is felt by all that would have come
 * during it. All times are of {@code System.nanoTime()}, which on Linux is the monotonic clock of the machine, the same in every process.
 */
final class LatencySuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final int THREADS = 8;

    /** Events a second, and how many of them are one unit of work: more commits than these are the disk's business. */
    private enum Load {
        CALM(200, 1),
        BUSY(2_000, 1),
        FULL(10_000, 10);

        private final int rate;
        private final int eventsPerTransaction;

        Load(int rate, int eventsPerTransaction) {
            this.rate = rate;
            this.eventsPerTransaction = eventsPerTransaction;
        }

        String text() {
            return String.format(Locale.ROOT, "%,d events/s (× %d)", rate, eventsPerTransaction);
        }
    }

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String description() {
        return "From the acknowledgement of an append to processEvent.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        List<Curve.Line> lines = new ArrayList<>();
        for (Listener.Where where : Listener.Where.values()) {
            List<Curve.Point> points = new ArrayList<>();
            for (Load load : Load.values()) {
                if (!plan.quick() || load == Load.CALM) {
                    points.add(new Curve.Point(load.rate, measure(server, plan, report, where, load)));
                }
            }
            lines.add(new Curve.Line(where.text(), points));
        }
        report.curve(new Curve("Acknowledged → processEvent, p50", "events/s", "ms", lines));
    }

    /** The median. */
    private static double measure(Server server, Plan plan, Report report, Listener.Where where, Load load)
            throws Exception {
        server.drop(SCHEMA);
        Series median = new Series();
        Series high = new Series();
        Series highest = new Series();
        Series dueMedian = new Series();
        Series dueHigh = new Series();
        try (Daybook daybook = Daybooks.open(server, SCHEMA, true, THREADS);
                Listener listener = Listener.at(where, server, daybook, SCHEMA)) {
            new Slice(daybook, listener, load, plan.slice(), 0).run();
            for (int i = 1; i <= plan.pairs(); i++) {
                Slice slice = new Slice(daybook, listener, load, plan.slice(), i);
                slice.run();
                median.add(slice.fromAck.getValueAtPercentile(50) / 1e3);
                high.add(slice.fromAck.getValueAtPercentile(99) / 1e3);
                highest.add(slice.fromAck.getMaxValue() / 1e3);
                dueMedian.add(slice.fromDue.getValueAtPercentile(50) / 1e3);
                dueHigh.add(slice.fromDue.getValueAtPercentile(99) / 1e3);
            }
        }
        server.drop(SCHEMA);
        String what = "latency: acknowledged → processEvent, %s, %s, ".formatted(where.text(), load.text());
        boolean asked = load == Load.CALM && where != Listener.Where.OTHER_PROCESS_POLLING;
        report.row(new Row(
                what + "p50",
                median,
                "ms",
                2,
                asked ? Target.atMost(where == Listener.Where.SAME_PROCESS ? 1.2 : 2) : Target.none(),
                "from when the append was due: %s ms".formatted(dueMedian.text(1))));
        report.row(new Row(
                what + "p99",
                high,
                "ms",
                2,
                asked ? Target.atMost(8) : Target.none(),
                "from when the append was due: %s ms; slowest of a slice: %s ms"
                        .formatted(dueHigh.text(1), highest.text(1))));
        return median.median();
    }

    private static final class Slice {

        private final Daybook daybook;
        private final Listener listener;
        private final Load load;
        private final int transactions;
        private final String prefix;
        private final AtomicLongArray due;
        private final AtomicLongArray acknowledged;
        /** In microseconds. */
        private final Histogram fromAck = new Histogram(3);

        private final Histogram fromDue = new Histogram(3);

        Slice(Daybook daybook, Listener listener, Load load, Duration duration, int number) {
            this.daybook = daybook;
            this.listener = listener;
            this.load = load;
            this.transactions = (int) (duration.toMillis() * load.rate / load.eventsPerTransaction / 1_000);
            this.prefix = "s" + number + "-";
            this.due = new AtomicLongArray(transactions);
            this.acknowledged = new AtomicLongArray(transactions);
        }

        void run() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try {
                long start = System.nanoTime() + 100_000_000L;
                List<Future<Receipt>> last = new ArrayList<>();
                for (int t = 0; t < THREADS; t++) {
                    int first = t;
                    last.add(threads.submit(() -> append(first, start)));
                }
                for (Future<Receipt> receipt : last) {
                    receipt.get();
                }
            } finally {
                threads.shutdown();
            }
            Map<String, Long> processed = listener.processed(prefix, transactions * load.eventsPerTransaction);
            for (int i = 0; i < transactions; i++) {
                for (int event = 0; event < load.eventsPerTransaction; event++) {
                    long at = Objects.requireNonNull(processed.get(id(i, event)));
                    // An event may be processed before its appender was scheduled to see the acknowledgement.
                    fromAck.recordValue(Math.max(0, (at - acknowledged.get(i)) / 1_000));
                    fromDue.recordValue(Math.max(0, (at - due.get(i)) / 1_000));
                }
            }
        }

        private String id(int transaction, int event) {
            return prefix + transaction + "-" + event;
        }

        private Receipt append(int first, long start) {
            Receipt receipt = null;
            for (int i = first; i < transactions; i += THREADS) {
                int transaction = i;
                long at = start + i * (1_000_000_000L * load.eventsPerTransaction / load.rate);
                due.set(i, at);
                while (System.nanoTime() < at) {
                    LockSupport.parkNanos(at - System.nanoTime());
                }
                receipt = daybook.as(Life.ACTOR).transact(tx -> {
                    for (int event = 0; event < load.eventsPerTransaction; event++) {
                        tx.create(Life.ENTITY_TYPE, id(transaction, event), Map.of("status", "new"));
                    }
                });
                acknowledged.set(i, System.nanoTime());
            }
            return Objects.requireNonNull(receipt);
        }
    }
}
