package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.Daybook;
import io.daybook.migrations.Migrations;
import io.daybook.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the users of the roles may do with the command, on PostgreSQL. */
class OperatorTest {

    /** Roles belong to the whole server: these are of this test alone. */
    private static final String SCHEMA = "operator_test";

    private static final String LINE = "{\"entity_type\":\"order\",\"entity_id\":\"%s\",\"operation\":\"CREATION\"}%n";

    @TempDir
    Path folder;

    private TestDatabase database;

    @BeforeEach
    void open() throws SQLException {
        database = TestDatabase.postgresql();
        try (Daybook daybook = database.daybook().schema(SCHEMA).open()) {
            daybook.transact(tx -> tx.create("order", "o-1", Map.of("status", "new")));
        }
        execute(Migrations.rolesScript(SCHEMA));
        execute("drop role if exists operator_test_kim");
        execute("drop role if exists operator_test_till");
        execute("create role operator_test_kim login password 'kim' in role operator_test_operator");
        execute("create role operator_test_till login password 'till' in role operator_test_application");
    }

    @AfterEach
    void close() throws SQLException {
        execute("drop role operator_test_kim");
        execute("drop role operator_test_till");
        execute("drop owned by operator_test_operator, operator_test_application");
        execute("drop role operator_test_operator, operator_test_application");
        database.close();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void an_operator_who_appends_is_told_so_in_one_sentence() throws Exception {
        Cli.Ran ran = as("kim", "import", file("o-2"));

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err())
                .startsWith("daybook: This database user may not append to operator_test.events.")
                .hasLineCount(1);
        assertThat(as("kim", "status").out()).contains("Head               position 1");
    }

    @Test
    void an_application_appends() throws Exception {
        assertThat(as("till", "import", file("o-2")).out()).startsWith("1 event in 1 unit of work imported");
    }

    private String file(String id) throws Exception {
        return Files.writeString(folder.resolve("events.jsonl"), LINE.formatted(id))
                .toString();
    }

    private Cli.Ran as(String user, String... args) throws Exception {
        Path password = Files.writeString(folder.resolve("password"), user);
        String url = database.url();
        return Cli.run(
                url,
                Map.of("DAYBOOK_USER", "operator_test_" + user, "DAYBOOK_PASSWORD_FILE", password.toString()),
                "",
                Cli.with(args, "--schema", SCHEMA));
    }
}
