package io.daybook.bench;

import io.daybook.Daybook;
import io.daybook.consumers.EntityStates;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an event takes: on disk, table by table and index by index, and in the write-ahead log. The log's bytes are all that the server
 * wrote during a turn, the ledger's rows and the sequencer's rounds included.
 */
final class BytesSuite implements Suite {

    private static final String SCHEMA = "daybook_bench";
    private static final String PLAIN = SCHEMA + ".plain";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "bytes";
    }

    @Override
    public String description() {
        return "Bytes on disk and in the write-ahead log per event, beside plain INSERTs of the same rows.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        log(server, plan, report, 1, 1);
        log(server, plan, report, 16, 1);
        log(server, plan, report, 4, 100);
    }

    private static void log(Server server, Plan plan, Report report, int writers, int events) throws Exception {
        server.drop(SCHEMA);
        String name = "%d × %d".formatted(writers, events);
        try (Daybook daybook = Daybooks.open(server, SCHEMA, true, writers)) {
            server.execute("create table %s (like %s.events including all)".formatted(PLAIN, SCHEMA));
            List<Writer> ours = new ArrayList<>();
            List<Writer> theirs = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                ours.add(new DaybookWriter(daybook, new Life("w" + i)));
                theirs.add(new PlainWriter(server, PLAIN, new Life("w" + i)));
            }
            try (Crew ourCrew = new Crew(ours, events);
                    Crew theirCrew = new Crew(theirs, events)) {
                Comparison comparison = Comparison.of(
                        name,
                        plan,
                        report,
                        () -> logged(server, () -> {
                            long written = ourCrew.work(plan.slice()).events();
                            Daybooks.awaitSequenced(server, SCHEMA);
                            return written;
                        }),
                        () -> logged(server, () -> theirCrew.work(plan.slice()).events()));
                report.row(Row.ratio(
                        "write-ahead log, %s: with the ledger ÷ plain".formatted(name),
                        comparison.ratios(),
                        Target.none(),
                        comparison.detail("bytes an event", 0)));
            }
            if (events > 1) {
                sizes(server, daybook, report);
            }
        }
        server.drop(SCHEMA);
    }

    /** Writes. @see #logged */
    private interface Work {
        /** @return how many events */
        long run() throws Exception;
    }

    /** @return bytes of the write-ahead log, per event */
    private static double logged(Server server, Work work) throws Exception {
        long begin = position(server);
        long events = work.run();
        return (double) (position(server) - begin) / events;
    }

    private static long position(Server server) throws SQLException {
        return server.number("select (pg_current_wal_insert_lsn() - '0/0')::bigint");
    }

    /** Of a log in which every entity has ten events. */
    private static void sizes(Server server, Daybook daybook, Report report) throws Exception {
        report.progress("folding the states");
        long head = daybook.head();
        try (EntityStates states = EntityStates.keep(daybook)) {
            states.registration()
                    .await(daybook.transact(tx -> tx.create("bench", "last", java.util.Map.of())), PATIENCE);
        }
        double events = (double) head + 1;
        double plainEvents = (double) server.number("select count(*) from " + PLAIN);
        double all = 0;
        for (String table : List.of("events", "ledger", "entity_states")) {
            all += table(server, report, SCHEMA + "." + table, table, events);
        }
        double plain = table(server, report, PLAIN, "plain INSERTs", plainEvents);
        report.row(Row.ratio(
                "on disk: events, ledger and entity_states ÷ plain",
                Series.of(all / plain),
                Target.none(),
                String.format(
                        Locale.ROOT,
                        "%.0f ÷ %.0f bytes an event, indexes included; %,.0f events, ten of every entity",
                        all,
                        plain,
                        events)));
    }

    /** @return bytes per event, indexes included */
    private static double table(Server server, Report report, String table, String name, double events)
            throws SQLException {
        double rows = server.number("select pg_table_size('%s')".formatted(table)) / events;
        double indexes = server.number("select pg_indexes_size('%s')".formatted(table)) / events;
        report.row(
                new Row("on disk: %s, table".formatted(name), Series.of(rows), "bytes an event", 0, Target.none(), ""));
        report.row(new Row(
                "on disk: %s, indexes".formatted(name),
                Series.of(indexes),
                "bytes an event",
                0,
                Target.none(),
                byIndex(server, table, events)));
        return rows + indexes;
    }

    private static String byIndex(Server server, String table, double events) throws SQLException {
        List<String> sizes = new ArrayList<>();
        try (Connection connection = server.connect("");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select c.relname, pg_relation_size(c.oid)
                        from pg_index i
                        join pg_class c on c.oid = i.indexrelid
                        where i.indrelid = '%s'::regclass
                        order by 2 desc, 1
                        """.formatted(table))) {
            while (row.next()) {
                sizes.add(String.format(Locale.ROOT, "%s %.1f", row.getString(1), row.getLong(2) / events));
            }
        }
        return String.join(", ", sizes);
    }
}
