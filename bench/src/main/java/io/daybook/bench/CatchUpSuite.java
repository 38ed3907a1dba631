package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.consumers.TransactionalEventConsumer;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Topic;
import io.daybook.notifier.Batch;
import io.daybook.notifier.Registration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jooq.DSLContext;

/**
 * A registration that begins at the beginning of a large log, beside somebody who reads the same rows by hand: page after page by their position,
 * every column taken out of the result, and after each page the place is written down.
 */
final class CatchUpSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";

    /** Rows that are read by hand at once: more are hardly faster, and have to fit into the memory. */
    private static final int PAGE = 1_000;

    private static final int BATCH = 500;
    private static final int TOGETHER = 10;
    private static final int LOADERS = 2;
    private static final Operation RARE = Operation.of("RARE");

    /** Of so many events one is rare. */
    private static final int RARE_IN = 10_000;

    private static final Duration LONG = Duration.ofMinutes(30);

    private static final long MILLION = 1_000_000;
    private static final long QUICK = 200_000;

    private static final String HANDLERS = "handlers";
    private static final String BATCHES = "batches";
    private static final String SPARSE = "sparse";

    private final boolean large;
    private final List<String> wanted;

    private CatchUpSuite(boolean large, List<String> wanted) {
        this.large = large;
        this.wanted = wanted;
    }

    /** A million events, in every way. */
    static CatchUpSuite ofOneMillion() {
        return new CatchUpSuite(false, List.of());
    }

    /** Ten million events take minutes a turn: the ways that matter most, and the others by name. */
    static CatchUpSuite ofTenMillion() {
        return new CatchUpSuite(true, List.of());
    }

    @Override
    public String name() {
        return large ? "catch-up-10m" : "catch-up";
    }

    @Override
    public String description() {
        return "Replay of a log of %s events ÷ a plain keyset read that writes down its place after each page.%s"
                .formatted(
                        large ? "10 million" : "a million",
                        large ? " As a whole it is batches and sparse; handlers (10 minutes) runs by name." : "");
    }

    @Override
    public List<String> variants() {
        return !large ? List.of() : wanted.isEmpty() ? List.of(BATCHES, SPARSE, HANDLERS) : wanted;
    }

    @Override
    public Suite only(String variant) {
        return new CatchUpSuite(large, List.of(variant));
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        long events = Math.min(plan.quick() ? QUICK : large ? 10 * MILLION : MILLION, plan.events());
        Disk.require(server, events);
        Logs.create(server, SCHEMA);
        server.execute("create table %s.plain_cursor (reader integer primary key, position bigint)".formatted(SCHEMA));
        server.execute(
                "insert into %s.plain_cursor select n, 0 from generate_series(1, %d) n".formatted(SCHEMA, TOGETHER));
        Log log = new Log(server, plan, report, events);
        log.fill();
        try (Daybook daybook = Daybooks.open(server, SCHEMA, false, TOGETHER)) {
            if (large) {
                ofTenMillion(log, daybook);
            } else {
                ofOneMillion(log, daybook);
            }
        }
        server.drop(SCHEMA);
    }

    private static void ofOneMillion(Log log, Daybook daybook) throws Exception {
        one(log, daybook);
        batches(log, daybook);
        log.compare(
                "transactional consumer, an event at a time",
                () -> log.transactional(daybook, false),
                Target.none(),
                1);
        log.compare(
                "transactional consumer, %d at a time".formatted(BATCH),
                () -> log.transactional(daybook, true),
                Target.none(),
                1);
        log.compare(
                "%d registrations ÷ %d readers by hand".formatted(TOGETHER, TOGETHER),
                () -> log.handled(daybook, TOGETHER),
                Target.none(),
                TOGETHER);
        log.compareSparse(daybook);
        log.forgetful();
    }

    private void ofTenMillion(Log log, Daybook daybook) throws Exception {
        List<String> parts = wanted.isEmpty() ? List.of(BATCHES, SPARSE) : wanted;
        if (parts.contains(BATCHES)) {
            batches(log, daybook);
        }
        if (parts.contains(SPARSE)) {
            log.compareSparse(daybook);
        }
        if (parts.contains(HANDLERS)) {
            one(log, daybook);
        }
    }

    private static void one(Log log, Daybook daybook) throws Exception {
        log.compare("one registration, an event at a time", () -> log.handled(daybook, 1), Target.atLeast(0.75), 1);
    }

    private static void batches(Log log, Daybook daybook) throws Exception {
        log.compare(
                "one registration, %d at a time".formatted(BATCH), () -> log.batches(daybook), Target.atLeast(0.75), 1);
    }

    /** All of a log, from the beginning, in different ways. Each answers with seconds. */
    private record Log(Server server, Plan plan, Report report, long events) {

        /** An entity's ten events are of one loader. */
        void fill() throws Exception {
            Logs.add(server, SCHEMA, """
                    'order',
                    'e-' || (n / 10),
                    n %% 10 + 1,
                    case when n %% %1$d = 9999 then '%2$s' when n %% 10 = 0 then 'CREATION' else 'UPDATE' end,
                    case when n %% %1$d = 9999 or n %% 10 = 0 then null else 'status' end,
                    case when n %% %1$d = 9999 then null
                         when n %% 10 = 0 then '{"status":"new","total":42}'::jsonb
                         else '"status number ten"'::jsonb
                    end""".formatted(RARE_IN, RARE.name()), 0, events - 1, LOADERS, report);
        }

        void compare(String what, Callable<Double> ours, Target target, int readers) throws Exception {
            String title = "catch-up of %s: %s".formatted(millions(), what);
            // Who takes a minute a turn needs no turn to become warm, and ten readers do what one did before.
            if (readers == 1 && events <= MILLION) {
                report.progress(title + ": warming up");
                ours.call();
                byHand(readers, true);
            }
            Comparison rates = Comparison.of(
                    title,
                    plan,
                    report,
                    () -> readers * events / ours.call(),
                    () -> readers * events / byHand(readers, true));
            report.row(Row.ratio(title, rates.ratios(), target, rates.detail("events/s", 0)));
        }

        /** What it costs the plain side to write down its place: once, as it is the same whatever it is beside. */
        void forgetful() throws Exception {
            String title =
                    "catch-up of %s: by hand, reading with writing down the place ÷ without".formatted(millions());
            Comparison rates =
                    Comparison.of(title, plan, report, () -> events / byHand(1, true), () -> events / byHand(1, false));
            report.row(Row.ratio(title, rates.ratios(), Target.none(), rates.detail("events/s", 0)));
        }

        void compareSparse(Daybook daybook) throws Exception {
            String title =
                    "catch-up of %s: topic of 1 event in %,d ÷ a scan in the server".formatted(millions(), RARE_IN);
            try (Connection connection = server.connect("")) {
                sparse(daybook);
                scan(connection);
                Comparison rates =
                        Comparison.of(title, plan, report, () -> 1 / sparse(daybook), () -> 1 / scan(connection));
                report.row(Row.ratio(title, rates.ratios(), Target.atLeast(0.9), rates.detail("logs/s", 2)));
            }
        }

        private String millions() {
            return String.format(Locale.ROOT, "%,d events", events);
        }

        double handled(Daybook daybook, int registrations) throws Exception {
            CountDownLatch done = new CountDownLatch(registrations);
            List<EventConsumer> consumers = new ArrayList<>();
            long begin = System.nanoTime();
            for (int i = 0; i < registrations; i++) {
                AtomicLong count = new AtomicLong();
                consumers.add(Consumers.consume(daybook.notifier().register("r" + i), event -> {
                    if (count.incrementAndGet() == events) {
                        done.countDown();
                    }
                }));
            }
            await(done);
            double seconds = since(begin);
            consumers.forEach(EventConsumer::close);
            for (int i = 0; i < registrations; i++) {
                daybook.notifier().unregister("r" + i);
            }
            return seconds;
        }

        double batches(Daybook daybook) throws InterruptedException {
            long begin = System.nanoTime();
            Registration registration = daybook.notifier().register("batches");
            long count = 0;
            try (Registration.Claim claim = registration.claim("bench")) {
                while (count < events) {
                    Batch batch = claim.take(BATCH, LONG).orElseThrow();
                    count += batch.events().size();
                    batch.deliveries().forEach(io.daybook.notifier.Delivery::done);
                }
            }
            double seconds = since(begin);
            daybook.notifier().unregister("batches");
            return seconds;
        }

        double transactional(Daybook daybook, boolean batch) throws InterruptedException {
            long begin = System.nanoTime();
            Registration registration = daybook.notifier().register("transactional");
            Transactional consumer = new Transactional(registration, batch, events);
            consumer.start();
            await(consumer.done);
            double seconds = since(begin);
            consumer.close();
            daybook.notifier().unregister("transactional");
            return seconds;
        }

        double sparse(Daybook daybook) throws InterruptedException {
            long begin = System.nanoTime();
            Registration registration =
                    daybook.notifier().register("sparse", Topic.everything().operation(RARE));
            CountDownLatch done = new CountDownLatch((int) (events / RARE_IN));
            double seconds;
            try (EventConsumer consumer = Consumers.consume(registration, event -> done.countDown())) {
                await(done);
                seconds = since(begin);
                consumer.stop();
            }
            daybook.notifier().unregister("sparse");
            return seconds;
        }

        /** The same events, found by one statement, on as many workers as the server likes. */
        double scan(Connection connection) throws SQLException {
            long begin = System.nanoTime();
            try (PreparedStatement query = connection.prepareStatement("""
                    select e.*, l.position, l.recorded_at, l.hash
                    from %1$s.ledger l
                    join %1$s.events e on e.event_id = l.event_id
                    where e.operation = ?
                    order by l.position
                    """.formatted(SCHEMA))) {
                query.setString(1, RARE.name());
                long count = 0;
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        count++;
                    }
                }
                if (count != events / RARE_IN) {
                    throw new IllegalStateException("The scan found %d rare events.".formatted(count));
                }
            }
            return since(begin);
        }

        /** @param keeping whether each reader writes down its place after each page */
        double byHand(int readers, boolean keeping) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(readers);
            try {
                long begin = System.nanoTime();
                List<Future<Long>> counts = new ArrayList<>();
                for (int reader = 1; reader <= readers; reader++) {
                    int number = reader;
                    counts.add(threads.submit(() -> readByHand(number, keeping)));
                }
                for (Future<Long> count : counts) {
                    if (count.get() != events) {
                        throw new IllegalStateException("By hand %d events were read.".formatted(count.get()));
                    }
                }
                return since(begin);
            } finally {
                threads.shutdown();
            }
        }

        private long readByHand(int reader, boolean keeping) throws SQLException {
            long position = 0;
            long count = 0;
            try (Connection connection = server.connect("");
                    PreparedStatement query = connection.prepareStatement("""
                            select l.position, l.recorded_at, l.hash, e.event_id, e.entity_type, e.entity_id, e.version, e.operation,
                                   e.attribute_name, e.attribute_value, e.metadata, e.creation_date, e.transaction_id, e.actor,
                                   e.reason, e.correlation_id, e.causation_position, e.context
                            from %1$s.ledger l
                            join %1$s.events e on e.event_id = l.event_id
                            where l.position > ?
                            order by l.position
                            limit %2$d
                            """.formatted(SCHEMA, PAGE));
                    PreparedStatement keep = connection.prepareStatement(
                            "update %s.plain_cursor set position = ? where reader = ?".formatted(SCHEMA))) {
                connection.setAutoCommit(false);
                for (int found = PAGE; found == PAGE; ) {
                    found = 0;
                    query.setLong(1, position);
                    try (ResultSet rows = query.executeQuery()) {
                        while (rows.next()) {
                            position = rows.getLong(1);
                            take(rows);
                            found++;
                        }
                    }
                    count += found;
                    if (keeping) {
                        keep.setLong(1, position);
                        keep.setInt(2, reader);
                        keep.executeUpdate();
                    }
                    connection.commit();
                }
            }
            return count;
        }

        /** What an application has to do to have an event in its hands. */
        private static void take(ResultSet row) throws SQLException {
            row.getObject(2, OffsetDateTime.class);
            row.getBytes(3);
            row.getLong(4);
            row.getString(5);
            row.getString(6);
            row.getLong(7);
            for (int column = 8; column <= 11; column++) {
                row.getString(column);
            }
            row.getObject(12, OffsetDateTime.class);
            row.getObject(13, UUID.class);
            row.getString(14);
            row.getString(15);
            row.getString(16);
            row.getLong(17);
            row.getString(18);
        }

        private static void await(CountDownLatch done) throws InterruptedException {
            if (!done.await(LONG.toMinutes(), TimeUnit.MINUTES)) {
                throw new IllegalStateException("Not all events came in %d minutes.".formatted(LONG.toMinutes()));
            }
        }

        private static double since(long begin) {
            return (System.nanoTime() - begin) / 1e9;
        }
    }

    private static final class Transactional extends TransactionalEventConsumer {

        private final boolean whole;
        private final long events;
        private final CountDownLatch done = new CountDownLatch(1);
        /** Of the consumer's thread alone. */
        private long count;

        Transactional(Registration registration, boolean whole, long events) {
            super(registration, io.daybook.consumers.FailurePolicy.retryForEver(), BATCH);
            this.whole = whole;
            this.events = events;
        }

        @Override
        protected void processEvent(Event event, DSLContext jooq) {
            seen(1);
        }

        @Override
        protected void processEvents(List<Event> batch, DSLContext jooq) throws Exception {
            if (whole) {
                seen(batch.size());
            } else {
                super.processEvents(batch, jooq);
            }
        }

        private void seen(int some) {
            count += some;
            if (count == events) {
                done.countDown();
            }
        }
    }
}
