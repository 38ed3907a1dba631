package io.daybook.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.event.DaybookException;
import io.daybook.event.Operation;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresPairIT {

    @Test
    void what_was_committed_survives_one_failover_after_the_other() throws SQLException {
        try (PostgresPair pair = new PostgresPair()) {
            pair.start();
            execute(pair, "create table t (n int)", "insert into t values (1)");
            pair.failOver();
            assertThat(count(pair)).isEqualTo(1);

            // Nobody is waited for while there is no standby.
            execute(pair, "insert into t values (2)");
            pair.rebuildStandby();
            execute(pair, "insert into t values (3)");
            pair.killPrimary();
            pair.startPrimary();
            execute(pair, "insert into t values (4)");
            pair.failOver();
            assertThat(count(pair)).isEqualTo(4);
        }
    }

    @Test
    void a_daybook_goes_on_after_a_failover() {
        try (PostgresPair pair = new PostgresPair()) {
            pair.start();
            TestDatabase database = TestDatabase.postgresql(pair);
            try (var daybook = database.daybook().open()) {
                daybook.transact(tx -> tx.record("account", "a1", Operation.of("CREDIT")));
                pair.failOver();
                Await.until(() -> appends(daybook), () -> "nothing can be appended");
                Await.sequenced(daybook);
                assertThat(daybook.verify().isClean()).isTrue();
                assertThat(daybook.head()).isGreaterThanOrEqualTo(2);
            }
        }
    }

    private static boolean appends(Daybook daybook) {
        try {
            daybook.transact(tx -> tx.record("account", "a1", Operation.of("CREDIT")));
            return true;
        } catch (DaybookException e) {
            return false;
        }
    }

    private static void execute(PostgresPair pair, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(pair.url(), "postgres", "");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static int count(PostgresPair pair) throws SQLException {
        try (Connection connection = DriverManager.getConnection(pair.url(), "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from t")) {
            row.next();
            return row.getInt(1);
        }
    }
}
