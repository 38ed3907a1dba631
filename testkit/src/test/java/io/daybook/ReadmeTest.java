package io.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.consumers.EntityStates;
import io.daybook.testkit.Await;
import io.daybook.testkit.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README cannot rot: its Java is compiled and run, and prints what it says; its SQL runs on both databases. */
class ReadmeTest {

    private static final Path README = Path.of("..", "README.md");

    @Test
    void the_java_example_compiles_runs_and_prints_what_the_readme_says(@TempDir Path directory) throws Exception {
        String example = blocks("java").get(0);
        String url = "jdbc:h2:file:" + directory.resolve("daybook").toAbsolutePath();
        Path source = directory.resolve("Example.java");
        Files.writeString(source, """
                import io.daybook.*;
                import io.daybook.consumers.*;
                import io.daybook.event.*;
                import io.daybook.notifier.*;
                import java.time.*;
                import java.util.*;

                public class Example {
                    public static void main(String[] arguments) throws Exception {
                %s
                    }
                }
                """.formatted(example.replace("jdbc:h2:file:./data/daybook", url)));
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        directory.toString(),
                        source.toString());
        assertThat(compiled).as("the example compiles").isZero();
        assertThat(run(directory)).isEqualTo(blockAfter(example));
    }

    private static String run(Path directory) throws Exception {
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            Class<?> example = loader.loadClass("Example");
            example.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(console);
        }
        // The log of this test run goes to the console too; the example's own lines have no time in front.
        return printed.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.matches("\\d\\d:\\d\\d:\\d\\d.*"))
                .reduce("", (all, line) -> all + line + "\n");
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
