package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.event.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecastDemoTest {

    @TempDir
    Path folder;

    @Test
    void it_prints_what_the_readme_says_and_again_when_run_again() throws Exception {
        Cli cli = new Cli(folder);

        Cli.Ran first = cli.run("demo", "--scenarios");
        Cli.Ran second = cli.run("demo", "--scenarios", "--once");

        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err()).isEmpty();
        assertThat(first.lines())
                .contains("view: refreshed, 1956 has all its months")
                .containsOnlyOnce(
                        "alert: evaluate of 1957-06 failed: java.lang.NumberFormatException: For input string: \"n/a\"");
        assertThat(Files.readString(Path.of("..", "README.md")))
                .contains(DemoTest.summary(first).strip());
        assertThat(second.exitCode()).isZero();
        assertThat(DemoTest.summary(second)).isEqualTo(DemoTest.summary(first));
        assertThat(second.out()).doesNotContain("alert:").doesNotContain("view:");
    }

    @Test
    void a_table_that_somebody_changed_is_found() throws Exception {
        Cli cli = new Cli(folder);
        List<String> lines = cli.run("demo", "--scenarios", "--json").lines();

        Map<String, Value> summary = Value.ofJson(lines.get(lines.size() - 1))
                .members()
                .get("summary")
                .members();
        assertThat(summary)
                .containsEntry("clean", Value.of(true))
                .containsEntry("months", Value.of(60))
                .containsEntry("rows", Value.of(59));

        try (Connection connection = DriverManager.getConnection(cli.url());
                Statement statement = connection.createStatement()) {
            statement.execute("update demo.latest_forecasts set results = 2 where name = '1958-01'");
        }
        Cli.Ran ran = cli.run("demo", "--scenarios");
        assertThat(ran.exitCode()).isEqualTo(3);
        assertThat(ran.out()).contains("PROBLEM: not as the scenarios say");
    }

    @Test
    void it_is_one_of_two_demos() {
        Cli.Ran ran = new Cli(folder).run("demo", "--scenarios", "--git", folder.toString());

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).contains("Choose one of them");
    }
}
