package io.daybook.bench.peers;

import com.zaxxer.hikari.HikariDataSource;
import io.daybook.bench.Life;
import io.daybook.bench.Server;
import io.daybook.bench.Suite;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.format.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Debezium's embedded engine: an application inserts into an outbox table, and the engine reads the server's log of writes by logical decoding and
 * hands over what was inserted. It needs a server whose {@code wal_level} is {@code logical}, so all sides are measured on such a one.
 */
public final class DebeziumPeer implements Suite {

    private static final String NAME = "Debezium";

    /** It stands before all of the log, and is copied for each turn. */
    private static final String BEGINNING = "daybook_bench_beginning";

    private static final String SLOT = "daybook_bench_turn";
    private static final String PUBLICATION = "daybook_bench_peer";
    private static final String TABLE = Room.PEER + ".outbox";

    private static final String COMMENT =
            "Debezium's handler runs in the order of commits; the start of its engine counts";

    /** Larger batches, and a look for new changes every millisecond instead of every half second. */
    private static final Map<String, String> TUNED =
            Map.of("max.batch.size", "16384", "max.queue.size", "65536", "poll.interval.ms", "1");

    @Override
    public String name() {
        return "peer-debezium";
    }

    @Override
    public String description() {
        return "Debezium's embedded engine on an outbox table.";
    }

    @Override
    public void run(Server server, Plan plan, Report report) throws Exception {
        if (server.number("select count(*) from pg_settings where name = 'wal_level' and setting = 'logical'") == 1) {
            measureAndForget(server, plan, report);
            return;
        }
        try (Server logical = Server.ofOurOwn(Map.of("wal_level", "logical"))) {
            measureAndForget(logical, plan, report);
        }
    }

    /** A slot that is left behind keeps the server from ever throwing away what it has written. */
    private static void measureAndForget(Server server, Plan plan, Report report) throws Exception {
        try {
            measure(server, plan, report);
        } finally {
            forget(server);
        }
    }

    private static void measure(Server server, Plan plan, Report report) throws Exception {
        Room.clear(server);
        CatchUp catchUp = new CatchUp(server, plan, report, NAME);
        catchUp.fill();
        outbox(server);
        server.execute("""
                insert into %1$s (aggregatetype, aggregateid, type, payload)
                select 'order',
                       'e-' || (n / 10),
                       case n %% 10 when 0 then 'CREATION' else 'UPDATE' end,
                       %3$s
                from generate_series(0, %2$d - 1) n
                """.formatted(TABLE, catchUp.events(), CatchUp.json("n")));
        if (!plan.quick()) {
            catchUp.measure("default", catchUp.events(), COMMENT, counter -> consume(server, Map.of(), counter));
        }
        catchUp.measure("tuned", catchUp.events(), COMMENT, counter -> consume(server, TUNED, counter));
        Room.clear(server);
        new Latencies(server, plan, report, NAME, "tuned: it looks every millisecond, by default twice a second")
                .measure(arrivals -> {
                    outbox(server);
                    HikariDataSource connections = Room.connections(server, Latencies.CONNECTIONS, false);
                    Engine engine =
                            new Engine(server, BEGINNING, TUNED, event -> arrivals.handled(withoutQuotes(event.key())));
                    return new Latencies.Peer() {
                        @Override
                        public Latencies.Publisher publisher() {
                            return id -> publish(connections, id);
                        }

                        @Override
                        public void close() {
                            engine.close();
                            connections.close();
                        }
                    };
                });
    }

