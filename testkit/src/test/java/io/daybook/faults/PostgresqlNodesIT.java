package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.consumers.Consumers;
import io.daybook.consumers.EventConsumer;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.event.Topic;
import io.daybook.notifier.Registration;
import io.daybook.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several nodes on one PostgreSQL: their connections, and how they wake each other. */
class PostgresqlNodesIT {

    private static final String LISTENING = "query like 'select pg_backend_pid()%' or query like 'listen %'";

    private TestDatabase database;

    @BeforeEach
    void open() {
        database = TestDatabase.postgresql();
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    /** Axon #3044: many registrations exhaust the connection pool. */
    @Test
    void two_thousand_consumed_registrations_use_the_pool_and_one_connection() throws Exception {
        int registrations = 2_000;
        try (Daybook daybook = database.daybook().poolSize(4).open()) {
            List<EventConsumer> consumers = new ArrayList<>();
            AtomicInteger received = new AtomicInteger();
            for (int number = 0; number < registrations; number++) {
                Registration registration = daybook.notifier().register("r" + number, Topic.of("thing"));
                consumers.add(Consumers.consume(registration, event -> received.incrementAndGet()));
            }
            for (int unit = 0; unit < 5; unit++) {
                touch(daybook, unit);
            }
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> received.get() == 5 * registrations);
            assertThat(number("""
                            select count(*)
                            from pg_stat_activity
                            where datname = current_database()
                              -- The server works there, too: autovacuum comes after a minute.
                              and backend_type = 'client backend'
                            """))
                    // Four of the pool, one that listens, and the one that asks.
                    .isLessThanOrEqualTo(4 + 1 + 1);
            consumers.forEach(EventConsumer::close);
        }
    }

    @Test
    void another_nodes_events_arrive_and_still_do_after_the_listening_connection_was_cut() throws Exception {
        try (Daybook here = database.daybook().open();
                Daybook there = database.daybook().open()) {
            AtomicInteger received = new AtomicInteger();
            Registration registration = there.notifier().register("elsewhere");
            try (EventConsumer consumer = Consumers.consume(registration, event -> received.incrementAndGet())) {
                awaitListeners(1);
                registration.await(touch(here, 1), Duration.ofSeconds(10));
                assertThat(number("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname ="
                                + " current_database() and pid <> pg_backend_pid() and (" + LISTENING + ")"))
                        .isPositive();
                registration.await(touch(here, 2), Duration.ofSeconds(10));
                awaitListeners(1);
                registration.await(touch(here, 3), Duration.ofSeconds(10));
                assertThat(consumer.isRunning()).isTrue();
            }
            assertThat(received.get()).isEqualTo(3);
        }
    }

    private static Receipt touch(Daybook daybook, int number) {
        return daybook.transact(tx -> tx.record("thing", "t", Operation.of("TOUCH"), number));
    }

    private void awaitListeners(int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> number("select count(*) from pg_locks where locktype = 'advisory' and mode = 'ShareLock'"
                                + " and objid = 1 and objsubid = 2 and database = (select oid from pg_database where"
                                + " datname = current_database())")
                        == count);
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
