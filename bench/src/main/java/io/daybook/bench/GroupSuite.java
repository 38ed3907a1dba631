package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.UnitOfWork;
import io.daybook.event.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: callers of {@code appendAsync}, each with one event at a time, beside as many plain writers that commit each of
 * theirs. Closed loop: a caller waits for its own result before it says the next. Open loop: it goes on, with so many at most that are
 * not answered yet.
 */
final class GroupSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final String PLAIN = SCHEMA + ".plain";
    private static final int CALLERS = 16;
    private static final int OUTSTANDING = 64;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Override
    public String name() {
        return "group";
    }

    @Override
    public String description() {
        return "Concurrent small appends that share transactions (appendAsync) ÷ plain JDBC with a transaction for each.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        server.drop(SCHEMA);
        try (Daybook daybook = Daybooks.open(server, SCHEMA, true, CALLERS)) {
            server.execute("create table %s (like %s.events including all)".formatted(PLAIN, SCHEMA));
            closedLoop(server, daybook, plan, report);
            openLoop(server, daybook, plan, report);
            alone(server, daybook, plan, report);
        }
        server.drop(SCHEMA);
    }

    private static void closedLoop(Server server, Daybook daybook, Plan plan, Report report) throws Exception {
        String name = "%d callers × 1".formatted(CALLERS);
        List<Writer> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(waiting(daybook, new Life("c" + i)));
        }
        try (Timed ours = new Timed(callers);
                Timed theirs = new Timed(plain(server, "c"))) {
            Series ourMedians = new Series();
            Series theirMedians = new Series();
            Series ourHighs = new Series();
            Series theirHighs = new Series();
            warmUp(plan, report, name, ours.crew, theirs.crew);
            ours.forget();
            theirs.forget();
            Comparison rates = Comparison.of(
                    name,
                    plan,
                    report,
                    () -> {
                        double rate = ours.turn(plan.slice(), ourMedians, ourHighs);
                        Daybooks.awaitSequenced(server, SCHEMA);
                        return rate;
                    },
                    () -> theirs.turn(plan.slice(), theirMedians, theirHighs));
            report.row(Row.ratio(
                    name + " through appendAsync, each waits for its own ÷ %d plain writers × 1".formatted(CALLERS),
                    rates.ratios(),
                    Target.atLeast(2.5),
                    rates.detail("events/s", 0)));
            Comparison medians = new Comparison(ourMedians, theirMedians, quotients(ourMedians, theirMedians));
            report.row(Row.ratio(
                    name + ": time of one append, p50 ÷ theirs",
                    medians.ratios(),
                    Target.atMost(1),
                    medians.detail("ms", 2)));
            Comparison highs = new Comparison(ourHighs, theirHighs, quotients(ourHighs, theirHighs));
            report.row(Row.ratio(
                    name + ": time of one append, p99 ÷ theirs", highs.ratios(), Target.none(), highs.detail("ms", 2)));
        }
    }

    private static void openLoop(Server server, Daybook daybook, Plan plan, Report report) throws Exception {
        String name = "%d callers with up to %d outstanding".formatted(CALLERS, OUTSTANDING);
        List<Outstanding> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new Outstanding(daybook, new Life("o" + i)));
        }
        try (Crew ours = new Crew(List.copyOf(callers), 1);
                Crew theirs = new Crew(plain(server, "o"), 1)) {
            warmUp(plan, report, name, ours, theirs);
            for (Outstanding caller : callers) {
                caller.await();
            }
            Comparison rates = Comparison.of(
                    name,
                    plan,
                    report,
                    () -> {
                        long begin = System.nanoTime();
                        long events = ours.work(plan.slice()).events();
                        // What is not answered yet is not durable yet.
                        for (Outstanding caller : callers) {
                            caller.await();
                        }
                        double rate = events / ((System.nanoTime() - begin) / 1e9);
                        Daybooks.awaitSequenced(server, SCHEMA);
                        return rate;
                    },
                    () -> theirs.work(plan.slice()).perSecond());
            report.row(Row.ratio(
                    name + " ÷ %d plain writers × 1".formatted(CALLERS),
                    rates.ratios(),
                    Target.none(),
                    rates.detail("events/s", 0)));
        }
    }

    private static void alone(Server server, Daybook daybook, Plan plan, Report report) throws Exception {
        try (Timed ours = new Timed(List.of(waiting(daybook, new Life("alone"))));
                Timed theirs = new Timed(List.of(new DaybookWriter(daybook, new Life("transact"))))) {
            Series ourMedians = new Series();
            Series theirMedians = new Series();
            warmUp(plan, report, "alone", ours.crew, theirs.crew);
            ours.forget();
            theirs.forget();
            Comparison rates = Comparison.of(
                    "alone",
                    plan,
                    report,
                    () -> {
                        double rate = ours.turn(plan.slice(), ourMedians, new Series());
                        Daybooks.awaitSequenced(server, SCHEMA);
                        return rate;
                    },
                    () -> {
                        double rate = theirs.turn(plan.slice(), theirMedians, new Series());
                        Daybooks.awaitSequenced(server, SCHEMA);
                        return rate;
                    });
            Comparison medians = new Comparison(ourMedians, theirMedians, quotients(ourMedians, theirMedians));
            report.row(Row.ratio(
                    "one caller alone: time of one append through appendAsync, p50 ÷ transact",
                    medians.ratios(),
                    Target.none(),
                    "%s; %s".formatted(medians.detail("ms", 2), rates.detail("events/s", 0))));
        }
    }

    private static Series quotients(Series ours, Series theirs) {
        Series quotients = new Series();
        for (int i = 0; i < ours.size(); i++) {
            quotients.add(ours.get(i) / theirs.get(i));
        }
        return quotients;
    }

    private static void warmUp(Plan plan, Report report, String name, Crew ours, Crew theirs) throws Exception {
        report.progress(name + ": warming up");
        Crew.warmUp(ours, theirs, plan);
    }

    private static List<Writer> plain(Server server, String prefix) throws java.sql.SQLException {
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            writers.add(new PlainWriter(server, PLAIN, new Life(prefix + i)));
        }
        return writers;
    }

    private static CompletableFuture<Receipt> next(UnitOfWork daybook, Life life) {
        life.next();
        return daybook.appendAsync(life::say);
    }

    /** Says one event and waits for its result. */
    private static Writer waiting(Daybook daybook, Life life) {
        UnitOfWork unit = daybook.as(Life.ACTOR);
        return events -> {
            for (int i = 0; i < events; i++) {
                next(unit, life).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        };
    }

    /** Goes on while results are outstanding; whatever fails is told by the next call. */
    private static final class Outstanding implements Writer {

        private final UnitOfWork daybook;
        private final Life life;
        private final Semaphore free = new Semaphore(OUTSTANDING);
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Outstanding(Daybook daybook, Life life) {
            this.daybook = daybook.as(Life.ACTOR);
            this.life = life;
        }

        @Override
        public void write(int events) throws InterruptedException, TimeoutException {
            for (int i = 0; i < events; i++) {
                acquire(1);
                CompletableFuture<Receipt> unused = next(daybook, life).whenComplete((receipt, e) -> {
                    if (e != null) {
                        failure.compareAndSet(null, e);
                    }
                    free.release();
                });
            }
        }

        /** Until every result is there. */
        void await() throws InterruptedException, TimeoutException {
            acquire(OUTSTANDING);
            free.release(OUTSTANDING);
        }

        private void acquire(int permits) throws InterruptedException, TimeoutException {
            if (!free.tryAcquire(permits, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new TimeoutException("Results were outstanding for %s.".formatted(PATIENCE));
            }
            Throwable failed = failure.get();
            if (failed != null) {
                throw new IllegalStateException("An append failed.", failed);
            }
        }
    }

    /** Writers of one event at a time, and how long each took. */
    private static final class Timed implements AutoCloseable {

        /** In microseconds; one of each writer, as they are not thread-safe. */
        private final List<Histogram> times = new ArrayList<>();

        private final Crew crew;

        Timed(List<Writer> writers) {
            List<Writer> timed = new ArrayList<>();
            for (Writer writer : writers) {
                Histogram time = new Histogram(3);
                times.add(time);
                timed.add(new Writer() {
                    @Override
                    public void write(int events) throws Exception {
                        long begin = System.nanoTime();
                        writer.write(events);
                        time.recordValue((System.nanoTime() - begin) / 1_000);
                    }

                    @Override
                    public void close() throws java.sql.SQLException {
                        writer.close();
                    }
                });
            }
            this.crew = new Crew(timed, 1);
        }

        void forget() {
            times.forEach(Histogram::reset);
        }

        /**
         * Adds what this turn had as p50 and p99, in milliseconds.
         *
         * @return events per second
         */
        double turn(Duration slice, Series medians, Series highs) throws Exception {
            double rate = crew.work(slice).perSecond();
            Histogram all = new Histogram(3);
            times.forEach(all::add);
            forget();
            medians.add(all.getValueAtPercentile(50) / 1e3);
            highs.add(all.getValueAtPercentile(99) / 1e3);
            return rate;
        }

        @Override
        public void close() throws java.sql.SQLException {
            crew.close();
        }
    }
}
