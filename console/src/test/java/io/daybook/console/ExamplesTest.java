package io.daybook.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The four use cases: each does what it says, and prints what the README quotes. */
class ExamplesTest {

    @TempDir
    Path folder;

    @Test
    void without_a_name_they_are_listed() {
        Cli.Ran ran = new Cli(folder).run("example");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.lines()).hasSize(5).first().asString().startsWith("EXAMPLE");
        assertThat(new Cli(folder).run("example", "--json").lines().get(0))
                .startsWith("{\"example\":\"refresh-view\",");
    }

    @Test
    void a_name_that_nobody_knows_is_refused() {
        Cli.Ran ran = new Cli(folder).run("example", "nonsense");

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).contains("There is no example nonsense; there are refresh-view, auto-submit,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"refresh-view", "auto-submit", "notify-failure", "latest-result"})
    void each_prints_what_the_readme_says(String example) throws Exception {
        Cli.Ran ran = Cli.run(null, Map.of(), "", "example", example);

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(Files.readString(Path.of("..", "README.md")))
                .contains("$ ./daybook example " + example + "\n" + ran.out());
    }

    @Test
    void a_second_run_on_the_same_database_goes_on() {
        Cli cli = new Cli(folder);
        cli.run("example", "refresh-view");
        cli.run("example", "auto-submit");
        cli.run("example", "latest-result");

        assertThat(cli.run("example", "refresh-view").lines())
                .containsExactly(
                        "View at the start: [cautious, likely, bold]",
                        "View refreshed: [cautious, likely, bold, cautious]",
                        "View refreshed: [cautious, likely, bold, cautious, likely]",
                        "View refreshed: [cautious, likely, bold, cautious, likely, bold]");
        assertThat(cli.run("example", "auto-submit").lines()).hasSize(6).endsWith("The forecast is 220.");
        assertThat(cli.run("example", "latest-result").lines())
                .endsWith("north: latest result 30, results so far 4", "south: latest result 40, results so far 2");
    }

    @Test
    void without_db_no_database_is_left_and_none_is_touched() {
        Cli.Ran ran = Cli.run(null, Map.of("DAYBOOK_DB", new Cli(folder).url()), "", "example", "refresh-view");

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void what_writes_tables_does_on_postgresql_too() throws Exception {
        try (TestDatabase database = TestDatabase.postgresql()) {
            Path password = Files.writeString(folder.resolve("password"), database.password() + "\n");
            Map<String, String> environment =
                    Map.of("DAYBOOK_USER", database.user(), "DAYBOOK_PASSWORD_FILE", password.toString());

            Cli.run(database.url(), environment, "", "example", "latest-result");
            Cli.Ran second = Cli.run(database.url(), environment, "", "example", "latest-result");
            Cli.Ran demo = Cli.run(database.url(), environment, "", "demo", "--scenarios");

            assertThat(second.lines())
                    .as(second.err())
                    .endsWith("north: latest result 30, results so far 4", "south: latest result 40, results so far 2");
            assertThat(demo.exitCode()).as(demo.err()).isZero();
            assertThat(Files.readString(Path.of("..", "README.md")))
                    .contains(DemoTest.summary(demo).strip());
        }
    }
}
