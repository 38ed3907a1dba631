package io.daybook.bench.peers;

import io.daybook.bench.Life;
import io.daybook.bench.Row;
import io.daybook.bench.Series;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.daybook.bench.Target;
import io.daybook.bench.Writer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * PgQ, an extension of PostgreSQL: events are inserted by a function, a ticker bounds batches by snapshots, and consumers read batch after batch.
 * Where the server of the run has not the extension, all
 * sides are measured on another one that is made with an installed PostgreSQL that has (Debian: {@code postgresql-15-pgq3}).
 */
public final class PgqPeer implements Suite {

    private static final String NAME = "PgQ";
    private static final String QUEUE = "daybook_bench";
    private static final String SERVERS = "PgQ: servers measured on";
    private static final String CONSUMER = "daybook_bench";

    /** Events between two ticks of a log that is filled. */
    private static final int BATCH = 10_000;

    @Override
    public String name() {
        return "peer-pgq";
    }

    @Override
    public String description() {
        return "PgQ, on this server or a server of its own, where the extension is installed.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        if (server.number("select count(*) from pg_available_extensions where name = 'pgq'") > 0) {
            measure(server, plan, report, "the one of this run");
            return;
        }
        Optional<Server> installed = Server.installedWith("pgq");
        if (installed.isEmpty()) {
            report.row(
                    new Row(
                            SERVERS,
                            Series.of(0),
                            "servers",
                            0,
                            Target.none(),
                            "not measured: neither this server nor an installed one has the extension pgq; on Debian apt-get install postgresql-15-pgq3 brings both, elsewhere --db names a server that has it"));
            return;
        }
        try (Server own = installed.get()) {
            measure(own, plan, report, "one of its own, of what is installed here");
        }
    }

    private static void measure(Server server, Plan plan, Report report, String which) throws Exception {
        report.row(
                new Row(SERVERS, Series.of(1), "servers", 0, Target.none(), "%s: %s".formatted(which, server.about())));
        String on = "all sides on PostgreSQL " + server.version();
        server.execute("create extension if not exists pgq");
        new Appends(server, plan, report, NAME, on + "; not like for like: a queue forgets what all have read")
                .measure(writers -> {
                    queue(server);
                    ScheduledExecutorService ticker = Executors.newScheduledThreadPool(1);
                    // As often as its daemon does.
                    ScheduledFuture<?> ticks =
                            ticker.scheduleWithFixedDelay(() -> tick(server), 1, 1, TimeUnit.SECONDS);
                    return new Appends.Peer() {
                        @Override
                        public Writer writer(Life life) throws SQLException {
                            return new PgqWriter(server, life);
                        }

                        @Override
                        public long stored() throws SQLException {
                            Check.count("tickers that stopped", 0, ticks.isDone() ? 1 : 0);
                            return server.number("select count(*) from " + table(server));
                        }

                        @Override
                        public void close() {
                            ticker.shutdownNow();
                        }
                    };
                });
        Room.clear(server);
        CatchUp catchUp = new CatchUp(server, plan, report, NAME);
        catchUp.fill();
        queue(server);
        for (long from = 0; from < catchUp.events(); from += BATCH) {
            server.execute("""
                    select pgq.insert_event(
                        '%1$s',
                        case n %% 10 when 0 then 'CREATION' else 'UPDATE' end,
                        (%4$s)::text,
                        'e-' || (n / 10),
                        (n %% 10 + 1)::text,
                        case n %% 10 when 0 then null else 'status' end,
                        'bench')
                    from generate_series(%2$d, %3$d - 1) n
                    """.formatted(QUEUE, from, Math.min(from + BATCH, catchUp.events()), CatchUp.json("n")));
            tick(server);
        }
        catchUp.measure(
                "batches of %,d".formatted(BATCH),
                catchUp.events(),
                on + "; the log is in batches already; live ones end with a tick, by default 3 s apart at most",
                counter -> consume(server, counter));
        drop(server);
        Room.leave(server);
    }

    private static void queue(Server server) throws SQLException {
        drop(server);
        server.execute("select pgq.create_queue('%s')".formatted(QUEUE));
    }

    private static void drop(Server server) throws SQLException {
        server.execute(
                "select pgq.drop_queue(queue_name, true) from pgq.queue where queue_name = '%s'".formatted(QUEUE));
    }

    private static void tick(Server server) {
        try {
            server.execute("select pgq.ticker('%s')".formatted(QUEUE));
        } catch (SQLException e) {
            throw new IllegalStateException("PgQ's ticker failed.", e);
        }
    }

    /** Of which those of the rotation inherit. */
    private static String table(Server server) throws SQLException {
        return "pgq.event_" + server.number("select queue_id from pgq.queue where queue_name = '%s'".formatted(QUEUE));
    }

    private static void consume(Server server, CatchUp.Counter counter) throws Exception {
        long first = server.number("""
                select min(t.tick_id)
                from pgq.tick t
                join pgq.queue q on q.queue_id = t.tick_queue
                where q.queue_name = '%s'
                """.formatted(QUEUE));
        server.execute("select pgq.register_consumer_at('%s', '%s', %d)".formatted(QUEUE, CONSUMER, first));
        try (Connection connection = server.connect("")) {
            connection.setAutoCommit(false);
            for (@Nullable Long batch = next(connection); batch != null; batch = next(connection)) {
                try (Statement statement = connection.createStatement()) {
                    try (ResultSet events =
                            statement.executeQuery("select * from pgq.get_batch_events(%d)".formatted(batch))) {
                        while (events.next()) {
                            counter.handled(events.getString("ev_data"));
                        }
                    }
                    statement.execute("select pgq.finish_batch(%d)".formatted(batch));
                }
                connection.commit();
            }
        }
        counter.await();
        server.execute("select pgq.unregister_consumer('%s', '%s')".formatted(QUEUE, CONSUMER));
    }

    /** Null if there is none. */
    private static @Nullable Long next(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select pgq.next_batch('%s', '%s')".formatted(QUEUE, CONSUMER))) {
            row.next();
            long batch = row.getLong(1);
            return row.wasNull() ? null : batch;
        }
    }

    /** One event is one call, several are one statement that calls for each. */
    private static final class PgqWriter implements Writer {

        private final Connection connection;
        private final PreparedStatement insert;
        private final Life life;

        PgqWriter(Server server, Life life) throws SQLException {
            this.connection = server.connect("");
            this.connection.setAutoCommit(false);
            this.life = life;
            this.insert = connection.prepareStatement("""
                    select pgq.insert_event('%s', e.operation, e.value, e.id, e.version, e.attribute, '%s')
                    from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                        as e (operation, value, id, version, attribute)
                    """.formatted(QUEUE, Life.ACTOR));
        }

        @Override
        public void write(int events) throws SQLException {
            String[] operations = new String[events];
            String[] values = new String[events];
            String[] ids = new String[events];
            String[] versions = new String[events];
            @Nullable String[] attributes = new @Nullable String[events];
            for (int i = 0; i < events; i++) {
                life.next();
                operations[i] = life.operation();
                values[i] = life.json();
                ids[i] = life.entityId();
                versions[i] = Long.toString(life.version());
                attributes[i] = life.attributeName();
            }
            insert.setArray(1, array(operations));
            insert.setArray(2, array(values));
            insert.setArray(3, array(ids));
            insert.setArray(4, array(versions));
            insert.setArray(5, array(attributes));
            try (ResultSet inserted = insert.executeQuery()) {
                while (inserted.next()) {
                    // The ids are of no use here, but they are read as a caller would.
                    inserted.getLong(1);
                }
            }
            connection.commit();
        }

        private Array array(@Nullable String[] values) throws SQLException {
            return connection.createArrayOf("text", values);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
