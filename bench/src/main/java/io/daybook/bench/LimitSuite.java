package io.daybook.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.postgresql.PGConnection;

/** What the database, its driver and the disk can do at best, without Daybook: what everything else is held against. */
final class LimitSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final String PLAIN = SCHEMA + ".plain";
    private static final long MOST_EVENTS = 1_000_000;
    private static final String CHANNEL = "daybook_bench";

    /** As Daybook reads: so many rows to a page, so many of them fetched at once. */
    private static final int PAGE = 500;

    private static final int FETCH = 64;

    /** As the disk of a server is written: pages of 8 kB. */
    private static final int DISK_PAGE = 8 << 10;

    private static final int DISK_PAGES = 2_048;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Makes one of several writers. */
    private interface Way {
        Writer writer(Server server, String table, Life life) throws SQLException;
    }

    @Override
    public String name() {
        return "limit";
    }

    @Override
    public String description() {
        return "Plain JDBC into the same tables, plain reads, LISTEN and NOTIFY, and the disk: the best that can be hoped for.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        server.drop(SCHEMA);
        // Its tables are all that is wanted of Daybook here.
        Daybooks.open(server, SCHEMA, false, 1).close();
        inserts(server, plan, report, "INSERT in autocommit ÷ INSERT and COMMIT", LimitWriter::autocommit, 1, 1);
        inserts(server, plan, report, "INSERT in autocommit ÷ INSERT and COMMIT", LimitWriter::autocommit, 16, 1);
        for (int writers : new int[] {1, 4}) {
            inserts(
                    server,
                    plan,
                    report,
                    "INSERT … SELECT unnest ÷ rewritten batch",
                    LimitWriter::unnest,
                    writers,
                    100);
            inserts(server, plan, report, "COPY ÷ rewritten batch", LimitWriter::copy, writers, 100);
        }
        reads(server, plan, report);
        notifications(server, plan, report);
        disk(server, plan, report);
        server.drop(SCHEMA);
    }

    private static void inserts(Server server, Plan plan, Report report, String what, Way way, int writers, int events)
            throws Exception {
        String name = "%s, %d × %d".formatted(what, writers, events);
        server.execute("drop table if exists " + PLAIN);
        server.execute("create table %s (like %s.events including all)".formatted(PLAIN, SCHEMA));
        List<Writer> ours = new ArrayList<>();
        List<Writer> theirs = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            ours.add(way.writer(server, PLAIN, new Life("a" + i)));
            theirs.add(new PlainWriter(server, PLAIN, new Life("b" + i)));
        }
        try (Crew ourCrew = new Crew(ours, events);
                Crew theirCrew = new Crew(theirs, events)) {
            ourCrew.work(plan.slice());
            theirCrew.work(plan.slice());
            Comparison comparison = Comparison.of(
                    name,
                    plan,
                    report,
                    () -> ourCrew.work(plan.slice()).perSecond(),
                    () -> theirCrew.work(plan.slice()).perSecond());
            report.row(Row.ratio(name, comparison.ratios(), Target.none(), comparison.detail("events/s", 0)));
        }
    }

    private static void reads(Server server, Plan plan, Report report) throws Exception {
        long events = Math.min(plan.events(), MOST_EVENTS);
        server.execute("truncate " + PLAIN);
        server.execute("""
                insert into %s (entity_type, entity_id, version, operation, attribute_name, attribute_value, creation_date,
                                transaction_id, actor, salt)
                select 'order', 'o-' || n / 10, 1 + n %% 10, 'UPDATE', 'status', to_jsonb('status number ' || n %% 10),
                       now(), md5((n / 5)::text)::uuid, 'bench', decode(md5(n::text), 'hex')
                from generate_series(0::bigint, %d - 1) n
                """.formatted(PLAIN, events));
        server.execute("vacuum analyze " + PLAIN);
        try (Connection connection = server.connect("")) {
            connection.setAutoCommit(false);
            pages(connection, FETCH);
            Comparison fetched =
                    Comparison.of("pages", plan, report, () -> pages(connection, FETCH), () -> pages(connection, 0));
            report.row(Row.ratio(
                    "keyset read, pages of %d: fetched %d at a time ÷ a page at once".formatted(PAGE, FETCH),
                    fetched.ratios(),
                    Target.none(),
                    fetched.detail("events/s", 0)));
            Comparison whole = Comparison.of(
                    "one statement", plan, report, () -> pages(connection, FETCH), () -> everything(connection));
            report.row(Row.ratio(
                    "keyset read, pages of %d fetched %d at a time ÷ one statement for all".formatted(PAGE, FETCH),
                    whole.ratios(),
                    Target.none(),
                    whole.detail("events/s", 0)));
        }
    }

    /**
     * One page after the other, each in its transaction.
     *
     * @param fetch rows at a time, 0 = all of the page
     * @return events per second
     */
    private static double pages(Connection connection, int fetch) throws SQLException {
        long begin = System.nanoTime();
        long events = 0;
        try (PreparedStatement query = connection.prepareStatement("""
                select *
                from %s
                where event_id > ?
                order by event_id
                limit %d
                """.formatted(PLAIN, PAGE))) {
            query.setFetchSize(fetch);
            long last = 0;
            long before;
            do {
                before = events;
                query.setLong(1, last);
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        last = row.getLong("event_id");
                        read(row);
                        events++;
                    }
                }
                connection.commit();
            } while (events > before);
        }
        return events / ((System.nanoTime() - begin) / 1e9);
    }

    private static double everything(Connection connection) throws SQLException {
        long begin = System.nanoTime();
        long events = 0;
        try (PreparedStatement query = connection.prepareStatement("""
                select *
                from %s
                order by event_id
                """.formatted(PLAIN))) {
            query.setFetchSize(PAGE);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    read(row);
                    events++;
                }
            }
        }
        connection.commit();
        return events / ((System.nanoTime() - begin) / 1e9);
    }

    /** What an event needs of a row. */
    private static void read(ResultSet row) throws SQLException {
        for (int column = 2; column <= 16; column++) {
            row.getString(column);
        }
    }

    private static void notifications(Server server, Plan plan, Report report) throws Exception {
        Series median = new Series();
        Series high = new Series();
        try (Connection sender = server.connect("");
                Connection listener = server.connect("");
                Statement notify = sender.createStatement();
                Statement listen = listener.createStatement()) {
            listen.execute("listen " + CHANNEL);
            PGConnection heard = listener.unwrap(PGConnection.class);
            ExecutorService thread = Executors.newSingleThreadExecutor();
            try {
                roundTrips(notify, heard, thread, plan.slice());
                for (int i = 0; i < plan.pairs(); i++) {
                    report.progress("notifications: turn %d of %d".formatted(i + 1, plan.pairs()));
                    Histogram microseconds = roundTrips(notify, heard, thread, plan.slice());
                    median.add(microseconds.getValueAtPercentile(50) / 1e3);
                    high.add(microseconds.getValueAtPercentile(99) / 1e3);
                }
            } finally {
                thread.shutdownNow();
            }
        }
        report.row(new Row(
                "NOTIFY until another connection hears it",
                median,
                "ms",
                2,
                Target.none(),
                "p99 %s ms; the driver as it is".formatted(high.text(2))));
    }

    /** One after the other, from before the statement is sent. */
    private static Histogram roundTrips(Statement notify, PGConnection heard, ExecutorService thread, Duration duration)
            throws Exception {
        Histogram microseconds = new Histogram(3);
        long until = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < until) {
            Future<Long> arrival = thread.submit(() -> {
                int notifications = heard.getNotifications((int) PATIENCE.toMillis()).length;
                return notifications == 1 ? System.nanoTime() : 0;
            });
            long begin = System.nanoTime();
            notify.execute("notify " + CHANNEL);
            long end = arrival.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (end == 0) {
                throw new IllegalStateException("A notification was not heard within %s.".formatted(PATIENCE));
            }
            microseconds.recordValue(Math.max(0, (end - begin) / 1_000));
        }
        return microseconds;
    }

    private static void disk(Server server, Plan plan, Report report) throws IOException, SQLException {
        boolean inData = false;
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try (Connection connection = server.connect("");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show data_directory")) {
            row.next();
            Path data = Path.of(row.getString(1));
            if (Files.isDirectory(data) && Files.isWritable(data)) {
                folder = data;
                inData = true;
            }
        } catch (SQLException e) {
            // Not every user may know where the data lie; then the temporary files have to do.
            inData = false;
        }
        Path file = Files.createTempFile(folder, "daybook-bench", ".disk");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer page = ByteBuffer.allocateDirect(DISK_PAGE);
            // Written once before, as PostgreSQL does with its log, so that no write makes the file longer.
            for (int i = 0; i < DISK_PAGES; i++) {
                channel.write(page.clear(), (long) i * DISK_PAGE);
            }
            channel.force(true);
            String where = inData ? "in the server's data directory" : "among the temporary files, not the server's";
            for (boolean metadata : new boolean[] {false, true}) {
                Series microseconds = new Series();
                for (int i = 0; i < plan.pairs(); i++) {
                    microseconds.add(forced(channel, page, metadata, plan.slice()));
                }
                report.row(new Row(
                        "8 kB written and forced to disk, " + (metadata ? "fsync" : "fdatasync"),
                        microseconds,
                        "µs",
                        0,
                        Target.none(),
                        String.format(
                                Locale.ROOT,
                                "%,.0f a second, one after the other; %s",
                                1e6 / microseconds.median(),
                                where)));
            }
        } finally {
            Files.delete(file);
        }
    }

    /** @return microseconds for one */
    private static double forced(FileChannel channel, ByteBuffer page, boolean metadata, Duration duration)
            throws IOException {
        long begin = System.nanoTime();
        long until = begin + duration.toNanos();
        int times = 0;
        do {
            channel.write(page.clear(), (long) (times % DISK_PAGES) * DISK_PAGE);
            channel.force(metadata);
            times++;
        } while (System.nanoTime() < until);
        return (System.nanoTime() - begin) / 1e3 / times;
    }
}
