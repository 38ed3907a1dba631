package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Receipt;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * From the acknowledgement of an append to {@code processEvent}, in one process, at a fixed rate. Open loop: event n is due at
 * start + n ÷ rate whatever became of those before it, on enough threads that a slow append delays no other; and latency is
 * reported from the moment it was due as well, so that a stall is felt by all that would have come during it.
 */
final class LatencySuite implements Suite {

    private static final int RATE = 200;
    private static final int THREADS = 8;

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
        String schema = "daybook_bench";
        server.drop(schema);
        Series median = new Series();
        Series high = new Series();
        Series highest = new Series();
        Series dueMedian = new Series();
        Series dueHigh = new Series();
        try (Daybook daybook = Daybooks.open(server, schema, true, THREADS)) {
            Registration registration = daybook.notifier().register("bench");
            Slice warmUp = new Slice(daybook, registration, plan.slice(), 0);
            warmUp.run();
            for (int i = 1; i <= plan.pairs(); i++) {
                Slice slice = new Slice(daybook, registration, plan.slice(), i);
                slice.run();
                median.add(slice.fromAck.getValueAtPercentile(50) / 1e3);
                high.add(slice.fromAck.getValueAtPercentile(99) / 1e3);
                highest.add(slice.fromAck.getMaxValue() / 1e3);
                dueMedian.add(slice.fromDue.getValueAtPercentile(50) / 1e3);
                dueHigh.add(slice.fromDue.getValueAtPercentile(99) / 1e3);
            }
        }
        server.drop(schema);
        report.row(new Row(
                "latency: acknowledged → processEvent at %d/s, p50".formatted(RATE),
                median,
                "ms",
                1,
                Target.atMost(1.2),
                "from when the append was due: %s ms".formatted(dueMedian.text(1))));
        report.row(new Row(
                "latency: acknowledged → processEvent at %d/s, p99".formatted(RATE),
                high,
                "ms",
                1,
                Target.atMost(8),
                "from when the append was due: %s ms; slowest of a slice: %s ms"
                        .formatted(dueHigh.text(1), highest.text(1))));
    }

    private static final class Slice {

        private final Daybook daybook;
        private final Registration registration;
        private final int events;
        private final String prefix;
        private final AtomicLongArray due;
        private final AtomicLongArray acknowledged;
        private final AtomicLongArray processed;
        /** In microseconds. */
        private final Histogram fromAck = new Histogram(3);

        private final Histogram fromDue = new Histogram(3);

        Slice(Daybook daybook, Registration registration, Duration duration, int number) {
            this.daybook = daybook;
            this.registration = registration;
            this.events = (int) (duration.toMillis() * RATE / 1_000);
            this.prefix = "s" + number + "-";
            this.due = new AtomicLongArray(events);
            this.acknowledged = new AtomicLongArray(events);
            this.processed = new AtomicLongArray(events);
        }

        void run() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            try (EventConsumer consumer = Consumers.consume(registration, event -> {
                long now = System.nanoTime();
                String id = event.entity().id();
                processed.set(Integer.parseInt(id.substring(id.indexOf('-') + 1)), now);
            })) {
                long start = System.nanoTime() + 100_000_000L;
                List<Future<Receipt>> last = new ArrayList<>();
                for (int t = 0; t < THREADS; t++) {
                    int first = t;
                    last.add(threads.submit(() -> append(first, start)));
                }
                for (Future<Receipt> receipt : last) {
                    consumer.registration().await(receipt.get(), Duration.ofSeconds(30));
                }
            } finally {
                threads.shutdown();
            }
            for (int i = 0; i < events; i++) {
                // An event may be processed before its appender was scheduled to see the acknowledgement.
                fromAck.recordValue(Math.max(0, (processed.get(i) - acknowledged.get(i)) / 1_000));
                fromDue.recordValue(Math.max(0, (processed.get(i) - due.get(i)) / 1_000));
            }
        }

        private Receipt append(int first, long start) {
            Receipt receipt = null;
            for (int i = first; i < events; i += THREADS) {
                long at = start + i * (1_000_000_000L / RATE);
                due.set(i, at);
                while (System.nanoTime() < at) {
                    LockSupport.parkNanos(at - System.nanoTime());
                }
                String id = prefix + i;
                receipt = daybook.as(Life.ACTOR)
                        .transact(tx -> tx.create(Life.ENTITY_TYPE, id, java.util.Map.of("status", "new")));
                acknowledged.set(i, System.nanoTime());
            }
            return java.util.Objects.requireNonNull(receipt);
        }
    }
}
