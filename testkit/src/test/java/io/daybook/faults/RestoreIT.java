package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.Tx;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.migrations.Migrations;
import io.daybook.notifier.Registration;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/**
 * A dump of an old cluster restored into a younger one: the restored rows carry transaction ids that the new cluster has not reached,
 * and will reach. Without the floor each of them would be numbered a second time then.
 */
class RestoreIT {

    /** In the order in which rows may be put back. */
    private static final List<String> TABLES = List.of("daybook", "events", "ledger", "registrations", "cursors");

    private static final int AHEAD = 4_000;

    @Test
    void a_restore_into_a_younger_cluster_whose_ids_come_round_again_loses_and_doubles_nothing() throws Exception {
        try (EmbeddedPostgres old = EmbeddedPostgres.start();
                EmbeddedPostgres young = EmbeddedPostgres.start()) {
            List<byte[]> dump = liveInTheOldCluster(old);
            restore(young, dump);
            long restoredIds = number(young, "select max(database_txid) from daybook.events");
            assertThat(transactionId(young))
                    .as("the younger cluster has not reached the restored ids")
                    .isLessThan(number(young, "select min(database_txid) from daybook.events"));
            goOn(young, restoredIds);
        }
    }

    private static List<byte[]> liveInTheOldCluster(EmbeddedPostgres old) throws Exception {
        try (Daybook daybook = Daybook.open(url(old))) {
            spendTransactionIds(old, AHEAD);
            Registration registration = daybook.notifier().register("restored");
            try (EventConsumer consumer = Consumers.consume(registration, event -> {})) {
                Receipt last = null;
                for (int unit = 0; unit < 200; unit++) {
                    int number = unit;
                    last = daybook.transact(tx -> say(tx, number));
                }
                registration.await(Objects.requireNonNull(last), Duration.ofSeconds(30));
                assertThat(consumer.isRunning()).isTrue();
            }
        }
        // The backup is taken while some events wait for their positions.
        try (Daybook writer = Daybook.builder().url(url(old)).sequencing(false).open()) {
            for (int unit = 0; unit < 50; unit++) {
                int number = unit;
                writer.transact(tx -> say(tx, number));
            }
        }
        return dump(old);
    }

    private static void goOn(EmbeddedPostgres young, long restoredIds) throws Exception {
        List<Long> received = Collections.synchronizedList(new ArrayList<>());
        try (Daybook one = Daybook.open(url(young));
                Daybook two = Daybook.open(url(young))) {
            long finished = number(young, "select position from daybook.cursors");
            Registration registration = one.notifier().register("restored");
            try (EventConsumer consumer = Consumers.consume(registration, event -> received.add(position(event)))) {
                Random random = new Random(1);
                while (transactionId(young) < restoredIds + 200) {
                    for (int unit = 0; unit < 5; unit++) {
                        Daybook node = random.nextBoolean() ? one : two;
                        node.transact(tx -> say(tx, random.nextInt(20)));
                    }
                    spendTransactionIds(young, 20);
                    // Now and then a pause, so that rounds end at many different transaction ids.
                    LockSupport.parkNanos(random.nextInt(3) * 1_000_000L);
                }
                long events = number(young, "select count(*) from daybook.events");
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(registration.position()).isEqualTo(events));
                assertThat(number(young, "select count(*) from daybook.ledger")).isEqualTo(events);
                assertThat(number(young, "select count(distinct event_id) from daybook.ledger"))
                        .isEqualTo(events);
                assertThat(number(young, "select max(position) from daybook.ledger"))
                        .isEqualTo(events);
                TreeSet<Long> expected = new TreeSet<>();
                for (long position = finished + 1; position <= events; position++) {
                    expected.add(position);
                }
                assertThat(received).doesNotHaveDuplicates();
                assertThat(new TreeSet<>(received)).isEqualTo(expected);
                assertThat(consumer.isRunning()).isTrue();
            }
            LogCheck.verifies(one);
        }
    }

    private static void say(Tx tx, int number) {
        tx.record("thing", "t" + number % 10, Operation.of("TOUCH"), number);
    }

    private static long position(Event event) {
        return event.position().orElseThrow();
    }

    private static List<byte[]> dump(EmbeddedPostgres from) throws SQLException, IOException {
        List<byte[]> dump = new ArrayList<>();
        try (Connection connection = from.getPostgresDatabase().getConnection()) {
            for (String table : TABLES) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("copy daybook." + table + " to stdout (format binary)", out);
                dump.add(out.toByteArray());
            }
        }
        return dump;
    }

    /** As pg_restore does: the schema, then the rows with all their columns, then the sequence. */
    private static void restore(EmbeddedPostgres to, List<byte[]> dump) throws SQLException, IOException {
        Migrations.of(to.getPostgresDatabase(), "daybook").migrate();
        try (Connection connection = to.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("delete from daybook.daybook");
            for (int table = 0; table < TABLES.size(); table++) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn(
                                "copy daybook." + TABLES.get(table) + " from stdin (format binary)",
                                new ByteArrayInputStream(dump.get(table)));
            }
            statement.execute("""
                    select setval(pg_get_serial_sequence('daybook.events', 'event_id'),
                                  (select max(event_id) from daybook.events))
                    """);
        }
    }

    private static void spendTransactionIds(EmbeddedPostgres cluster, int count) throws SQLException {
        try (Connection connection = cluster.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    do $$
                    begin
                        for i in 1 .. %d loop
                            perform pg_current_xact_id();
                            commit;
                        end loop;
                    end $$
                    """.formatted(count));
        }
    }

    private static long transactionId(EmbeddedPostgres cluster) throws SQLException {
        return number(cluster, "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
    }

    private static long number(EmbeddedPostgres cluster, String sql) throws SQLException {
        try (Connection connection = cluster.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static String url(EmbeddedPostgres cluster) {
        return cluster.getJdbcUrl("postgres", "postgres");
    }
}
