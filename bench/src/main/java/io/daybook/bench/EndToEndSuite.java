package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.notifier.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * What can be kept up: writers append as fast as they can while a consumer processes everything, beside plain writers of the same rows. The time
 * until the last event of a slice was processed counts, so what runs ahead wins nothing; and how late each event is processed is measured from the
 * moment it was said.
 */
final class EndToEndSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final int WRITERS = 4;
    private static final int EVENTS_PER_TRANSACTION = 100;
    private static final Duration LONG = Duration.ofMinutes(2);

    @Override
    public String name() {
        return "end-to-end";
    }

    @Override
    public String description() {
        return "Appended, sequenced and processed, for as long as it lasts ÷ plain inserts; and how late.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        server.drop(SCHEMA);
        Series ratios = new Series();
        Series ours = new Series();
        Series theirs = new Series();
        Series medians = new Series();
        Series latest = new Series();
        try (Daybook daybook = Daybooks.open(server, SCHEMA, true, WRITERS)) {
            server.execute("create table %1$s.plain (like %1$s.events including all)".formatted(SCHEMA));
            Registration registration = daybook.notifier().register("bench");
            Processed processed = new Processed();
            try (Crew crew = crew(daybook);
                    Crew plain = plainCrew(server);
                    EventConsumer consumer =
                            Consumers.consume(registration, event -> processed.add(event.creationDate()))) {
                report.progress("end-to-end: warming up");
                Crew.warmUp(plan, crew, plain);
                slice(crew, plan.slice(), processed);
                for (int i = 0; i < plan.pairs(); i++) {
                    if (i % 2 == 1) {
                        theirs.add(plain.work(plan.slice()).perSecond());
                    }
                    ours.add(slice(crew, plan.slice(), processed));
                    medians.add(processed.milliseconds(50));
                    latest.add(processed.milliseconds(100));
                    if (i % 2 == 0) {
                        theirs.add(plain.work(plan.slice()).perSecond());
                    }
                    ratios.add(ours.last() / theirs.last());
                }
                consumer.stop();
            }
        }
        server.drop(SCHEMA);
        String what = "end-to-end: %d writers × %d, ".formatted(WRITERS, EVENTS_PER_TRANSACTION);
        report.row(Row.ratio(
                what + "processed ÷ plain inserts",
                ratios,
                Target.atLeast(0.7),
                "%s ÷ %s events/s; until the last one was processed".formatted(ours.text(0), theirs.text(0))));
        report.row(new Row(
                what + "said → processed, the latest of a slice",
                latest,
                "ms",
                0,
                Target.atMost(1_000),
                "p50: %s ms".formatted(medians.text(0))));
    }

    /** Events per second, all of them processed. */
    private static double slice(Crew crew, Duration duration, Processed processed) throws Exception {
        processed.begin();
        long begin = System.nanoTime();
        long events = crew.work(duration).events();
        while (processed.count.get() < events) {
            if (System.nanoTime() - begin > LONG.toNanos()) {
                throw new IllegalStateException("%d of %d events were processed in %d s."
                        .formatted(processed.count.get(), events, LONG.toSeconds()));
            }
            Thread.sleep(1);
        }
        return events / ((System.nanoTime() - begin) / 1e9);
    }

    private static Crew crew(Daybook daybook) {
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new DaybookWriter(daybook, new Life("w" + i)));
        }
        return new Crew(writers, EVENTS_PER_TRANSACTION);
    }

    private static Crew plainCrew(Server server) throws java.sql.SQLException {
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new PlainWriter(server, SCHEMA + ".plain", new Life("w" + i)));
        }
        return new Crew(writers, EVENTS_PER_TRANSACTION);
    }

    /** What the consumer saw in a slice. Read when it has seen everything. */
    private static final class Processed {

        private final AtomicLong count = new AtomicLong();
        /** In microseconds. */
        private final Histogram late = new Histogram(3);

        void begin() {
            late.reset();
            count.set(0);
        }

        void add(Instant said) {
            Instant now = Instant.now();
            late.recordValue(Math.max(0, Duration.between(said, now).toNanos() / 1_000));
            count.incrementAndGet();
        }

        double milliseconds(double percentile) {
            return late.getValueAtPercentile(percentile) / 1e3;
        }
    }
}
