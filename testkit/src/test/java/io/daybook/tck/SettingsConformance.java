package io.daybook.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.daybook.Daybook;
import io.daybook.SchemaNotReady;
import io.daybook.event.Event;
import io.daybook.event.Operation;
import io.daybook.event.Receipt;
import io.daybook.migrations.MigrationsMissing;
import io.daybook.notifier.Registration;
import io.daybook.testkit.Await;
import io.daybook.testkit.Collisions;
import io.daybook.testkit.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ways to open a daybook. */
abstract class SettingsConformance extends Conformance {

    private static void everything(Daybook daybook) throws Exception {
        Registration registration = daybook.notifier().register("r");
        Receipt receipt = daybook.transact(tx -> tx.create("order", "x-1", Map.of("n", 1)));
        daybook.once("k").transact(tx -> tx.update("order", "x-1", "n", 2));
        assertThat(daybook.once("k")
                        .transact(tx -> tx.update("order", "x-1", "n", 2))
                        .repeated())
                .isTrue();
        daybook.await(receipt, LONG);
        assertThat(daybook.outcome(receipt.transactionId())).isPresent();
        assertThat(daybook.state("order", "x-1").orElseThrow().version()).isEqualTo(2);
        assertThat(daybook.history("order", "x-1").toList()).hasSize(2);
        for (int i = 0; i < 2; i++) {
            registration.poll(LONG).orElseThrow().done();
        }
        Await.caughtUp(daybook, registration);
        assertThat(daybook.verify().problem()).isEmpty();
    }

    @Test
    void a_data_source_of_the_application_stays_the_applications() throws Exception {
        for (boolean autoCommit : new boolean[] {true, false}) {
            try (TestDatabase fresh = newDatabase();
                    HikariDataSource pool = new HikariDataSource(config(fresh, autoCommit))) {
                try (Daybook daybook = Daybook.open(pool)) {
                    everything(daybook);
                    try (Connection connection = pool.getConnection()) {
                        assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
                        connection.setAutoCommit(false);
                        daybook.join(connection, tx -> tx.create("order", "x-2"));
                        connection.commit();
                    }
                    assertThat(ledgerOf(daybook)).extracting(Event::entityId).contains("x-2");
                }
                assertThat(pool.isClosed()).isFalse();
                try (Connection connection = pool.getConnection()) {
                    assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
                }
            }
        }
    }

    private static List<Event> ledgerOf(Daybook daybook) {
        Await.sequenced(daybook);
        return ledger(daybook);
    }

