package io.daybook.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresServerIT {

    @Test
    void what_was_committed_is_there_again_after_every_kind_of_end() throws SQLException {
        try (PostgresServer server = new PostgresServer()) {
            server.start();
            execute(server, "create table t (n int)", "insert into t values (1)");

            server.kill9();
            assertThatThrownBy(() -> count(server)).isInstanceOf(SQLException.class);
            server.start();
            assertThat(count(server)).isEqualTo(1);

            server.stop(true);
            server.start();
            assertThat(count(server)).isEqualTo(1);

            server.stop(false);
            server.start();
            server.restart();
            assertThat(count(server)).isEqualTo(1);
        }
    }

    @Test
    void a_server_makes_databases() {
        try (PostgresServer server = new PostgresServer()) {
            server.start();
            try (TestDatabase database = TestDatabase.postgresql(server)) {
                assertThat(database.url()).contains(":" + server.port() + "/");
                database.daybook().open().close();
            }
        }
    }

    private static void execute(PostgresServer server, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url(), "postgres", "");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static int count(PostgresServer server) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url(), "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from t")) {
            row.next();
            return row.getInt(1);
        }
    }
}
