package io.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.consumers.EntityStates;
import io.daybook.testkit.Await;
import io.daybook.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README cannot rot: its Java is compiled and run, and prints what it says; its SQL runs on both databases. */
class ReadmeTest {

    private static final Path README = Path.of("..", "README.md");

    private static final String IMPORTS = """
            import io.daybook.*;
            import io.daybook.consumers.*;
            import io.daybook.event.*;
            import io.daybook.notifier.*;
            import java.time.*;
            import java.util.*;
            """;

    @Test
    void the_java_example_compiles_runs_and_prints_what_the_readme_says(@TempDir Path directory) throws Exception {
        assertPrints(directory, IMPORTS, blocks("java").get(0));
    }

    @Test
    void the_example_of_repositories_does_too(@TempDir Path directory) throws Exception {
        assertPrints(
                directory,
                IMPORTS + "import io.daybook.repository.*;\nimport java.math.*;\n",
                blocks("java").get(1));
    }

    private static void assertPrints(Path directory, String imports, String example) throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("daybook").toAbsolutePath();
        String statements = example.replace("jdbc:h2:file:./data/daybook", url);
        assertThat(CompiledExample.run(directory, imports, statements)).isEqualTo(blockAfter(example));
    }

    @Test
    void the_sql_examples_run_on_h2() throws Exception {
        runSql(TestDatabase.h2());
    }

    @Test
    void the_sql_examples_run_on_postgresql() throws Exception {
        runSql(TestDatabase.postgresql());
    }

    private static void runSql(TestDatabase fresh) throws Exception {
        try (TestDatabase database = fresh;
                Daybook daybook = database.daybook().open();
                Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            daybook.notifier().register("billing");
            daybook.as("kim").transact(tx -> tx.create("order", "o-1"));
            try (EntityStates states = EntityStates.keep(daybook)) {
                Await.caughtUp(daybook, states.registration());
            }
            String sql = blocks("sql").get(0);
            int ran = 0;
            for (String query : sql.split(";", -1)) {
                if (!query.isBlank()) {
                    assertThat(statement.executeQuery(query).next())
                            .as("has an answer: %s", query)
                            .isTrue();
                    ran++;
                }
            }
            assertThat(ran).isEqualTo(6);
        }
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(README))
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    private static String blockAfter(String example) throws IOException {
        String readme = Files.readString(README);
        String after = readme.substring(readme.indexOf(example) + example.length() + "```".length());
        return Pattern.compile("```\n(.*?)```", Pattern.DOTALL)
                .matcher(after)
                .results()
                .map(result -> result.group(1))
                .findFirst()
                .orElseThrow();
    }
}
