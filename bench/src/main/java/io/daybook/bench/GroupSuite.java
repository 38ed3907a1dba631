package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.UnitOfWork;
import io.daybook.event.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: callers of {@code appendAsync}, each with one event at a time, beside as many plain writers that commit each of
 * theirs. A caller waits for its own result before it says the next, or it goes on, with so many at most that are not answered yet.
 */
final class GroupSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final String PLAIN = SCHEMA + ".plain";
    private static final int CALLERS = 16;

    /** So many of a caller are not answered yet, at most. With 1 it waits for each. */
    private static final int[] OUTSTANDING = {1, 2, 4, 8, 64};

    private static final int[] OUTSTANDING_QUICK = {1, 8};

    /** What is asked of the rate, as long as no append takes longer than theirs at p50. */
    private static final Target RATE = Target.atLeast(2.5);

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
            List<Attempt> attempts = new ArrayList<>();
            try (Timed theirs = new Timed(plain(server))) {
                for (int outstanding : plan.quick() ? OUTSTANDING_QUICK : OUTSTANDING) {
                    attempts.add(attempt(server, daybook, plan, report, outstanding, theirs));
                }
            }
            report.row(best(attempts));
            alone(server, daybook, plan, report);
        }
        server.drop(SCHEMA);
    }

    /**
     * What became of callers with so many outstanding.
     *
     * @param rates events per second
     * @param medians milliseconds of one append
     */
    record Attempt(int outstanding, Comparison rates, Comparison medians) {

        boolean isAsSoon() {
            return medians.ratios().median() <= 1;
        }
    }

    /** The best rate among those of which an append takes no longer than theirs at p50: who calls may choose how many are outstanding. */
    static Row best(List<Attempt> attempts) {
        String what = "%d callers, the best rate of those whose p50 is not above theirs".formatted(CALLERS);
        return attempts.stream()
                .filter(Attempt::isAsSoon)
                .max(Comparator.comparingDouble(
                        attempt -> attempt.rates().ratios().median()))
                .map(best -> Row.ratio(
                        what,
                        best.rates().ratios(),
                        RATE,
                        "with up to %d outstanding; %s; p50: %s"
                                .formatted(
                                        best.outstanding(),
                                        best.rates().detail("events/s", 0),
                                        best.medians().detail("ms", 2))))
                .orElseGet(() -> Row.ratio(what, Series.of(0), RATE, "there is none"));
    }

    private static Attempt attempt(
            Server server, Daybook daybook, Plan plan, Report report, int outstanding, Timed theirs) throws Exception {
        boolean waits = outstanding == 1;
        String name = waits
                ? "%d callers × 1 through appendAsync, each waits for its own".formatted(CALLERS)
                : "%d callers with up to %d outstanding".formatted(CALLERS, outstanding);
        try (Caller ours = waits ? new Timed(waiting(daybook)) : new Flowing(daybook, outstanding)) {
            Series ourMedians = new Series();
            Series theirMedians = new Series();
            Series ourHighs = new Series();
            Series theirHighs = new Series();
            warmUp(plan, report, name, ours.crew(), theirs.crew());
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
                    name + " ÷ %d plain writers × 1".formatted(CALLERS),
                    rates.ratios(),
                    waits ? RATE : Target.none(),
                    rates.detail("events/s", 0)));
            Comparison medians =
                    new Comparison(ourMedians, theirMedians, Comparison.quotients(ourMedians, theirMedians));
            report.row(Row.ratio(
                    name + ": time of one append, p50 ÷ theirs",
                    medians.ratios(),
                    waits ? Target.atMost(1) : Target.none(),
                    medians.detail("ms", 2)));
            Comparison highs = new Comparison(ourHighs, theirHighs, Comparison.quotients(ourHighs, theirHighs));
            report.row(Row.ratio(
                    name + ": time of one append, p99 ÷ theirs", highs.ratios(), Target.none(), highs.detail("ms", 2)));
            return new Attempt(outstanding, rates, medians);
        }
    }

    private static void alone(Server server, Daybook daybook, Plan plan, Report report) throws Exception {
        try (Timed ours = new Timed(List.of(waiting(daybook, "alone")));
                Timed theirs = new Timed(List.of(new DaybookWriter(daybook, new Life("transact"))))) {
            Series ourMedians = new Series();
            Series theirMedians = new Series();
            warmUp(plan, report, "alone", ours.crew(), theirs.crew());
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
            Comparison medians =
                    new Comparison(ourMedians, theirMedians, Comparison.quotients(ourMedians, theirMedians));
            report.row(Row.ratio(
                    "one caller alone: time of one append through appendAsync, p50 ÷ transact",
                    medians.ratios(),
                    Target.none(),
                    "%s; %s".formatted(medians.detail("ms", 2), rates.detail("events/s", 0))));
        }
    }

    private static void warmUp(Plan plan, Report report, String name, Crew ours, Crew theirs) throws Exception {
        report.progress(name + ": warming up");
        Crew.warmUp(plan, ours, theirs);
    }

    private static List<Writer> plain(Server server) throws java.sql.SQLException {
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            writers.add(new PlainWriter(server, PLAIN, new Life("p" + i)));
        }
        return writers;
    }

    private static CompletableFuture<Receipt> next(UnitOfWork daybook, Life life) {
        life.next();
        return daybook.appendAsync(life::say);
    }

    private static List<Writer> waiting(Daybook daybook) {
        List<Writer> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(waiting(daybook, "c" + i));
        }
        return callers;
    }

    /** Says one event and waits for its result. */
    private static Writer waiting(Daybook daybook, String name) {
        UnitOfWork unit = daybook.as(Life.ACTOR);
        Life life = new Life(name);
        return events -> {
            for (int i = 0; i < events; i++) {
                next(unit, life).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        };
    }

    /** One side. */
    private interface Caller extends AutoCloseable {

        Crew crew();

        /** What was timed until now does not count. */
        void forget() throws Exception;

        /**
         * Adds what this turn had as p50 and p99, in milliseconds.
         *
         * @return events per second, all of them durable
         */
        double turn(Duration slice, Series medians, Series highs) throws Exception;

        @Override
        void close() throws java.sql.SQLException;
    }

    /** In microseconds; each writer has its own. */
    private static void add(List<? extends Histogram> times, Series medians, Series highs) {
        Histogram all = new Histogram(3);
        times.forEach(all::add);
        times.forEach(Histogram::reset);
        medians.add(all.getValueAtPercentile(50) / 1e3);
        highs.add(all.getValueAtPercentile(99) / 1e3);
    }

    /** Go on while results are outstanding. */
    private static final class Flowing implements Caller {

        private final List<Outstanding> callers = new ArrayList<>();
        private final Crew crew;

        Flowing(Daybook daybook, int outstanding) {
            for (int i = 0; i < CALLERS; i++) {
                callers.add(new Outstanding(daybook, new Life("o" + outstanding + "-" + i), outstanding));
            }
            this.crew = new Crew(List.copyOf(callers), 1);
        }

        @Override
        public Crew crew() {
            return crew;
        }

        @Override
        public void forget() throws Exception {
            await();
            callers.forEach(caller -> caller.times.reset());
        }

        @Override
        public double turn(Duration slice, Series medians, Series highs) throws Exception {
            long begin = System.nanoTime();
            long events = crew.work(slice).events();
            // What is not answered yet is not durable yet.
            await();
            double rate = events / ((System.nanoTime() - begin) / 1e9);
            add(callers.stream().map(caller -> caller.times).toList(), medians, highs);
            return rate;
        }

        private void await() throws Exception {
            for (Outstanding caller : callers) {
                caller.await();
            }
        }

        @Override
        public void close() throws java.sql.SQLException {
            crew.close();
        }
    }

    /** Goes on while results are outstanding; whatever fails is told by the next call. */
    private static final class Outstanding implements Writer {

        private final UnitOfWork daybook;
        private final Life life;
        private final int most;
        private final Semaphore free;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        /** From the call to its result, in microseconds; results come on other threads. */
        private final ConcurrentHistogram times = new ConcurrentHistogram(3);

        Outstanding(Daybook daybook, Life life, int most) {
            this.daybook = daybook.as(Life.ACTOR);
            this.life = life;
            this.most = most;
            this.free = new Semaphore(most);
        }

        @Override
        public void write(int events) throws InterruptedException, TimeoutException {
            for (int i = 0; i < events; i++) {
                acquire(1);
                long begin = System.nanoTime();
                CompletableFuture<Receipt> unused = next(daybook, life).whenComplete((receipt, e) -> {
                    times.recordValue((System.nanoTime() - begin) / 1_000);
                    if (e != null) {
                        failure.compareAndSet(null, e);
                    }
                    free.release();
                });
            }
        }

        /** Until every result is there. */
        void await() throws InterruptedException, TimeoutException {
            acquire(most);
            free.release(most);
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
    private static final class Timed implements Caller {

        /** One of each writer, as they are not thread-safe. */
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

        @Override
        public Crew crew() {
            return crew;
        }

        @Override
        public void forget() {
            times.forEach(Histogram::reset);
        }

        @Override
        public double turn(Duration slice, Series medians, Series highs) throws Exception {
            double rate = crew.work(slice).perSecond();
            add(times, medians, highs);
            return rate;
        }

        @Override
        public void close() throws java.sql.SQLException {
            crew.close();
        }
    }
}