    private static HikariConfig config(TestDatabase database, boolean autoCommit) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(6);
        config.setAutoCommit(autoCommit);
        return config;
    }

    @Test
    void an_unpooled_data_source_will_do() throws Exception {
        try (TestDatabase fresh = newDatabase();
                Daybook daybook = Daybook.open(fresh.dataSource())) {
            everything(daybook);
        }
    }

    @Test
    void another_schema_is_another_daybook_in_the_same_database() throws Exception {
        try (Daybook audit = database().daybook().schema("audit").open();
                Daybook tenant = database().daybook().schema("tenant_7").open()) {
            everything(daybook());
            everything(audit);
            assertThat(tenant.history("order", "x-1")).isEmpty();
            everything(tenant);
            assertThat(audit.id()).isNotEqualTo(daybook().id()).isNotEqualTo(tenant.id());
            assertThat(audit.head()).isEqualTo(2);
            assertThat(daybook().head()).isEqualTo(2);
            audit.transact(tx -> tx.create("order", "only here"));
            assertThat(Await.sequenced(audit)).isEqualTo(3);
            assertThat(Await.sequenced(daybook())).isEqualTo(2);
            assertThat(text("select count(*) from audit.events")).isEqualTo("3");
            assertThat(count("events")).isEqualTo(2);
        }
    }

    @Test
    void two_daybooks_can_be_joined_in_one_transaction() throws Exception {
        try (Daybook audit = database().daybook().schema("audit").open()) {
            try (Connection connection = transaction()) {
                daybook().join(connection, tx -> tx.create("order", "o-1"));
                audit.join(connection, tx -> tx.create("order", "o-1"));
                connection.rollback();
                daybook().join(connection, tx -> tx.create("order", "o-2"));
                audit.join(connection, tx -> tx.create("order", "o-2"));
                connection.commit();
            }
            assertThat(ledger()).extracting(Event::entityId).containsExactly("o-2");
            assertThat(ledgerOf(audit)).extracting(Event::entityId).containsExactly("o-2");
        }
    }

    @Test
    void two_daybooks_write_the_same_entities_without_waiting_for_each_other() throws Exception {
        try (Daybook audit = database()
                .daybook()
                .schema("audit")
                .appendTimeout(Duration.ofMillis(500))
                .open()) {
            try (Connection connection = transaction()) {
                daybook().join(connection, tx -> tx.create("order", "o-1"));
                audit.transact(tx -> tx.create("order", "o-1"));
                connection.commit();
            }
        }
    }

    @Test
    void several_nodes_on_one_daybook_make_one_ledger() throws Exception {
        // H2 in a file belongs to one process: there, two nodes are two daybooks in it.
        try (Daybook other = database().daybook().open()) {
            List<Collisions.Outcome<Boolean>> outcomes = Collisions.collide(4, n -> {
                Daybook daybook = n % 2 == 0 ? daybook() : other;
                for (int i = 0; i < 25; i++) {
                    String id = "o-" + i % 5;
                    daybook.transact(tx -> tx.record("order", id, Operation.of("ACT"), n));
                }
                return true;
            });
            Collisions.allSucceeded(outcomes);
            assertThat(ledger()).extracting(e -> e.position().orElseThrow()).isEqualTo(upTo(100));
            assertThat(ledgerOf(other)).isEqualTo(ledger());
            assertThat(other.verify().problem()).isEmpty();

            Registration here = daybook().notifier().register(io.daybook.event.Topic.everything());
            other.transact(tx -> tx.create("order", "from there"));
            assertThat(here.poll(LONG).orElseThrow().event().entityId()).isEqualTo("from there");
        }
    }

    @Test
    void a_daybook_that_is_only_read_appends_and_numbers_nothing() throws Exception {
        daybook().transact(tx -> tx.create("order", "o-1", Map.of("n", 1)));
        Await.sequenced(daybook());
        try (Daybook reader = database().daybook().readOnly().open()) {
            assertThat(reader.state("order", "o-1")).isPresent();
            assertThat(reader.verify().problem()).isEmpty();
            assertThat(reader.sequencerFailure()).isEmpty();
            assertThatThrownBy(() -> reader.transact(tx -> tx.create("order", "o-2")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("read only");
            try (Connection connection = transaction()) {
                assertThatThrownBy(() -> reader.join(connection, tx -> tx.create("order", "o-2")))
                        .isInstanceOf(IllegalStateException.class);
            }
            Registration registration = reader.notifier().register(io.daybook.event.Topic.everything());
            daybook().transact(tx -> tx.create("order", "o-3"));
            assertThat(registration.poll(LONG).orElseThrow().event().entityId()).isEqualTo("o-3");
        }
        daybook().close();
        try (Daybook reader = database().daybook().readOnly().open()) {
            assertThat(reader.head()).isEqualTo(2);
        }
    }

    @Test
    void who_may_not_migrate_is_told_what_is_missing() {
        assertThatThrownBy(() ->
                        database().daybook().schema("nothing").migrate(false).open())
                .isInstanceOf(SchemaNotReady.class)
                .hasCauseInstanceOf(MigrationsMissing.class);
        assertThatThrownBy(
                        () -> database().daybook().schema("nothing").readOnly().open())
                .isInstanceOf(SchemaNotReady.class)
                .hasCauseInstanceOf(MigrationsMissing.class);
        try (Daybook migrated = database().daybook().migrate(false).open()) {
            assertThat(migrated.id()).isEqualTo(daybook().id());
        }
    }

    @Test
    void settings_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> Daybook.builder().open()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        database().daybook().dataSource(database().dataSource()).open())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> database().daybook().poolSize(3).open()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> database().daybook().maxValueBytes(0).open())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> database().daybook().appendTimeout(Duration.ZERO).open())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> database().daybook().schema("No Name").open())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void closing_numbers_what_was_committed_before() throws Exception {
        for (int i = 0; i < 20; i++) {
            String id = "o-" + i;
            daybook().transact(tx -> tx.create("order", id));
        }
        daybook().close();
        assertThat(text("select count(*) from daybook.ledger")).isEqualTo("20");
    }

    @Test
    void a_session_of_the_applications_pool_comes_back_as_it_was() throws Exception {
        String setting = isPostgresql() ? "show lock_timeout" : "select lock_timeout()";
        String isolation = isPostgresql()
                ? "show transaction isolation level"
                : "select isolation_level from information_schema.sessions where session_id = session_id()";
        try (HikariDataSource pool = new HikariDataSource(config(database(), true))) {
            pool.setMaximumPoolSize(4);
            String before = one(pool, setting);
            String isolationBefore = one(pool, isolation);
            try (Daybook daybook = Daybook.open(pool)) {
                Receipt receipt = daybook.transact(tx -> tx.create("order", "s-1"));
                daybook.outcome(receipt.transactionId());
                Await.sequenced(daybook);
            }
            for (int i = 0; i < 8; i++) {
                assertThat(one(pool, setting)).isEqualTo(before);
                assertThat(one(pool, isolation)).isEqualTo(isolationBefore);
            }
        }
    }

    private static String one(HikariDataSource pool, String query) throws Exception {
        try (Connection connection = pool.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
