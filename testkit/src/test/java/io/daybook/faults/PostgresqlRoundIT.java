package io.daybook.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresqlRoundIT extends RoundConformance {

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgresql();
    }

    @Override
    String insertBehindTheBack() {
        return """
                insert into daybook.events (
                    entity_type, entity_id, version, operation, creation_date, transaction_id, salt, database_txid)
                values ('thing', 't', 4, 'TOUCH', current_timestamp, gen_random_uuid(), '\\x00112233445566778899aabbccddeeff', 3)
                """;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "'another_cluster 100:100: 0'",
                "regexp_replace(snapshot, '^[0-9]+', '1')",
            })
    void an_accelerator_that_is_lost_or_of_another_cluster_loses_and_doubles_nothing(String accelerator)
            throws Exception {
        daybook.transact(tx -> say(tx, "a", 3));
        awaitSequenced(3);
        daybook.close();
        try (Daybook writer = database.daybook().sequencing(false).open()) {
            writer.transact(tx -> say(tx, "a", 2));
        }
        execute("update daybook.ledger set snapshot = " + accelerator);
        daybook = database.daybook().open();
        daybook.transact(tx -> say(tx, "b", 2));
        awaitSequenced(7);
        LogCheck.read(database).isWhole();
        LogCheck.verifies(daybook);
    }

    @Test
    void idle_rounds_take_no_transaction_ids() throws Exception {
        daybook.transact(tx -> say(tx, "a", 1));
        awaitSequenced(1);
        long before = nextTransactionId();
        long looks = number("select xact_commit from pg_stat_database where datname = current_database()");
        // Each look of an idle sequencer is a transaction that takes no id; the counter is flushed about once a second.
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> number("select xact_commit from pg_stat_database where datname = current_database()")
                        > looks + 20);
        assertThat(nextTransactionId() - before).isLessThan(3);
    }

    private long nextTransactionId() throws SQLException {
        return number("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