    /** The table as Debezium's documentation of its outbox event router has it, and a slot from here on. */
    private static void outbox(Server server) throws SQLException {
        server.execute("""
                create table if not exists %s (
                    id uuid primary key default gen_random_uuid(),
                    aggregatetype varchar(255) not null,
                    aggregateid varchar(255) not null,
                    type varchar(255) not null,
                    payload jsonb
                )
                """.formatted(TABLE));
        forget(server);
        server.execute("create publication %s for table %s".formatted(PUBLICATION, TABLE));
        server.execute("select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(BEGINNING));
    }

    private static void forget(Server server) throws SQLException {
        server.execute("""
                select pg_drop_replication_slot(slot_name)
                from pg_replication_slots
                where slot_name in ('%s', '%s')
                """.formatted(BEGINNING, SLOT));
        server.execute("drop publication if exists " + PUBLICATION);
    }

    private static void consume(Server server, Map<String, String> settings, CatchUp.Counter counter)
            throws SQLException {
        server.execute("select pg_copy_logical_replication_slot('%s', '%s')".formatted(BEGINNING, SLOT));
        try (Engine engine = new Engine(server, SLOT, settings, event -> counter.handled(event.value()))) {
            counter.await();
            engine.check();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Interrupted.", e);
        }
        server.execute("select pg_drop_replication_slot('%s')".formatted(SLOT));
    }

    private static void publish(HikariDataSource connections, String id) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into outbox (id, aggregatetype, aggregateid, type, payload) values (?, ?, ?, ?, ?::jsonb)")) {
            insert.setObject(1, UUID.randomUUID());
            insert.setString(2, Life.ENTITY_TYPE);
            insert.setString(3, id);
            insert.setString(4, "CREATION");
            insert.setString(5, "{\"status\":\"new\"}");
            insert.executeUpdate();
            connection.commit();
        }
    }

    private static String withoutQuotes(String json) {
        return json.substring(1, json.length() - 1);
    }

    /** Running until it is closed. */
    private static final class Engine implements AutoCloseable {

        private final Path offsets;
        private final DebeziumEngine<ChangeEvent<String, String>> engine;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

        Engine(
                Server server,
                String slot,
                Map<String, String> settings,
                Consumer<ChangeEvent<String, String>> handler) {
            try {
                this.offsets = Files.createTempFile("daybook-bench", ".offsets");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            PGSimpleDataSource address = new PGSimpleDataSource();
            address.setUrl(server.url());
            Properties properties = new Properties();
            properties.setProperty("name", "daybook-bench");
            properties.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
            properties.setProperty("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore");
            properties.setProperty("offset.storage.file.filename", offsets.toString());
            properties.setProperty("topic.prefix", "bench");
            properties.setProperty("plugin.name", "pgoutput");
            properties.setProperty("slot.name", slot);
            properties.setProperty("publication.name", PUBLICATION);
            properties.setProperty("publication.autocreate.mode", "disabled");
            properties.setProperty("table.include.list", TABLE);
            properties.setProperty("snapshot.mode", "no_data");
            properties.setProperty("database.hostname", address.getServerNames()[0]);
            properties.setProperty("database.port", Integer.toString(port(address)));
            properties.setProperty(
                    "database.dbname", Objects.requireNonNullElse(address.getDatabaseName(), "postgres"));
            properties.setProperty(
                    "database.user",
                    Objects.requireNonNullElse(
                            server.user(), Objects.requireNonNullElse(address.getUser(), "postgres")));
            properties.setProperty("database.password", Objects.requireNonNullElse(server.password(), ""));
            properties.setProperty("transforms", "outbox");
            properties.setProperty("transforms.outbox.type", "io.debezium.transforms.outbox.EventRouter");
            properties.setProperty("key.converter.schemas.enable", "false");
            properties.setProperty("value.converter.schemas.enable", "false");
            settings.forEach(properties::setProperty);
            this.engine = DebeziumEngine.create(Json.class)
                    .using(properties)
                    .using((success, message, error) -> {
                        if (!success) {
                            failure.set(message);
                        }
                    })
                    .notifying(handler)
                    .build();
            thread.execute(engine);
        }

        private static int port(PGSimpleDataSource address) {
            int port = address.getPortNumbers()[0];
            return port == 0 ? 5432 : port;
        }

        /** @throws IllegalStateException if it has stopped by itself */
        void check() {
            String message = failure.get();
            if (message != null) {
                throw new IllegalStateException("Debezium stopped: " + message);
            }
        }

        @Override
        public void close() {
            try {
                engine.close();
                thread.shutdown();
                if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
                    throw new IllegalStateException("Debezium did not stop.");
                }
                Files.delete(offsets);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
