package io.daybook.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatabaseTest {

    enum Kind {
        H2 {
            @Override
            TestDatabase make() {
                return TestDatabase.h2();
            }
        },
        POSTGRESQL {
            @Override
            TestDatabase make() {
                return TestDatabase.postgresql();
            }
        };

        abstract TestDatabase make();
    }

    @ParameterizedTest
    @EnumSource
    void each_database_is_fresh_and_of_its_own(Kind kind) {
        try (TestDatabase one = kind.make();
                TestDatabase other = kind.make();
                Daybook daybook = one.daybook().open();
                Daybook otherDaybook = other.daybook().open()) {
            daybook.transact(tx -> tx.create("order", "o-1", Map.of("status", "new")));

            assertThat(daybook.state("order", "o-1")).isPresent();
            assertThat(otherDaybook.state("order", "o-1")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_sessions_are_in_another_time_zone_than_the_jvm(Kind kind) throws SQLException {
        try (TestDatabase database = kind.make();
                Connection connection = database.connect()) {
            String query = database.isPostgresql()
                    ? "select current_setting('TimeZone')"
                    : "select setting_value from information_schema.settings where setting_name = 'TIME ZONE'";
            assertThat(text(connection, query))
                    .isEqualTo(TestDatabase.TIME_ZONE)
                    .isNotEqualTo(TimeZone.getDefault().getID());
        }
    }

    @Test
    void a_closed_h2_database_leaves_no_file() {
        TestDatabase database = TestDatabase.h2();
        Path folder = Path.of(database.url().replaceAll("jdbc:h2:file:([^;]*).*", "$1"))
                .getParent();
        assertThat(folder).exists();
        database.close();
        assertThat(Files.exists(folder)).isFalse();
    }

    @Test
    void a_postgresql_database_can_be_closed_while_somebody_is_connected() throws SQLException {
        TestDatabase database = TestDatabase.postgresql();
        try (Connection connection = database.connect()) {
            database.close();
            assertThat(connection.isValid(1)).isFalse();
        }
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
