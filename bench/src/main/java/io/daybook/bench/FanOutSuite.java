package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Topic;
import io.daybook.notifier.Notifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Many registrations of one process. A hundred kinds of entities take turns, so a registration of one kind hears one event in a hundred; others
 * hear all. Events come at a fixed rate, and what counts is the CPU time of the process per delivery: that of the appends is in it, the same for all.
 */
final class FanOutSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final int KINDS = 100;
    private static final int EVENTS_PER_TRANSACTION = 100;
    private static final Duration LONG = Duration.ofMinutes(2);

    /** A unit of work ten times a second: with 10,000 registrations each turn of a consumer hands out one event. */
    private static final int EVENTS_PER_SECOND = 1_000;

    /** More deliveries than wait for nobody: with 10,000 registrations half a million a second. */
    private static final int MANY_EVENTS_PER_SECOND = 5_000;

    /** With 10,000 registrations that hear all a million deliveries a second: a unit of work each second. */
    private static final int FEW_EVENTS_PER_SECOND = 100;

    @Override
    public String name() {
        return "fan-out";
    }

    @Override
    public String description() {
        return "What a delivery costs, by how many registrations there are.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        server.drop(SCHEMA);
        try (Daybook daybook = Daybooks.open(server, SCHEMA, true, 1)) {
            List<Curve.Point> ofKinds = new ArrayList<>();
            List<Curve.Point> ofAll = new ArrayList<>();
            for (int registrations : plan.quick() ? new int[] {100} : new int[] {1, 100, 10_000}) {
                Series kinds = alone(daybook, plan, registrations, false, EVENTS_PER_SECOND);
                row(report, registrations, "1 % of the events each", kinds, EVENTS_PER_SECOND);
                ofKinds.add(new Curve.Point(registrations, kinds.median()));
                int rate = registrations < 10_000 ? EVENTS_PER_SECOND : FEW_EVENTS_PER_SECOND;
                Series all = alone(daybook, plan, registrations, true, rate);
                row(report, registrations, "all events each", all, rate);
                ofAll.add(new Curve.Point(registrations, all.median()));
            }
            report.curve(new Curve(
                    "CPU time of a delivery",
                    "registrations",
                    "µs",
                    List.of(
                            new Curve.Line("1 % of the events each", ofKinds),
                            new Curve.Line("all events each", ofAll))));
            compare(daybook, plan, report, EVENTS_PER_SECOND);
            compare(daybook, plan, report, MANY_EVENTS_PER_SECOND);
        }
        server.drop(SCHEMA);
    }

    private static void row(Report report, int registrations, String share, Series microseconds, int eventsPerSecond) {
        report.row(new Row(
                String.format(Locale.ROOT, "fan-out: %,d registrations, %s", registrations, share),
                microseconds,
                "µs",
                2,
                Target.none(),
                String.format(Locale.ROOT, "CPU time of the process per delivery, at %,d events/s", eventsPerSecond)));
    }

    private static Series alone(Daybook daybook, Plan plan, int registrations, boolean all, int eventsPerSecond)
            throws Exception {
        Series cost = new Series();
        try (Audience audience = new Audience(daybook, registrations, all)) {
            audience.slice(plan.slice(), eventsPerSecond);
            for (int i = 0; i < plan.pairs(); i++) {
                cost.add(audience.slice(plan.slice(), eventsPerSecond));
            }
        }
        return cost;
    }

    /** As many deliveries per event on both sides. */
    private static void compare(Daybook daybook, Plan plan, Report report, int eventsPerSecond) throws Exception {
        Series ratios = new Series();
        Series many = new Series();
        Series few = new Series();
        int registrations = plan.quick() ? 1_000 : 10_000;
        for (int i = 0; i < plan.pairs(); i++) {
            for (int side = 0; side < 2; side++) {
                boolean large = (side == 0) == (i % 2 == 0);
                int count = large ? registrations : registrations / KINDS;
                try (Audience audience = new Audience(daybook, count, !large)) {
                    audience.slice(plan.slice(), eventsPerSecond);
                    (large ? many : few).add(audience.slice(plan.slice(), eventsPerSecond));
                }
            }
            ratios.add(many.last() / few.last());
        }
        report.row(Row.ratio(
                String.format(
                        Locale.ROOT,
                        "fan-out at %,d events/s: %,d registrations of 1 %% each ÷ %,d of all, cost of a delivery",
                        eventsPerSecond,
                        registrations,
                        registrations / KINDS),
                ratios,
                Target.atMost(1.3),
                "%s ÷ %s µs of CPU time".formatted(many.text(2), few.text(2))));
    }

    /** Registrations of this process with their consumers. */
    private static final class Audience implements AutoCloseable {

        private static long entities;

        private final Daybook daybook;
        private final int deliveriesPerTransaction;
        private final LongAdder processed = new LongAdder();
        private final List<EventConsumer> consumers = new ArrayList<>();

        Audience(Daybook daybook, int registrations, boolean all) {
            this.daybook = daybook;
            Notifier notifier = daybook.notifier();
            int deliveries = 0;
            for (int i = 0; i < registrations; i++) {
                Topic topic = all ? Topic.everything() : Topic.of("kind_" + i % KINDS);
                consumers.add(Consumers.consume(notifier.register(topic), event -> processed.increment()));
                deliveries += all ? EVENTS_PER_TRANSACTION : 1;
            }
            this.deliveriesPerTransaction = deliveries;
        }

        /** Microseconds of CPU time per delivery. */
        double slice(Duration duration, int eventsPerSecond) throws InterruptedException {
            processed.reset();
            long cpu = Effort.ofProcess();
            long begin = System.nanoTime();
            long transactions = duration.toMillis() * eventsPerSecond / EVENTS_PER_TRANSACTION / 1_000;
            for (long i = 0; i < transactions; i++) {
                long at = begin + i * EVENTS_PER_TRANSACTION * 1_000_000_000L / eventsPerSecond;
                while (System.nanoTime() < at) {
                    LockSupport.parkNanos(at - System.nanoTime());
                }
                daybook.as(Life.ACTOR).transact(tx -> {
                    for (int kind = 0; kind < KINDS; kind++) {
                        tx.create("kind_" + kind, "e-" + entities++, Map.of("status", "new"));
                    }
                });
            }
            long expected = transactions * deliveriesPerTransaction;
            while (processed.sum() < expected) {
                if (System.nanoTime() - begin > LONG.toNanos()) {
                    throw new IllegalStateException("%d of %d deliveries came.".formatted(processed.sum(), expected));
                }
                Thread.sleep(1);
            }
            return (Effort.ofProcess() - cpu) / 1e3 / expected;
        }

        @Override
        public void close() {
            // All at once first, because each waits for its thread.
            consumers.forEach(consumer ->
                    daybook.notifier().unregister(consumer.registration().id()));
            consumers.forEach(EventConsumer::close);
        }
    }
}
